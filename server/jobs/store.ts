import { isoTime } from '../lib/clock.ts'
import type { Reader, Tx } from '../storage/database.ts'
import type { Flag, Row } from '../storage/tables.ts'

/** How long a claimed job belongs to its worker, unless he renews that. */
export const LEASE_MS = 15_000
const ERROR_LENGTH = 500
const FIRST_RETRY_MS = 2000
const LONGEST_RETRY_MS = 3_600_000
/** Due jobs of a kind that one claim looks at; the rest waits for the next. */
const LOOK_AT = 64
const LOCK = 'jobs'

/**
 * Makes this transaction the only one that moves jobs from state to state, until its commit. Adding
 * jobs needs it not.
 */
export async function lockJobs(tx: Tx): Promise<void> {
  await tx.rows(
    `insert into counter (id, value) values ($1, 1)
       on conflict (id) do update set value = counter.value + 1`,
    [LOCK],
  )
}

/** Whether a claim would find anything; asked often, so it writes and locks nothing. */
export async function isAnyDue(
  reader: Reader,
  now: number,
  kinds: readonly string[],
): Promise<boolean> {
  for (const kind of kinds) {
    const rows = await reader.rows(
      `select id from job where state = 'pending' and kind = $1 and due_at <= $2 limit 1`,
      [kind, isoTime(now)],
    )
    if (rows.length > 0) return true
  }
  return false
}

/**
 * What is due, whether it is the first of its key, and whether somebody is at work on another job
 * of the key: after a replay, that may be one that comes later.
 */
const DUE = `
  select j.*,
         case when exists (select 1 from job b
                            where b.order_key = j.order_key and b.id < j.id
                              and b.state in ('pending', 'waiting'))
              then 1 else 0 end as behind,
         case when exists (select 1 from job b
                            where b.order_key = j.order_key and b.lease_until > $1
                              and b.id <> j.id)
              then 1 else 0 end as busy
    from job j
   where j.state = 'pending' and j.kind = $2 and j.due_at <= $1
   order by j.due_at, j.id limit $3`

interface DueJob extends Row<'job'> {
  behind: Flag
  busy: Flag
}

/** What a claim brought. */
export interface Claimed {
  jobs: Row<'job'>[]
  /** More may be due than one claim looks at. */
  more: boolean
}

/**
 * Takes up to `limit` jobs of each kind that are due under a lease, oldest first. A job whose lease
 * ran out belonged to a process that died and is taken again: at least once, never lost. What is
 * due but not the first of its key is set aside until its turn, so that a long queue behind a
 * failing job is looked at once and not with every claim.
 */
export async function claim(
  tx: Tx,
  now: number,
  limits: ReadonlyMap<string, number>,
): Promise<Claimed> {
  await lockJobs(tx)
  const at = isoTime(now)
  const until = isoTime(now + LEASE_MS)
  const jobs: Row<'job'>[] = []
  const aside: string[] = []
  let more = false
  for (const [kind, limit] of limits) {
    const due = await tx.rows<DueJob>(DUE, [at, kind, LOOK_AT])
    const behind = due.filter((job) => job.behind === 1)
    const free = due.filter((job) => job.behind === 0 && job.busy === 0)
    for (const { behind: _behind, busy: _busy, ...job } of free.slice(0, limit)) {
      jobs.push({ ...job, lease_until: until, attempts: job.attempts + 1 })
    }
    aside.push(...behind.map(({ id }) => id))
    more ||= due.length === LOOK_AT && behind.length > 0
  }
  await tx.updateRows(
    'job',
    jobs.map(({ id, attempts }) => ({
      id,
      attempts,
      lease_until: until,
      due_at: until,
      updated_at: at,
    })),
  )
  await tx.updateRows(
    'job',
    aside.map((id) => ({ id, state: 'waiting' as const })),
  )
  return { jobs, more }
}

/** How the work on a claimed job ended. */
export interface Settlement {
  job: Row<'job'>
  now: number
  outcome:
    | { kind: 'done' }
    /** Due again later, or dead after `attempts` tries. */
    | { kind: 'failed'; error: string; attempts: number }
    /** Nobody's fault, and no attempt: due again at once. */
    | { kind: 'released' }
}

