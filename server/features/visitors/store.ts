import type { JobQueue } from '../../jobs/queue.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { removeVisitorFiles } from '../files/store.ts'

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
 * Removes a visitor and everything he said or did, from every table (P14). What is kept outside the
 * database follows by jobs.
 */
export async function eraseVisitor(tx: Tx, visitorId: string, jobs: JobQueue): Promise<void> {
  const rooms = tx.q.selectFrom('room').select('id').where('visitor_id', '=', visitorId)
  await tx.q.deleteFrom('message_history').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('message').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('subscription').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('page_visit').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('job').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('job').where('room_id', 'in', rooms).execute()
  await removeVisitorFiles(tx, jobs, visitorId)
  await tx.q.deleteFrom('room').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('visitor').where('id', '=', visitorId).execute()
}
