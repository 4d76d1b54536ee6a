import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { isoTime } from '../../lib/clock.ts'
import { accessVisitor } from '../visitors/access.ts'
import { checkFieldValue } from './check.ts'
import { isPattern } from './pattern.ts'
import {
  findField,
  listFields,
  mergeValues,
  readFields,
  removeField,
  writeField,
  type CustomField,
  type FieldColumn,
  type FieldValue,
} from './store.ts'

const NAME = /^[0-9a-zA-Z_-]+$/

const SORT_KEYS = {
  _id: 'id',
  label: 'label',
  scope: 'scope',
  visibility: 'visibility',
} as const satisfies Record<string, FieldColumn>

/** A field as an administrator describes it. */
export type FieldDescription = Omit<CustomField, 'updated_at'>

/**
 * Gives fields their values: those of the visitor to him, those of the room to his open
 * conversation. All of them, or none.
 */
export function setValues(
  ctx: AppContext,
  token: string,
  values: readonly FieldValue[],
): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    const fields = await readFields(tx)
    for (const { key, value } of values) {
      const field = fields.get(key)
      if (field === undefined) throw new ApiError('invalid-custom-field')
      checkFieldValue(field, value)
    }
    const at = isoTime(ctx.clock.now())
    const ofScope = (scope: CustomField['scope']) =>
      values.filter(({ key }) => fields.get(key)?.scope === scope)
    const visitorValues = ofScope('visitor')
    if (visitorValues.length > 0) {
      const custom_fields = mergeValues(visitor.custom_fields, visitorValues)
      await tx.updateRows('visitor', [{ id: visitor.id, custom_fields, updated_at: at }])
    }
    const roomValues = ofScope('room')
    if (roomValues.length === 0) return
    const open = tx.q
      .selectFrom('room')
      .select(['id', 'custom_fields'])
      .where('visitor_id', '=', visitor.id)
      .where('closed_at', 'is', null)
    const room = await tx.lock(open).executeTakeFirst()
    if (room === undefined) return
    const custom_fields = mergeValues(room.custom_fields, roomValues)
    await tx.updateRows('room', [{ id: room.id, custom_fields, updated_at: at }])
  })
}

/** A page of fields, by label. */
export async function listCustomFields(
  ctx: AppContext,
  query: PageQuery & { text?: string | undefined },
): Promise<{ fields: CustomField[]; total: number; offset: number }> {
  const page = pageOf(ctx.settings, query, { allowed: SORT_KEYS, default: [['label', 'asc']] })
  const list = await ctx.db.read((reader) => listFields(reader, query.text, page))
  return { ...list, offset: page.offset }
}

/** One field, or undefined. */
export const readCustomField = (ctx: AppContext, id: string): Promise<CustomField | undefined> =>
  ctx.db.read((reader) => findField(reader, id))

/** Adds a field, or changes the one of this id; the name of a field never changes. */
export function saveCustomField(
  ctx: AppContext,
  id: string | undefined,
  description: FieldDescription,
): Promise<CustomField> {
  if (!NAME.test(description.id)) throw new ApiError('error-invalid-custom-field-name')
  if (!isPattern(description.pattern)) throw new ApiError('error-invalid-custom-field-pattern')
  return ctx.db.transact(async (tx) => {
    const known = await findField(tx, description.id)
    if (id === undefined && known !== undefined) {
      throw new ApiError('error-custom-field-name-already-exists')
    }
    if (id !== undefined && (known === undefined || id !== description.id)) {
      throw new ApiError('error-invalid-custom-field')
    }
    const field = { ...description, updated_at: isoTime(ctx.clock.now()) }
    await writeField(tx, field)
    return field
  })
}

/** Removes a field. */
export async function deleteCustomField(ctx: AppContext, id: string): Promise<void> {
  const removed = await ctx.db.transact((tx) => removeField(tx, id))
  if (!removed) throw new ApiError('error-invalid-custom-field')
}
