import type { Tx } from '../../storage/database.ts'

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

/** Removes a visitor and everything he said or did, from every table (P14). */
export async function eraseVisitor(tx: Tx, visitorId: string): Promise<void> {
  const rooms = tx.q.selectFrom('room').select('id').where('visitor_id', '=', visitorId)
  await tx.q.deleteFrom('message_history').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('message').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('subscription').where('room_id', 'in', rooms).execute()
  await tx.q.deleteFrom('page_visit').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('room').where('visitor_id', '=', visitorId).execute()
  await tx.q.deleteFrom('visitor').where('id', '=', visitorId).execute()
}
