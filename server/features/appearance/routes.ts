import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { readAppearance, saveAppearance } from './operations.ts'

/** Endpoints of the tag Livechat Appearance. */
export function appearanceRoutes({ router, ctx, settings }: RouteParts): void {
  router.add(contract.getAppearance, () => ({
    appearance: readAppearance(ctx).map(({ id, value }) => ({ _id: id, value })),
  }))

  router.add(contract.saveAppearance, async ({ body }, { caller }) => {
    const changes = body.map(({ _id: id, value }) => ({ id, value }))
    await saveAppearance(ctx, settings, caller, changes)
    return {}
  })
}
