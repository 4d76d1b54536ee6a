import { isoTime } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Reader, Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'

const LEASE_MS = 60_000
const ERROR_LENGTH = 500
const FIRST_RETRY_MS = 2000
const LONGEST_RETRY_MS = 3_600_000

/** Work to be done after the commit that decided it. */
export interface NewJob {
  kind: string
  /** Jobs of one key run one after the other, in the order in which they were added. */
  orderKey: string
  /** References rather than contents: what is erased must not live on in here. */
  payload: Record<string, unknown>
  /** Epoch milliseconds; now when absent. */
  dueAt?: number
  roomId?: string
  visitorId?: string
}

let lastMoment = 0

/** Ids of one process strictly grow, so that jobs of one moment keep their order. */
function nextId(now: number): string {
  lastMoment = Math.max(now, lastMoment + 1)
  return newId(lastMoment)
}

/** Adds work in the transaction that decides it: both become durable, or neither does. */
export async function enqueue(tx: Tx, now: number, job: NewJob): Promise<string> {
  const id = nextId(now)
  const at = isoTime(now)
  await tx.insertRows('job', [
    {
      id,
      kind: job.kind,
      order_key: job.orderKey,
      state: 'pending',
      due_at: isoTime(job.dueAt ?? now),
      attempts: 0,
      lease_until: null,
      payload: JSON.stringify(job.payload),
      room_id: job.roomId ?? null,
      visitor_id: job.visitorId ?? null,
      last_error: null,
      created_at: at,
      updated_at: at,
    },
  ])
  return id
}

/**
 * Takes work that is due under a lease, oldest first. A job whose lease ran out belonged to a
 * process that died and is taken again: at least once, never lost.
 */
export async function claim(tx: Tx, now: number, limit: number): Promise<Row<'job'>[]> {
  const at = isoTime(now)
  const due = await tx.rows<{ id: string }>(
    `select j.id from job j
      where j.state = 'pending' and j.due_at <= $1
        and (j.lease_until is null or j.lease_until <= $1)
        and not exists (select 1 from job b
                         where b.order_key = j.order_key and b.state = 'pending' and b.id < j.id)
      order by j.due_at, j.id limit $2`,
    [at, limit],
  )
  const claimed: Row<'job'>[] = []
  for (const { id } of due) {
    const query = tx.q.selectFrom('job').selectAll().where('id', '=', id)
    const job = (await tx.lock(query as never).executeTakeFirst()) as Row<'job'> | undefined
    // Another process may have been faster between the two statements.
    if (job === undefined || (job.lease_until !== null && job.lease_until > at)) continue
    const lease = { lease_until: isoTime(now + LEASE_MS), attempts: job.attempts + 1 }
    await tx.updateRows('job', [{ id, ...lease, updated_at: at }])
    claimed.push({ ...job, ...lease })
  }
  return claimed
}

/** The work is done and nothing of it needs to be kept. */
export async function complete(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('job').where('id', '=', id).execute()
}

/**
 * The work failed: it is due again later, each time twice as late with some chance in it, or dead
 * after `attempts` tries, until an administrator replays it.
 */
export async function retryLater(
  tx: Tx,
  now: number,
  job: Row<'job'>,
  failure: { error: string; attempts: number },
): Promise<void> {
  const dead = job.attempts >= failure.attempts
  await tx.updateRows('job', [
    {
      id: job.id,
      state: dead ? 'dead' : 'pending',
      due_at: isoTime(now + backoffMs(job.attempts)),
      lease_until: null,
      last_error: failure.error.slice(0, ERROR_LENGTH),
      updated_at: isoTime(now),
    },
  ])
}

/** Half to all of a wait that doubles with every attempt, at most an hour. */
export function backoffMs(attempts: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20))
  return Math.round(longest * (0.5 + Math.random() / 2))
}

/** Brings a dead job back to the head of its order. @returns whether there was one */
export async function replay(tx: Tx, now: number, id: string): Promise<boolean> {
  const at = isoTime(now)
  const result = await tx.q
    .updateTable('job')
    .set({ state: 'pending', due_at: at, attempts: 0, lease_until: null, updated_at: at })
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

/** Dead jobs, newest first, for whoever decides about them. */
export const listDead = (
  reader: Reader,
  page: { offset: number; limit: number },
): Promise<Row<'job'>[]> =>
  reader.q
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'dead')
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit)
    .execute()
