import { contains } from '../../storage/contains.ts'
import type { PageRequest } from '../../contract/paging.ts'
import { sql } from 'kysely'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { matchesPattern } from './pattern.ts'

export type CustomField = Row<'custom_field'>

/** Columns that a list of fields may be sorted by. */
export type FieldColumn = 'id' | 'label' | 'scope' | 'visibility'

/** A value that somebody gives to a field. */
export interface FieldValue {
  key: string
  value: string
  /** False: a value that is there already stays. */
  overwrite: boolean
}

/** All fields by their name. */
export async function readFields(reader: Reader): Promise<Map<string, CustomField>> {
  const rows = await reader.q.selectFrom('custom_field').selectAll().orderBy('id').execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** One field by its name. */
export const findField = (reader: Reader, id: string): Promise<CustomField | undefined> =>
  reader.q.selectFrom('custom_field').selectAll().where('id', '=', id).executeTakeFirst()

/** A page of fields whose label contains the text. */
export async function listFields(
  reader: Reader,
  text: string | undefined,
  page: PageRequest<FieldColumn>,
): Promise<{ fields: CustomField[]; total: number }> {
  let matching = reader.q.selectFrom('custom_field')
  if (text !== undefined && text !== '') {
    matching = matching.where(contains(sql.ref('label'), text))
  }
  const { total } = await matching
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  let query = matching.selectAll()
  for (const [column, direction] of page.order) query = query.orderBy(column, direction)
  const fields = await query
    .orderBy('id')
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  return { fields, total }
}

/** Whether a field takes a value: of its options, matching its pattern. */
export function accepts(field: CustomField, value: string): boolean {
  if (field.type === 'select' && value !== '') {
    const options = field.options.split(',').map((option) => option.trim())
    if (!options.includes(value)) return false
  }
  return matchesPattern(field.pattern, value)
}

/** The stored values of a visitor or a room with the given ones put in. */
export function mergeValues(stored: string | null, values: readonly FieldValue[]): string {
  const merged = new Map(Object.entries(parseValues(stored)))
  for (const { key, value, overwrite } of values) {
    if (overwrite || !merged.has(key)) merged.set(key, value)
  }
  return JSON.stringify(Object.fromEntries(merged))
}

/** The values of a visitor or a room by field name. */
export const parseValues = (stored: string | null): Record<string, string> =>
  stored === null ? {} : (JSON.parse(stored) as Record<string, string>)

/** Inserts or replaces a field. */
export async function writeField(tx: Tx, field: CustomField): Promise<void> {
  const { id: _id, ...columns } = field
  await tx.q
    .insertInto('custom_field')
    .values(field)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute()
}

/** Removes a field; values that were given stay with their conversations. */
export async function removeField(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.q.deleteFrom('custom_field').where('id', '=', id).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}