/** Whether the job is still that worker's: a later claim counts one more attempt. */
const isHeld = (held: HeldJob | undefined, job: HeldJob): boolean =>
  held !== undefined && held.lease_until !== null && held.attempts === job.attempts

type HeldJob = Pick<Row<'job'>, 'id' | 'attempts' | 'lease_until'>

async function heldJobs(tx: Tx, jobs: readonly Row<'job'>[]): Promise<Row<'job'>[]> {
  const ids = jobs.map(({ id }) => id)
  const rows = await tx.q
    .selectFrom('job')
    .select(['id', 'attempts', 'lease_until'])
    .where('id', 'in', ids)
    .execute()
  const present = new Map(rows.map((row) => [row.id, row]))
  return jobs.filter((job) => isHeld(present.get(job.id), job))
}

/** Keeps jobs for the worker who is still at work on them. */
export async function renew(tx: Tx, now: number, jobs: readonly Row<'job'>[]): Promise<void> {
  await lockJobs(tx)
  const until = isoTime(now + LEASE_MS)
  const held = await heldJobs(tx, jobs)
  await tx.updateRows(
    'job',
    held.map(({ id }) => ({ id, lease_until: until, due_at: until })),
  )
}

/**
 * Settles claimed jobs and lets the next of their keys have its turn. A job that was claimed anew
 * since, because this worker lost its lease, is left to its new worker.
 */
export async function settle(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  await lockJobs(tx)
  const held = new Set(
    await heldJobs(
      tx,
      settlements.map(({ job }) => job),
    ),
  )
  const mine = settlements.filter(({ job }) => held.has(job))
  const done = mine.filter(({ outcome }) => outcome.kind === 'done').map(({ job }) => job.id)
  if (done.length > 0) await tx.q.deleteFrom('job').where('id', 'in', done).execute()
  await tx.updateRows('job', mine.flatMap(changeOf))
  for (const key of new Set(mine.map(({ job }) => job.order_key))) await wakeNext(tx, key)
}

function changeOf({ job, now, outcome }: Settlement): Partial<Row<'job'>>[] {
  const common = { id: job.id, lease_until: null, updated_at: isoTime(now) }
  switch (outcome.kind) {
    case 'done':
      return []
    case 'failed': {
      const dead = job.attempts >= outcome.attempts
      return [
        {
          ...common,
          state: dead ? 'dead' : 'pending',
          due_at: isoTime(now + backoffMs(job.attempts)),
          attempts: job.attempts,
          last_error: storable(outcome.error),
        },
      ]
    }
    case 'released':
      return [
        {
          ...common,
          state: 'pending',
          due_at: isoTime(now),
          attempts: job.attempts - 1,
          last_error: job.last_error,
        },
      ]
  }
}

/** A text from outside, as both engines can hold it. */
const storable = (text: string): string =>
  text.replaceAll('\0', '').slice(0, ERROR_LENGTH).toWellFormed()

/** Half to all of a wait that doubles with every attempt, at most an hour. */
export function backoffMs(attempts: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20))
  return Math.round(longest * (0.5 + Math.random() / 2))
}

async function wakeNext(tx: Tx, key: string): Promise<void> {
  await tx.rows(
    `update job set state = 'pending'
      where state = 'waiting'
        and id = (select n.id from job n
                   where n.order_key = $1 and n.state in ('pending', 'waiting')
                   order by n.id limit 1)`,
    [key],
  )
}

/**
 * To be called at a start. Gives every key its turn again, whatever was removed before the first
 * of it; a process that is the only one also takes back what the one before it had begun.
 */
export async function resume(tx: Tx, now: number, alone: boolean): Promise<void> {
  await lockJobs(tx)
  if (alone) {
    await tx.rows('update job set due_at = $1, lease_until = null where lease_until is not null', [
      isoTime(now),
    ])
  }
  await tx.rows(
    `update job set state = 'pending'
      where state = 'waiting'
        and not exists (select 1 from job b
                         where b.order_key = job.order_key and b.id < job.id
                           and b.state in ('pending', 'waiting'))`,
    [],
  )
}
