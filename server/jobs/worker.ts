import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Database } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import type { JobQueue } from './queue.ts'
import { claim, isAnyDue, LEASE_MS, renew, resume, settle, type Settlement } from './store.ts'

/** Commits that follow each other closely share a round. */
const WAKE_MS = 10
/** Finds what is due by time, and what other nodes have added. */
const POLL_MS = 500
const RENEW_MS = LEASE_MS / 3
const DEFAULT_TIME_LIMIT_MS = 60_000
/** How long a stopping process lets its jobs go on. */
const GRACE_MS = 2000
const DEFAULT_ATTEMPTS = 10
const DEFAULT_CONCURRENCY = 4

/** A job as its handler sees it. */
export type Job = Row<'job'>

/** How one kind of job is done. It may run more than once for the same job. */
export interface JobHandler {
  /** Works outside any transaction; `signal` tells that the time is over. */
  run(job: Job, signal: AbortSignal): Promise<void>
  /** Tries before the job is dead; 10 when absent. */
  attempts?: number
  /** Jobs of this kind that one process runs at a time; 4 when absent. */
  concurrency?: number
  /** Milliseconds after which a run has failed; a minute when absent. */
  timeLimitMs?: number
}

/** What a worker works with. */
export interface JobWorkerParts {
  db: Database
  clock: Clock
  log: Logger
  jobs: JobQueue
  /** Hears how each run ended. */
  ended?: (kind: string, outcome: 'done' | 'failed' | 'dead') => void
  /** No other process works on this database: what a predecessor left is taken over at once. */
  alone: boolean
}

/** The process is stopping; what was begun is done by the next one. */
class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

interface Running {
  job: Job
  ended: Promise<void>
  stop: () => void
}

/**
 * Does the work of the job table. Every kind has places of its own, so that one that hangs does not
 * hold up another; a place that becomes free is given away at once.
 */
export class JobWorker {
  readonly #parts: JobWorkerParts
  readonly #handlers: ReadonlyMap<string, JobHandler>
  readonly #running = new Map<string, Running>()
  /** What ended and is not yet noted in the table. */
  #finished: Settlement[] = []
  #poll: NodeJS.Timeout | undefined
  #renewal: NodeJS.Timeout | undefined
  #wakeUp: NodeJS.Timeout | undefined
  #forget: (() => void) | undefined
  #round: Promise<boolean> | undefined
  #tried = 0
  #stopped = false

  constructor(parts: JobWorkerParts, handlers: ReadonlyMap<string, JobHandler>) {
    this.#parts = parts
    this.#handlers = handlers
  }

  /** Begins to work, as soon as something is due. */
  start(): void {
    this.#forget = this.#parts.jobs.onAdded(() => this.#wake())
    this.#poll = setInterval(() => this.#wake(), POLL_MS)
    this.#poll.unref()
    this.#renewal = setInterval(() => void this.#renew(), RENEW_MS)
    this.#renewal.unref()
    this.#round = this.#resume()
  }

