import { ApiError } from '../../contract/errors.ts'
import type { JobQueue } from '../../jobs/queue.ts'
import { isoTime, timeAfter } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { removeMessageFiles } from '../files/store.ts'
import type { Author } from './append.ts'

/** A room that the caller has locked, as far as changing a message needs it. */
export type LockedRoom = Pick<Row<'room'>, 'id' | 'seq' | 'messages' | 'updated_at'>

/**
 * When a change of a room's messages counts as made: times of changes strictly grow in a room, so
 * that a client who asks for what changed since a time misses nothing.
 */
const changeTime = (room: LockedRoom, now: number): string => timeAfter(room.updated_at, now)

/** A new text of a message, by whom and when. */
interface TextChange {
  text: string
  md: string | null
  by: Pick<Author, 'id' | 'username'>
  now: number
}

/** The message with a new text, at the next place of its room's order; the room moves on. */
export function withText(
  room: LockedRoom,
  message: Row<'message'>,
  { text, md, by, now }: TextChange,
): Row<'message'> {
  const at = changeTime(room, now)
  room.seq += 1
  room.updated_at = at
  return {
    ...message,
    text,
    md,
    changed_seq: room.seq,
    changed_at: at,
    edited_at: at,
    edited_by_id: by.id,
    edited_by_username: by.username,
  }
}

const TEXT_COLUMNS = [
  'id',
  'text',
  'md',
  'changed_seq',
  'changed_at',
  'edited_at',
  'edited_by_id',
  'edited_by_username',
] as const satisfies (keyof Row<'message'>)[]
const MOVED_COLUMNS = ['id', 'seq', 'updated_at'] as const satisfies (keyof LockedRoom)[]

/** Writes what `withText` has made, and how far it moved the rooms. */
export async function writeTexts(
  tx: Tx,
  rooms: readonly LockedRoom[],
  messages: readonly Row<'message'>[],
): Promise<void> {
  await tx.updateRows('message', messages, TEXT_COLUMNS)
  await tx.updateRows('room', rooms, MOVED_COLUMNS)
}

/** A change of a message's text, at the next place of its room's order. */
export async function changeText(
  tx: Tx,
  room: LockedRoom,
  message: Row<'message'>,
  change: TextChange,
): Promise<Row<'message'>> {
  const changed = withText(room, message, change)
  await writeTexts(tx, [room], [changed])
  return changed
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
): Promise<void> => tx.insertRows('message_history', [historyOf(message, change, by, now)])

/** What a message said before a change, as it is kept. */
export const historyOf = (
  message: Row<'message'>,
  change: 'edit' | 'delete',
  by: Pick<Author, 'type' | 'id'>,
  now: number,
): Row<'message_history'> => ({
  id: newId(now),
  message_id: message.id,
  room_id: message.room_id,
  text: message.text,
  change,
  by_type: by.type,
  by_id: by.id,
  at: isoTime(now),
})

/** What a change of a message needs to know of its room. */
export const CHANGING_COLUMNS = [
  'id',
  'seq',
  'messages',
  'updated_at',
  'visitor_id',
  'state',
] as const satisfies (keyof Row<'room'>)[]
/** A room that is locked for a change of its messages. */
export type ChangingRoom = Pick<Row<'room'>, (typeof CHANGING_COLUMNS)[number]>

/** Locks a room for a change of one of its messages. */
export async function lockRoomForChange(tx: Tx, roomId: string): Promise<ChangingRoom> {
  const [room] = await tx.lockRows('room', [roomId], CHANGING_COLUMNS)
  if (room === undefined) throw new ApiError('invalid-room')
  return room
}
