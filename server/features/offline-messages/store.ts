import type { Order, PageRequest } from '../../contract/paging.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { rememberErased } from '../visitors/erasures.ts'

/** What a list of offline messages may be sorted by. */
export type OfflineMessageColumn = 'created_at' | 'name' | 'email'

/** An offline message by id. */
export const findOfflineMessage = (
  reader: Reader,
  id: string,
): Promise<Row<'offline_message'> | undefined> =>
  reader.q.selectFrom('offline_message').selectAll().where('id', '=', id).executeTakeFirst()

/** Stores what a visitor left. */
export const insertOfflineMessage = (tx: Tx, row: Row<'offline_message'>): Promise<void> =>
  tx.insertRows('offline_message', [row])

/** Notes what became of its e-mail; a deleted message stays deleted. */
export const setMailState = (
  tx: Tx,
  id: string,
  mail: Row<'offline_message'>['mail'],
): Promise<void> => tx.updateRows('offline_message', [{ id, mail }])

/**
 * Removes a message for good: with its jobs, since what failed on its way may say in one of them
 * whom it was about, and so that no older backup brings it back. @returns whether there was one
 */
export async function eraseOfflineMessage(tx: Tx, id: string, now: number): Promise<boolean> {
  const removed = await removeOfflineMessage(tx, id)
  if (removed) await rememberErased(tx, 'offline-message', [id], now)
  return removed
}

/** Erases what was left with an e-mail address. @returns how many messages */
export async function removeOfflineMessagesFrom(
  tx: Tx,
  email: string,
  now: number,
): Promise<number> {
  const rows = await tx.rows<{ id: string }>(
    'select id from offline_message where lower(email) = $1',
    [email.toLowerCase()],
  )
  for (const { id } of rows) await eraseOfflineMessage(tx, id, now)
  return rows.length
}

/** Removes up to `limit` messages from before a time, oldest first. @returns how many */
export async function removeOfflineMessagesBefore(
  tx: Tx,
  before: string,
  limit: number,
): Promise<number> {
  const rows = await tx.q
    .selectFrom('offline_message')
    .select('id')
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(limit)
    .execute()
  for (const { id } of rows) await removeOfflineMessage(tx, id)
  return rows.length
}

/** Removes a message and its jobs. @returns whether there was one */
export async function removeOfflineMessage(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.q.deleteFrom('offline_message').where('id', '=', id).executeTakeFirst()
  const keys = [`offline-message.mail:${id}`, `webhook:offline:${id}`]
  await tx.q.deleteFrom('job').where('order_key', 'in', keys).execute()
  return Number(result.numDeletedRows) > 0
}

/** A page of the offline messages, and how many there are. */
export async function listOfflineMessages(
  reader: Reader,
  page: PageRequest<OfflineMessageColumn>,
): Promise<{ messages: Row<'offline_message'>[]; total: number }> {
  let query = reader.q.selectFrom('offline_message').selectAll()
  const last: Order<'id'> = ['id', 'desc']
  for (const [column, direction] of [...page.order, last]) query = query.orderBy(column, direction)
  const messages = await query
    .offset(page.offset)
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .execute()
  const { total } = await reader.q
    .selectFrom('offline_message')
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { messages, total }
}
