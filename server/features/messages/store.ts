import { sql } from 'kysely'
import { ApiError } from '../../contract/errors.ts'
import type { JobQueue } from '../../jobs/queue.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { likePattern } from '../../lib/like.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { removeMessageFiles } from '../files/store.ts'
import type { Author } from './append.ts'

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

/** A room that the caller has locked, as far as changing a message needs it. */
export type LockedRoom = Pick<Row<'room'>, 'id' | 'seq' | 'messages' | 'updated_at'>

/**
 * When a change of a room's messages counts as made: times of changes strictly grow in a room, so
 * that a client who asks for what changed since a time misses nothing.
 */
const changeTime = (room: LockedRoom, now: number): string =>
  isoTime(Math.max(now, Date.parse(room.updated_at) + 1))

/** A change of a message's text, at the next place of its room's order. */
export async function changeText(
  tx: Tx,
  room: LockedRoom,
  message: Row<'message'>,
  change: { text: string; md: string | null; by: Author; now: number },
): Promise<Row<'message'>> {
  const at = changeTime(room, change.now)
  const seq = room.seq + 1
  const columns = {
    text: change.text,
    md: change.md,
    changed_seq: seq,
    changed_at: at,
    edited_at: at,
    edited_by_id: change.by.id,
    edited_by_username: change.by.username,
  }
  await tx.updateRows('message', [{ id: message.id, ...columns }])
  await tx.updateRows('room', [{ id: room.id, seq, updated_at: at }])
  return { ...message, ...columns }
}

/** A change of what stands beside a message's text (reactions), at the next place of its room. */
export async function changeExtra(
  tx: Tx,
  room: LockedRoom,
  message: Row<'message'>,
  extra: Record<string, unknown>,
  now: number,
): Promise<Row<'message'>> {
  const at = changeTime(room, now)
  const seq = room.seq + 1
  const columns = {
    extra: Object.keys(extra).length === 0 ? null : JSON.stringify(extra),
    changed_seq: seq,
    changed_at: at,
  }
  await tx.updateRows('message', [{ id: message.id, ...columns }])
  await tx.updateRows('room', [{ id: room.id, seq, updated_at: at }])
  return { ...message, ...columns }
}

/** How a deletion shows afterwards. */
export interface Deletion {
  by: Author
  now: number
  /** Leave a visible `rm` mark in the place of the message. */
  showMark: boolean
  /** Where the removal of the bytes of its files is handed in. */
  jobs: JobQueue
}

/**
 * Deletes a message: the text is gone, a tombstone keeps its place and id, so that readers who
 * resume hear of it and a late retry does not bring it back. Its files go with the text.
 */
export async function deleteText(
  tx: Tx,
  room: LockedRoom,
  message: Row<'message'>,
  deletion: Deletion,
): Promise<Row<'message'>> {
  const at = changeTime(room, deletion.now)
  const seq = room.seq + 1
  const columns = {
    text: '',
    md: null,
    extra: null,
    kind: deletion.showMark ? 'rm' : message.kind,
    deleted: 1 as const,
    changed_seq: seq,
    changed_at: at,
    ...(deletion.showMark
      ? {
          edited_at: at,
          edited_by_id: deletion.by.id,
          edited_by_username: deletion.by.username,
        }
      : { edited_at: null, edited_by_id: null, edited_by_username: null }),
  }
  if (message.extra !== null) await removeMessageFiles(tx, deletion.jobs, message)
  await tx.updateRows('message', [{ id: message.id, ...columns }])
  const messages = room.messages - (deletion.showMark ? 0 : 1)
  await tx.updateRows('room', [{ id: room.id, seq, messages, updated_at: at }])
  return { ...message, ...columns }
}

/** Keeps what a message said before a change, for the audit (`Message_KeepHistory`). */
export const keepHistory = (
  tx: Tx,
  message: Row<'message'>,
  change: 'edit' | 'delete',
  by: Author,
  now: number,
): Promise<void> =>
  tx.insertRows('message_history', [
    {
      id: newId(now),
      message_id: message.id,
      room_id: message.room_id,
      text: message.text,
      change,
      by_type: by.type,
      by_id: by.id,
      at: isoTime(now),
    },
  ])

/** Condition: the text contains the term, whatever its case. */
export const textContains = (term: string) =>
  sql<boolean>`lower(text) like ${likePattern(term)} escape '\\'`

/** Locks a room for a change of one of its messages. */
export async function lockRoomForChange(
  tx: Tx,
  roomId: string,
): Promise<LockedRoom & Pick<Row<'room'>, 'visitor_id' | 'state'>> {
  const [room] = await tx.lockRows(
    'room',
    [roomId],
    ['id', 'seq', 'messages', 'updated_at', 'visitor_id', 'state'],
  )
  if (room === undefined) throw new ApiError('invalid-room')
  return room
}
