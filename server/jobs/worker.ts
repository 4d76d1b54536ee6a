import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Database } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { claim, complete, retryLater } from './queue.ts'

const BATCH = 16
const POLL_MS = 500
const DEFAULT_ATTEMPTS = 10

/** How one kind of job is done. It may run more than once for the same job. */
export interface JobHandler {
  run(job: Row<'job'>): Promise<void>
  /** Tries before the job is dead. */
  attempts?: number
}

/**
 * Does the work of the job table. Each round claims what is due, runs it outside any transaction,
 * and settles it; a round that found work is followed by another at once.
 */
export class JobWorker {
  readonly #db: Database
  readonly #clock: Clock
  readonly #log: Logger
  readonly #handlers: ReadonlyMap<string, JobHandler>
  #timer: NodeJS.Timeout | undefined
  #round: Promise<number> | undefined
  #stopped = false

  constructor(
    parts: { db: Database; clock: Clock; log: Logger },
    handlers: ReadonlyMap<string, JobHandler>,
  ) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#log = parts.log
    this.#handlers = handlers
  }

  start(): void {
    this.#timer = setInterval(() => void this.drain(), POLL_MS)
    this.#timer.unref()
  }

  /** Runs what is due now until nothing is left. @returns how many jobs were tried */
  async drain(): Promise<number> {
    let total = 0
    for (;;) {
      if (this.#stopped) return total
      this.#round ??= this.#runRound().finally(() => {
        this.#round = undefined
      })
      const done = await this.#round
      if (done === 0) return total
      total += done
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#round
  }

  async #runRound(): Promise<number> {
    try {
      const jobs = await this.#db.transact((tx) => claim(tx, this.#clock.now(), BATCH))
      await Promise.all(jobs.map((job) => this.#runOne(job)))
      return jobs.length
    } catch (error) {
      this.#log.warn({ err: error }, 'jobs wait: the storage cannot be reached')
      return 0
    }
  }

  async #runOne(job: Row<'job'>): Promise<void> {
    const handler = this.#handlers.get(job.kind)
    try {
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`)
      await handler.run(job)
      await this.#db.transact((tx) => complete(tx, job.id))
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.#log.warn({ job: job.id, kind: job.kind, attempts: job.attempts, error: text }, 'job failed')
      await this.#db.transact((tx) =>
        retryLater(tx, this.#clock.now(), job, {
          error: text,
          attempts: handler?.attempts ?? DEFAULT_ATTEMPTS,
        }),
      )
    }
  }
}
