import type { JobQueue } from '../../jobs/queue.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import { removeRoomFiles } from '../files/store.ts'

/** Places in the id of a counter of e-mails before it says what it counts. */
const COUNTED_FROM = 'mail:2026-08-01:'.length + 1

/**
 * Removes a room and everything that belongs to it, from every table. The caller has seen it
 * closed: closed rooms are never opened again, so he needs no lock. Bytes of files follow by jobs.
 */
export async function removeRoom(tx: Tx, jobs: JobQueue, roomId: string): Promise<void> {
  await tx.rows(
    'update visitor set last_chat_id = null, last_chat_at = null where last_chat_id = $1',
    [roomId],
  )
  await removeRoomFiles(tx, jobs, roomId)
  await tx.q.deleteFrom('message_history').where('room_id', '=', roomId).execute()
  await tx.q.deleteFrom('message').where('room_id', '=', roomId).execute()
  await tx.q.deleteFrom('subscription').where('room_id', '=', roomId).execute()
  await tx.q.deleteFrom('page_visit').where('room_id', '=', roomId).execute()
  await tx.q.deleteFrom('job').where('room_id', '=', roomId).execute()
  await tx.rows(`delete from counter where id like 'mail:%' and substr(id, $2) = $1`, [
    `room:${roomId}`,
    COUNTED_FROM,
  ])
  await tx.q.deleteFrom('room').where('id', '=', roomId).execute()
  tx.ring(`room:${roomId}`)
}

/** Which closed rooms are meant. */
export interface ClosedRooms {
  /** ISO time; only rooms that were closed before it. */
  before?: string | undefined
  departmentIds?: readonly string[] | undefined
}

/** Ids of closed rooms, those that were closed first. */
export async function closedRooms(
  reader: Reader,
  { before, departmentIds }: ClosedRooms,
  limit: number,
): Promise<string[]> {
  let query = reader.q
    .selectFrom('room')
    .select('id')
    .where('closed_at', 'is not', null)
    .orderBy('closed_at')
    .limit(limit)
  if (before !== undefined) query = query.where('closed_at', '<', before)
  if (departmentIds !== undefined) query = query.where('department_id', 'in', [...departmentIds])
  return (await query.execute()).map(({ id }) => id)
}
