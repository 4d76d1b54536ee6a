import { isoTime, type Clock } from '../lib/clock.ts'
import { momentOf, newId } from '../lib/ids.ts'
import type { Tx } from '../storage/database.ts'

/** Work to be done after the commit that decided it. */
export interface NewJob {
  kind: string
  /**
   * Jobs of one key run one after the other, in the order in which they were added. Who adds to a
   * key holds what the key is about (the room's row), so that this order is the order of commits.
   */
  orderKey: string
  /** References rather than contents: what is erased must not live on in here. */
  payload: Record<string, unknown>
  /** Epoch milliseconds; now when absent. */
  dueAt?: number
  roomId?: string
  visitorId?: string
}

/** Sizes of the lookup below: few texts, so that each stays a prepared statement. */
const LOOKUP_SIZES = [1, 4, 16, 64, 256] as const

/** Where work is handed in. The worker of this process hears of it right after the commit. */
export class JobQueue {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #lastMoment = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Adds work in the transaction that decides it: both become durable, or neither does. Two
   * statements for any number of jobs.
   */
  async add(tx: Tx, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return
    const last = await lastIds(tx, [...new Set(jobs.map(({ orderKey }) => orderKey))])
    const now = this.#clock.now()
    const at = isoTime(now)
    await tx.insertRows(
      'job',
      jobs.map((job) => ({
        id: this.#nextId(now, last.get(job.orderKey)),
        kind: job.kind,
        order_key: job.orderKey,
        state: 'pending' as const,
        due_at: isoTime(job.dueAt ?? now),
        attempts: 0,
        payload: JSON.stringify(job.payload),
        room_id: job.roomId ?? null,
        visitor_id: job.visitorId ?? null,
        created_at: at,
        updated_at: at,
      })),
    )
    this.announce(tx)
  }

  /** Wakes the worker once the transaction is durable. */
  announce(tx: Tx): void {
    tx.afterCommit(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  /** Calls `listener` after every commit that brought work. @returns how to stop that */
  onAdded(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Ids order the jobs of a key: those of one process strictly grow, and none comes before one
   * that another process, whose clock may be ahead, has given to the same key.
   */
  #nextId(now: number, last: string | undefined): string {
    const after = last === undefined ? 0 : momentOf(last) + 1
    this.#lastMoment = Math.max(now, this.#lastMoment + 1, after)
    return newId(this.#lastMoment)
  }
}

/** The newest job of each key that has one. */
async function lastIds(tx: Tx, keys: readonly string[]): Promise<Map<string, string>> {
  const last = new Map<string, string>()
  const largest = LOOKUP_SIZES.at(-1) ?? 1
  for (let from = 0; from < keys.length; from += largest) {
    const part = keys.slice(from, from + largest)
    const size = LOOKUP_SIZES.find((fits) => fits >= part.length) ?? largest
    const filled = Array.from({ length: size }, (_, index) => part[index] ?? part[0])
    const rows = await tx.rows<{ key: string; id: string | null }>(lookup(size), filled)
    for (const { key, id } of rows) if (id !== null) last.set(key, id)
  }
  return last
}

const lookup = (size: number): string =>
  `select k.column1 as key,
          (select j.id from job j where j.order_key = k.column1
            order by j.id desc limit 1) as id
     from (values ${Array.from({ length: size }, (_, index) => `($${index + 1})`).join(', ')}) k`