  /** Runs what is due now, and what becomes due by that. @returns how many jobs were tried */
  async drain(): Promise<number> {
    const before = this.#tried
    for (;;) {
      const more = await this.#next()
      if (this.#finished.length > 0) continue
      if (!more && this.#running.size === 0) return this.#tried - before
      if (this.#running.size > 0) await Promise.race(this.#ends())
    }
  }

  /** Begins nothing new; what does not end soon is left to the process that comes next. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#forget?.()
    clearInterval(this.#poll)
    clearInterval(this.#renewal)
    clearTimeout(this.#wakeUp)
    await this.#round
    let grace: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      grace = setTimeout(resolve, GRACE_MS)
    })
    await Promise.race([Promise.all(this.#ends()), over])
    clearTimeout(grace)
    for (const { stop } of this.#running.values()) stop()
    await Promise.all(this.#ends())
    await this.#fill()
  }

  #ends(): Promise<void>[] {
    return [...this.#running.values()].map(({ ended }) => ended)
  }

  #wake(): void {
    // One that was not started works only when it is told to.
    if (this.#stopped || this.#poll === undefined) return
    this.#wakeUp ??= setTimeout(() => {
      this.#wakeUp = undefined
      void this.#work()
    }, WAKE_MS)
  }

  async #work(): Promise<void> {
    if (await this.#next()) this.#wake()
  }

  /** One round at a time. @returns whether another may find more */
  async #next(): Promise<boolean> {
    while (this.#round !== undefined) await this.#round
    if (this.#stopped) return false
    this.#round = this.#fill().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** Notes what has ended and fills the places that it left, in one commit. */
  async #fill(): Promise<boolean> {
    const { db, clock, log } = this.#parts
    const finished = this.#finished
    this.#finished = []
    const limits = this.#freePlaces()
    try {
      const now = clock.now()
      const kinds = [...limits.keys()]
      const idle =
        finished.length === 0 && !(await db.read((reader) => isAnyDue(reader, now, kinds)))
      if (idle) return false
      const { jobs, more } = await db.transact(async (tx) => {
        if (finished.length > 0) await settle(tx, finished)
        return claim(tx, now, limits)
      })
      for (const job of jobs) this.#begin(job)
      return more || jobs.length > 0
    } catch (error) {
      log.warn({ err: error }, 'jobs wait for the storage')
      // Noted with the next round; a job whose lease runs out before that is done again.
      this.#finished = [...finished, ...this.#finished]
      return false
    }
  }

  async #resume(): Promise<boolean> {
    const { db, clock, log, alone } = this.#parts
    try {
      await db.transact((tx) => resume(tx, clock.now(), alone))
    } catch (error) {
      log.warn({ err: error }, 'jobs wait for the storage')
    }
    this.#round = undefined
    this.#wake()
    return true
  }

  async #renew(): Promise<void> {
    const { db, clock, log } = this.#parts
    const jobs = [...this.#running.values()].map(({ job }) => job)
    if (jobs.length === 0) return
    try {
      await db.transact((tx) => renew(tx, clock.now(), jobs))
    } catch (error) {
      log.warn({ err: error }, 'jobs could not be kept')
    }
  }

  #freePlaces(): Map<string, number> {
    const free = new Map<string, number>()
    if (this.#stopped) return free
    for (const [kind, handler] of this.#handlers) {
      const busy = [...this.#running.values()].filter((one) => one.job.kind === kind).length
      const places = (handler.concurrency ?? DEFAULT_CONCURRENCY) - busy
      if (places > 0) free.set(kind, places)
    }
    return free
  }

  #begin(job: Job): void {
    this.#tried += 1
    const control = new AbortController()
    const ended = this.#runOne(job, control).finally(() => {
      this.#running.delete(job.id)
      this.#wake()
    })
    const stop = () => control.abort(new StoppedError('the server is stopping'))
    this.#running.set(job.id, { job, ended, stop })
  }

  async #runOne(job: Job, control: AbortController): Promise<void> {
    const { clock, log, ended } = this.#parts
    const outcome = await this.#outcomeOf(job, control)
    const about = { job: job.id, kind: job.kind, attempts: job.attempts }
    if (outcome.kind === 'failed') {
      const dead = job.attempts >= outcome.attempts
      log.warn({ ...about, error: outcome.error }, dead ? 'job is dead' : 'job failed')
      ended?.(job.kind, dead ? 'dead' : 'failed')
    } else if (outcome.kind === 'done') ended?.(job.kind, 'done')
    this.#finished.push({ job, now: clock.now(), outcome })
  }

  async #outcomeOf(job: Job, control: AbortController): Promise<Settlement['outcome']> {
    const handler = this.#handlers.get(job.kind)
    const { signal } = control
    const limit = handler?.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS
    const late = setTimeout(() => control.abort(new Error('it took too long')), limit)
    try {
      await Promise.race([handler?.run(job, signal), aborted(signal)])
      return { kind: 'done' }
    } catch (error) {
      if (signal.reason instanceof StoppedError) return { kind: 'released' }
      return {
        kind: 'failed',
        error: error instanceof Error ? error.message : String(error),
        attempts: handler?.attempts ?? DEFAULT_ATTEMPTS,
      }
    } finally {
      clearTimeout(late)
    }
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
