import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { PageRequest } from '../../contract/paging.ts'
import { contains } from '../../storage/contains.ts'
import type { Reader } from '../../storage/database.ts'
import type { Tables } from '../../storage/tables.ts'
import { roomsWithVisitor, type RoomWithVisitor } from './store.ts'

/** The columns that a list of rooms may be sorted by. */
export type RoomColumn =
  | 'created_at'
  | 'last_message_at'
  | 'updated_at'
  | 'closed_at'
  | 'queued_at'
  | 'label'
  | 'messages'
  | 'served_by_username'
  | 'department_id'
  | 'state'
  | 'id'

/** A span of time, its ends included; ISO texts. */
export interface Span {
  start?: string
  end?: string
}

/** What a list of rooms is narrowed to; every part that is given must hold. */
export interface RoomFilter {
  agentIds?: readonly string[] | undefined
  departmentId?: string | undefined
  open?: boolean | undefined
  onHold?: boolean | undefined
  queued?: boolean | undefined
  createdAt?: Span | undefined
  closedAt?: Span | undefined
  /** Any of these. */
  tags?: readonly string[] | undefined
  /** All of these fields with these values. */
  customFields?: Readonly<Record<string, unknown>> | undefined
  /** Part of the room's name. */
  name?: string | undefined
  /** Nothing can match: the filter names something that does not exist here. */
  nothing?: boolean
}

type Where = ExpressionBuilder<Tables, 'room'>

/** A page of rooms and how many there are in all. */
export async function listRooms(
  reader: Reader,
  filter: RoomFilter,
  page: PageRequest<RoomColumn>,
): Promise<{ rooms: RoomWithVisitor[]; total: number }> {
  const order = page.order.map(([column, direction]) => {
    const text = column === 'label' ? sql`lower(room.label)` : sql.ref(`room.${column}`)
    // The engines disagree on where nothing stands; here it stands first.
    const value = column === 'messages' ? text : sql`coalesce(${text}, '')`
    return sql`${value} ${sql.raw(direction)}`
  })
  const rooms = await roomsWithVisitor(reader)
    .where(matching(filter))
    .orderBy(sql.join([...order, sql`room.id`]))
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  const { total } = await reader.q
    .selectFrom('room')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(matching(filter))
    .executeTakeFirstOrThrow()
  return { rooms, total }
}

const matching =
  (filter: RoomFilter) =>
  (where: Where): Expression<SqlBool> =>
    where.and([
      ...stateConditions(where, filter),
      ...spanConditions(where, 'room.created_at', filter.createdAt),
      ...spanConditions(where, 'room.closed_at', filter.closedAt),
      ...valueConditions(where, filter),
    ])

function stateConditions(where: Where, { open, onHold, queued }: RoomFilter): Condition[] {
  const conditions: Condition[] = []
  if (open !== undefined) conditions.push(where('room.closed_at', open ? 'is' : 'is not', null))
  // Who asks for the open ones means those that somebody works on or waits for.
  const held = onHold ?? (open === true ? false : undefined)
  if (held !== undefined) conditions.push(where('room.state', held ? '=' : '<>', 'onhold'))
  if (queued !== undefined) conditions.push(where('room.state', queued ? '=' : '<>', 'queued'))
  return conditions
}

type Condition = Expression<SqlBool>

function spanConditions(
  where: Where,
  column: 'room.created_at' | 'room.closed_at',
  span: Span | undefined,
): Condition[] {
  const conditions: Condition[] = []
  if (span?.start !== undefined) conditions.push(where(column, '>=', span.start))
  if (span?.end !== undefined) conditions.push(where(column, '<=', span.end))
  return conditions
}

function valueConditions(where: Where, filter: RoomFilter): Condition[] {
  const { agentIds, departmentId, tags, customFields, name } = filter
  const conditions: Condition[] = []
  if (filter.nothing === true) conditions.push(sql<boolean>`1 = 0`)
  if (agentIds !== undefined && agentIds.length > 0) {
    conditions.push(where('room.served_by_id', 'in', agentIds))
  }
  if (departmentId !== undefined) conditions.push(where('room.department_id', '=', departmentId))
  if (tags !== undefined && tags.length > 0) {
    conditions.push(holdsAny(where, 'room.tags', tags.flatMap(tagPieces)))
  }
  for (const [key, value] of Object.entries(customFields ?? {})) {
    conditions.push(holdsAny(where, 'room.custom_fields', fieldPieces(key, value)))
  }
  if (name !== undefined && name !== '') {
    conditions.push(contains(sql.ref('room.label'), name))
  }
  return conditions
}

/**
 * Whether a column of JSON holds one of these pieces of JSON. Quotes inside values are escaped
 * there, so a piece that begins at a bracket or comma and ends with a quote stands for one entry.
 * `replace` compares letter for letter on both engines, `like` does not.
 */
const holdsAny = (
  where: Where,
  column: 'room.tags' | 'room.custom_fields',
  pieces: readonly string[],
): Condition =>
  where.or(
    pieces.map(
      (piece) => sql<boolean>`replace(${sql.ref(column)}, ${piece}, '') <> ${sql.ref(column)}`,
    ),
  )

const tagPieces = (tag: string): string[] =>
  ['[', ','].map((before) => before + JSON.stringify(tag))

const fieldPieces = (key: string, value: unknown): string[] => {
  const entry = `${JSON.stringify(key)}:${JSON.stringify(value)}`
  return ['{', ','].flatMap((before) => [`${before}${entry},`, `${before}${entry}}`])
}
