import { sql } from 'kysely'
import { contains } from '../../storage/contains.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** A whole message. */
export const MESSAGE_COLUMNS = [
  'id',
  'room_id',
  'seq',
  'changed_seq',
  'ts',
  'changed_at',
  'author_type',
  'author_id',
  'author_username',
  'author_name',
  'kind',
  'text',
  'md',
  'extra',
  'edited_at',
  'edited_by_id',
  'edited_by_username',
  'deleted',
  'hidden',
] as const satisfies (keyof Row<'message'>)[]

/** A message of this room, deleted ones included. */
export async function findMessageInRoom(
  reader: Reader,
  roomId: string,
  messageId: string,
): Promise<Row<'message'> | undefined> {
  const message = await findMessage(reader, messageId)
  return message?.room_id === roomId ? message : undefined
}

/** A message wherever it is; the caller checks access to its room. */
export async function findMessage(
  reader: Reader,
  messageId: string,
): Promise<Row<'message'> | undefined> {
  const [message] = await reader.rows<Row<'message'>>('select * from message where id = $1', [
    messageId,
  ])
  return message
}

/** Bounds of a page of history. */
export interface HistoryPage {
  limit: number
  offset?: number
  /** Only messages before this time. */
  before?: string
  /** Only messages after this time. */
  after?: string
  /** System message types to leave out. */
  withoutKinds?: readonly string[]
  ascending?: boolean
}

/** Condition: somebody still sees the message; a deletion may leave a visible `rm` mark. */
const SEEN = "hidden = 0 and (deleted = 0 or kind = 'rm')"

/** Visible messages of a room, newest first unless told otherwise. */
export function listMessages(
  reader: Reader,
  roomId: string,
  page: HistoryPage,
): Promise<Row<'message'>[]> {
  const parameters: unknown[] = [roomId, page.limit, page.offset ?? 0]
  const value = (given: unknown) => `$${parameters.push(given)}`
  const { withoutKinds = [] } = page
  const conditions = [
    'room_id = $1',
    SEEN,
    ...(page.before === undefined ? [] : [`ts < ${value(page.before)}`]),
    ...(page.after === undefined ? [] : [`ts > ${value(page.after)}`]),
    ...(withoutKinds.length === 0
      ? []
      : [`(kind is null or kind not in (${withoutKinds.map(value).join(', ')}))`]),
  ]
  return reader.rows(
    `select * from message where ${conditions.join(' and ')}
     order by seq ${page.ascending === true ? 'asc' : 'desc'} limit $2 offset $3`,
    parameters,
  )
}

/** Messages that somebody still sees; a deletion may leave a visible `rm` mark. */
export const visible = (reader: Reader, roomId: string) =>
  reader.q
    .selectFrom('message')
    .where('room_id', '=', roomId)
    .where('hidden', '=', 0)
    .where((where) => where.or([where('deleted', '=', 0), where('kind', '=', 'rm')]))

/**
 * Everything that changed after place `afterSeq`, ascending by last change, deletions included.
 * New and changed messages have an index each, hence the two halves.
 */
export async function listChanges(
  reader: Reader,
  roomId: string,
  afterSeq: number,
  limit: number,
): Promise<Row<'message'>[]> {
  const created = await reader.rows<Row<'message'>>(
    `select * from message where room_id = $1 and seq > $2 and changed_seq = seq
     order by seq limit $3`,
    [roomId, afterSeq, limit],
  )
  const changed = await reader.rows<Row<'message'>>(
    `select * from message where room_id = $1 and changed_seq > $2 and changed_seq > seq
     order by changed_seq limit $3`,
    [roomId, afterSeq, limit],
  )
  return [...created, ...changed].sort((a, b) => a.changed_seq - b.changed_seq).slice(0, limit)
}

/** The newest visible message of a room. */
export async function lastMessage(
  reader: Reader,
  roomId: string,
): Promise<Row<'message'> | undefined> {
  const [message] = await listMessages(reader, roomId, { limit: 1 })
  return message
}

/** The newest visible message of each room that has one, by room id. */
export async function lastMessages(
  reader: Reader,
  roomIds: readonly string[],
): Promise<Map<string, Row<'message'>>> {
  const [first] = roomIds
  if (first === undefined) return new Map()
  if (roomIds.length === 1) {
    const message = await lastMessage(reader, first)
    return new Map(message === undefined ? [] : [[first, message]])
  }
  const rows = await reader.q
    .selectFrom('room as r')
    .innerJoin('message as m', (join) =>
      join.onRef('m.room_id', '=', 'r.id').on((on) =>
        on(
          'm.seq',
          '=',
          on
            .selectFrom('message as x')
            .select('x.seq')
            .whereRef('x.room_id', '=', 'r.id')
            .where('x.hidden', '=', 0)
            .where((where) => where.or([where('x.deleted', '=', 0), where('x.kind', '=', 'rm')]))
            .orderBy('x.seq', 'desc')
            .limit(1),
        ),
      ),
    )
    .selectAll('m')
    .where('r.id', 'in', [...roomIds])
    .execute()
  return new Map(rows.map((row) => [row.room_id, row]))
}

/** Condition: the text contains the term, whatever its case. */
export const textContains = (term: string) => contains(sql.ref('text'), term)
