import type { Order, PageRequest } from '../../contract/paging.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

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

/** @returns whether there was one */
export async function removeOfflineMessage(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.q.deleteFrom('offline_message').where('id', '=', id).executeTakeFirst()
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
