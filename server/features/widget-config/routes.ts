import type { RouteParts } from '../../route-parts.ts'
import { methodOf } from '../../routing/assign.ts'
import { getConfig, getRoutingConfig } from './contract.ts'
import { readWidgetState } from './operations.ts'
import { toWidgetConfig } from './wire.ts'

/** Endpoints of the tag Livechat that tell how to behave. */
export function widgetConfigRoutes({ router, ctx }: RouteParts): void {
  router.add(getConfig, async ({ query: { token } }) => {
    const state = await readWidgetState(ctx, token)
    if (state === undefined) return { config: { enabled: false } }
    return { config: toWidgetConfig(ctx.settings, ctx.config.rootUrl, state, token) }
  })

  router.add(getRoutingConfig, () => ({ config: methodOf(ctx).config }))
}
