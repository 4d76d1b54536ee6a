import { ApiError } from '../../contract/errors.ts'
import type { JobQueue } from '../../jobs/queue.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { removeVisitorFiles } from '../files/store.ts'
import { removeOfflineMessagesFrom } from '../offline-messages/store.ts'
import { removeRoom } from '../rooms/removal.ts'
import { rememberErased } from './erasures.ts'

const GUEST_COUNTER = 'guest'

/** The next number of a counter, from 1. */
export async function nextNumber(tx: Tx, id: string): Promise<number> {
  const row = await tx.q
    .insertInto('counter')
    .values({ id, value: 1 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((set) => ({ value: set('counter.value', '+', 1) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value
}

/** Registers a token that nobody has registered yet, under the next guest name. */
export async function insertVisitor(
  tx: Tx,
  tokenHash: string,
  fields: Partial<Row<'visitor'>>,
  now: number,
): Promise<Row<'visitor'>> {
  const at = isoTime(now)
  const visitor: Row<'visitor'> = {
    id: newId(now),
    token_hash: tokenHash,
    username: `guest-${await nextNumber(tx, GUEST_COUNTER)}`,
    name: null,
    email: null,
    phone: null,
    status: 'online',
    department_id: null,
    custom_fields: null,
    last_chat_id: null,
    last_chat_at: null,
    user_agent: null,
    ip: null,
    host: null,
    language: null,
    verified: 0,
    created_at: at,
    updated_at: at,
    ...fields,
  }
  await tx.insertRows('visitor', [visitor])
  return visitor
}

/**
 * Holds a visitor's row for his erasure: who opens a room holds it, too, so none comes into being
 * behind this.
 * @throws ApiError `visitor-has-open-rooms`: an agent may be at work on it
 */
export async function lockForErasure(tx: Tx, visitorId: string): Promise<void> {
  await tx.lockRows('visitor', [visitorId], ['id'])
  const open = await tx.q
    .selectFrom('room')
    .select('id')
    .where('visitor_id', '=', visitorId)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (open !== undefined) throw new ApiError('visitor-has-open-rooms')
}

/**
 * Removes a visitor and everything he said or did, from every table (P14). What is kept outside the
 * database follows by jobs. A restored backup erases him again.
 * @param address offline messages that carry it are his, too; an address that nobody has verified
 *   proves that to no stranger
 * @returns how many offline messages went with him
 */
export async function eraseVisitor(
  tx: Tx,
  visitorId: string,
  jobs: JobQueue,
  now: number,
  address: string | null = null,
): Promise<number> {
  const rooms = await tx.q
    .selectFrom('room')
    .select('id')
    .where('visitor_id', '=', visitorId)
    .execute()
  for (const { id } of rooms) await removeRoom(tx, jobs, id)
  await tx.q.deleteFrom('page_visit').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('job').where('visitor_id', '=', visitorId).execute()
  await removeVisitorFiles(tx, jobs, visitorId)
  const removed = address === null ? 0 : await removeOfflineMessagesFrom(tx, address, now)
  const erased = await tx.q
    .deleteFrom('visitor')
    .where('id', '=', visitorId)
    .returning('token_hash')
    .execute()
  for (const { token_hash: tokenHash } of erased) tx.ring(`erased:${tokenHash}`)
  await rememberErased(tx, 'visitor', [visitorId], now)
  return removed
}
