import type { Tx } from '../storage/database.ts'

const LOCK = 'routing'

/** Counts what was routed to an agent: the fairness counter of Auto_Selection. */
export const routedCounter = (userId: string): string => `routed:${userId}`

/** Holds the turn at which an agent was last given a conversation, for the methods that rotate. */
export const turnCounter = (userId: string): string => `turn:${userId}`

/** Adds one to a counter and holds its row until the commit. */
async function count(tx: Tx, id: string): Promise<void> {
  await tx.rows(
    `insert into counter (id, value) values ($1, 1)
       on conflict (id) do update set value = counter.value + 1`,
    [id],
  )
}

/**
 * Makes this transaction the only one that decides who serves whom, until its commit. Who is free,
 * who waits and who is full then hold still: two conversations cannot get an agent's last place,
 * and an agent who leaves cannot be given one at the same moment.
 *
 * Locks are taken in this order everywhere, so that no two transactions wait for each other: roles,
 * users, this one, rooms. That is also why the fairness counters are rows of their own: a
 * transaction that changes a user waits here with his row in its hands.
 */
export const lockRouting = (tx: Tx): Promise<void> => count(tx, LOCK)

/** Notes that a conversation went to an agent. The caller holds the routing lock. */
export async function countRouted(tx: Tx, userId: string): Promise<void> {
  await count(tx, routedCounter(userId))
  // The lock counts, too: its number is the turn, and each of several in one transaction has its own.
  await count(tx, LOCK)
  await tx.rows(
    `insert into counter (id, value) select cast($1 as text), value from counter where id = $2
       on conflict (id) do update set value = excluded.value`,
    [turnCounter(userId), LOCK],
  )
}
