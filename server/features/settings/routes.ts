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
  router.add(contract.settingsCatalogue, () => ({
    settings: operations.describeSettings(ctx).map(toDescribed),
  }))
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

const toDescribed = ({ definition, value, held }: operations.DescribedSetting) => ({
  _id: definition.id,
  type: definition.type,
  group: definition.group,
  section: definition.section,
  public: definition.public,
  value,
  default: definition.secret === true ? '' : definition.default,
  ...('values' in definition ? { values: [...definition.values] } : {}),
  ...('min' in definition && definition.min !== undefined ? { min: definition.min } : {}),
  ...(definition.secret === true ? { secret: true as const } : {}),
  ...(definition.readonly === true ? { readonly: true as const } : {}),
  ...(held ? { held: true as const } : {}),
})

const toPage = ({ settings, offset, total }: operations.SettingsPage) => ({
  settings: settings.map(toSetting),
  count: settings.length,
  offset,
  total,
})
