import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'

export function settingRoutes({ router, ctx, settings }: RouteParts): void {
  router.add(contract.publicSettings, ({ query }) =>
    toPage(operations.listPublicSettings(ctx, { ...query, ids: query._id?.split(',') })),
  )
  router.add(contract.listSettings, ({ query }, { caller }) =>
    toPage(operations.listReadableSettings(ctx, caller, query)),
  )
  router.add(contract.readSetting, ({ params }, { caller }) =>
    toSetting(operations.readSetting(ctx, caller, params._id)),
  )
  router.add(contract.changeSetting, async ({ params, body }, { caller }) => {
    await operations.changeSetting(ctx, settings, caller, params._id, {
      value: body.value,
      execute: body.execute === true,
    })
    return {}
  })
  router.add(contract.oauthServices, () => ({ services: [] }))
  router.add(contract.serviceConfigurations, () => ({ configurations: [] }))
}

const toSetting = ({ id, value }: operations.ReadableSetting) => ({ _id: id, value })

const toPage = ({ settings, offset, total }: operations.SettingsPage) => ({
  settings: settings.map(toSetting),
  count: settings.length,
  offset,
  total,
})
