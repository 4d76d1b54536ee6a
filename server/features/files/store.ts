import { deleteChunks } from '../../files/database-store.ts'
import type { JobQueue, NewJob } from '../../jobs/queue.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** How long bytes wait for a message to carry them. */
const UNCARRIED_MS = 24 * 3_600_000
const DAY_MS = 24 * 3_600_000

/** Kind of the job that removes the bytes of a file which no message carries. */
export const REMOVE_FILE = 'file.remove'

/** What a job needs to find the bytes. */
export interface RemovalPayload {
  fileId: string
  store: string
}

const orderKey = (fileId: string): string => `file:${fileId}`

/** Without the visitor: his erasure removes the jobs about him, and this one is part of it. */
const removalOf = (file: RemovalPayload, dueAt?: number): NewJob => ({
  kind: REMOVE_FILE,
  orderKey: orderKey(file.fileId),
  payload: { ...file },
  ...(dueAt === undefined ? {} : { dueAt }),
})

/**
 * Sees to it that bytes which are about to be stored do not stay for ever should this process die
 * before a message carries them. Without a message they are removed at the returned time.
 */
export async function planRemoval(
  tx: Tx,
  jobs: JobQueue,
  now: number,
  file: RemovalPayload,
): Promise<string> {
  const dueAt = now + UNCARRIED_MS
  await jobs.add(tx, [removalOf(file, dueAt)])
  return isoTime(dueAt)
}

/** The bytes stay, or are gone already. @returns whether a removal was still planned */
export async function dropRemoval(tx: Tx, fileId: string): Promise<boolean> {
  const result = await tx.q
    .deleteFrom('job')
    .where('order_key', '=', orderKey(fileId))
    .executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

export const findFile = (reader: Reader, fileId: string): Promise<Row<'file'> | undefined> =>
  reader.q.selectFrom('file').selectAll().where('id', '=', fileId).executeTakeFirst()

/** Bytes that visitors' files of the last 24 hours hold, for one visitor. */
export async function uploadedToday(
  reader: Reader,
  visitorId: string,
  now: number,
): Promise<number> {
  const [row] = await reader.rows<{ bytes: number }>(
    `select cast(coalesce(sum(size), 0) as bigint) as bytes from file
      where visitor_id = $1 and created_at > $2 and owner_type = 'visitor'`,
    [visitorId, isoTime(now - DAY_MS)],
  )
  return row?.bytes ?? 0
}

export const insertFile = (tx: Tx, file: Row<'file'>): Promise<void> =>
  tx.insertRows('file', [file])

/** From here on a message carries the file. */
export const carryFile = (
  tx: Tx,
  file: Pick<Row<'file'>, 'id' | 'name'>,
  messageId: string,
): Promise<void> =>
  tx.updateRows('file', [{ id: file.id, name: file.name, message_id: messageId, expires_at: null }])

/** Removes the record of a file unless a message carries it. */
export async function deleteUncarried(tx: Tx, fileId: string): Promise<void> {
  await tx.q.deleteFrom('file').where('id', '=', fileId).where('message_id', 'is', null).execute()
}

/** Removes the files of a message in the transaction that deletes it; the bytes follow. */
export async function removeMessageFiles(
  tx: Tx,
  jobs: JobQueue,
  message: Pick<Row<'message'>, 'id' | 'room_id'>,
): Promise<void> {
  const files = await tx.q
    .selectFrom('file')
    .select(['id', 'store'])
    .where('room_id', '=', message.room_id)
    .where('message_id', '=', message.id)
    .execute()
  await removeFiles(tx, jobs, files)
}

/** Removes every file of a visitor's rooms, his own and the agents' (P14). */
export async function removeVisitorFiles(tx: Tx, jobs: JobQueue, visitorId: string): Promise<void> {
  const files = await tx.q
    .selectFrom('file')
    .select(['id', 'store'])
    .where('visitor_id', '=', visitorId)
    .execute()
  await removeFiles(tx, jobs, files)
}

/** Removes every file of a room. */
export async function removeRoomFiles(tx: Tx, jobs: JobQueue, roomId: string): Promise<void> {
  const files = await tx.q
    .selectFrom('file')
    .select(['id', 'store'])
    .where('room_id', '=', roomId)
    .execute()
  await removeFiles(tx, jobs, files)
}

/** Removes up to `limit` files from before a time, oldest first. @returns how many */
export async function removeFilesBefore(
  tx: Tx,
  jobs: JobQueue,
  before: string,
  limit: number,
): Promise<number> {
  const files = await tx.q
    .selectFrom('file')
    .select(['id', 'store'])
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(limit)
    .execute()
  await removeFiles(tx, jobs, files)
  return files.length
}

/** Removes records of files with what was planned for them; the bytes follow. */
export async function removeFiles(
  tx: Tx,
  jobs: JobQueue,
  files: readonly Pick<Row<'file'>, 'id' | 'store'>[],
): Promise<void> {
  if (files.length === 0) return
  const ids = files.map(({ id }) => id)
  await tx.q.deleteFrom('file').where('id', 'in', ids).execute()
  // What is in this very database goes with the transaction; everything else after it.
  await deleteChunks(tx, ids)
  await tx.q.deleteFrom('job').where('order_key', 'in', ids.map(orderKey)).execute()
  const elsewhere = files.filter(({ store }) => store !== 'database')
  await jobs.add(
    tx,
    elsewhere.map(({ id, store }) => removalOf({ fileId: id, store })),
  )
}
