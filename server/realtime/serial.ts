import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '../lib/logger.ts'

/** After so many milliseconds of tasks everybody else has a turn. */
const TURN_MS = 5

/**
 * Tasks one after the other, each only once while it waits; a failure is logged and the next goes
 * on. Many of them hold nobody up: on an engine in this process all could run in one turn.
 */
export class Serial {
  readonly #log: Logger
  readonly #waiting = new Set<() => Promise<void>>()
  #running: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  add(task: () => Promise<void>): void {
    this.#waiting.add(task)
    this.#running ??= this.#run()
  }

  /** Resolves once nothing waits. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    let since = performance.now()
    for (const task of this.#waiting) {
      if (performance.now() - since > TURN_MS) {
        await nextTurn()
        since = performance.now()
      }
      this.#waiting.delete(task)
      try {
        await task()
      } catch (error) {
        this.#log.warn({ err: error }, 'something that changed could not be told yet')
      }
    }
    this.#running = undefined
  }
}
