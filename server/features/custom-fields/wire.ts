import type { WireCustomField } from './contract.ts'
import type { CustomField } from './store.ts'

/** Row to wire. */
export const toWireCustomField = (field: CustomField): WireCustomField => ({
  _id: field.id,
  label: field.label,
  scope: field.scope,
  visibility: field.visibility,
  type: field.type,
  regexp: field.pattern,
  required: field.required === 1,
  defaultValue: field.default_value,
  options: field.options,
  public: field.public === 1,
  searchable: field.searchable === 1,
  _updatedAt: field.updated_at,
})
