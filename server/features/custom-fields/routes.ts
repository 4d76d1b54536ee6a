import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'
import { toWireCustomField } from './wire.ts'

/** Endpoints of the tag Omnichannel Custom Fields. */
export function customFieldRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.setCustomField, async ({ body: { token, ...value } }) => {
    await operations.setValues(ctx, token, [value])
    return { field: value }
  })

  router.add(contract.setCustomFields, async ({ body: { token, customFields } }) => {
    await operations.setValues(ctx, token, customFields)
    return {
      fields: customFields.map(({ key, value, overwrite }) => ({ Key: key, value, overwrite })),
    }
  })

  router.add(contract.listCustomFields, async ({ query }) => {
    const { fields, total, offset } = await operations.listCustomFields(ctx, query)
    const customFields = fields.map(toWireCustomField)
    return { customFields, count: customFields.length, offset, total }
  })

  router.add(contract.getCustomField, async ({ params }) => {
    const field = await operations.readCustomField(ctx, params._id)
    return { customField: field === undefined ? null : toWireCustomField(field) }
  })

  router.add(contract.saveCustomField, async ({ body: { customFieldId, customFieldData } }) => {
    const field = await operations.saveCustomField(ctx, customFieldId ?? undefined, {
      id: customFieldData.field,
      label: customFieldData.label,
      scope: customFieldData.scope,
      visibility: customFieldData.visibility,
      type: customFieldData.type ?? 'input',
      pattern: customFieldData.regexp ?? '',
      required: customFieldData.required === true ? 1 : 0,
      default_value: customFieldData.defaultValue ?? '',
      options: customFieldData.options ?? '',
      public: customFieldData.public === true ? 1 : 0,
      searchable: customFieldData.searchable === true ? 1 : 0,
    })
    return { customField: toWireCustomField(field) }
  })

  router.add(contract.deleteCustomField, async ({ body }) => {
    await operations.deleteCustomField(ctx, body.customFieldId)
    return {}
  })
}
