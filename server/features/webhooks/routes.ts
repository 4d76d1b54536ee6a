import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'

/** Endpoints of the tag Omnichannel Webhooks, and the settings of the webhook. */
export function webhookRoutes({ router, ctx, settings, outbound }: RouteParts): void {
  router.add(contract.integrationSettings, () => ({
    settings: operations.readIntegrations(ctx).map(toSettingDocument),
  }))
  router.add(contract.changeIntegrations, async ({ body }, { caller }) => {
    await operations.changeIntegrations(ctx, settings, caller, body)
    return {}
  })
  router.add(contract.testWebhook, async () => {
    await operations.testWebhook(ctx, outbound)
    return {}
  })
}

const toSettingDocument = ({
  id,
  definition,
  value,
}: operations.ShownSetting): contract.SettingDocument => ({
  _id: id,
  value,
  type: definition.type,
  packageValue: definition.default,
  group: definition.group,
  section: definition.section,
  public: definition.public,
  ...(definition.secret === true ? { secret: true } : {}),
})
