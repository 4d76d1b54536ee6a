import type { Logger } from '../lib/logger.ts'

/** Tasks one after the other, each only once while it waits; a failure is logged and the next goes on. */
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
    for (const task of this.#waiting) {
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
