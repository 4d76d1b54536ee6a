import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

/** Pages (4 kB) that may wait in the write-ahead log before they are moved into the file. */
const LOG_PAGES = 32_000
/** So many the writer moves itself: some milliseconds. */
const REST_PAGES = 1000
/** Looking costs as much as two messages, so it is not done after every commit. */
const COMMITS_BETWEEN_LOOKS = 16
/** Rounds of the thread before the writer ends the work, however much is left. */
const ROUNDS = 5

/**
 * Moves the write-ahead log into the file on a thread of its own. SQLite would do it within a
 * commit, and everybody would wait for some tenths of a second. What is written while the thread
 * works is left for its next round; once that is little, the writer moves it between two groups,
 * and the log begins anew.
 */
export class Checkpoints {
  readonly #file: string
  readonly #logPages: number
  readonly #state: StatementSync
  readonly #checkpoint: StatementSync
  #worker: Worker | undefined
  #working = false
  #rounds = 0
  #commits = 0
  /** The next work begins when so many pages wait. */
  #due: number

  /** @param writer the connection that alone writes; it makes no checkpoints by itself any more */
  constructor(file: string, writer: DatabaseSync, logPages: number = LOG_PAGES) {
    this.#file = file
    this.#logPages = logPages
    this.#due = logPages
    writer.exec('pragma wal_autocheckpoint = 0')
    this.#state = writer.prepare('pragma wal_checkpoint(noop)')
    this.#checkpoint = writer.prepare('pragma wal_checkpoint(passive)')
  }

  /** To be called after each commit, while no transaction is open. */
  afterCommit(): void {
    if (this.#working) return
    this.#commits += 1
    if (this.#rounds === 0 && this.#commits < COMMITS_BETWEEN_LOOKS) return
    this.#commits = 0
    const waiting = this.#waiting()
    if (this.#rounds === 0 && waiting < this.#due) return
    if (this.#rounds < ROUNDS && waiting > REST_PAGES) this.#nextRound()
    else this.#finish()
  }

  /** Waits for the thread, which must not outlive the writer. */
  async close(): Promise<void> {
    this.#working = true
    await this.#worker?.terminate()
  }

  #waiting(): number {
    const state = this.#state.get() as { log: number; checkpointed: number }
    return state.log - state.checkpointed
  }

  #nextRound(): void {
    this.#rounds++
    this.#working = true
    this.#worker ??= this.#start()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    this.#worker.postMessage('checkpoint')
  }

  #start(): Worker {
    const worker = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
      workerData: { file: this.#file },
      name: 'checkpoints',
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
    })
    worker.on('message', () => {
      this.#working = false
    })
    // A disk that cannot be written is the commits' to tell; the log grows until it can.
    worker.on('error', () => {
      this.#worker = undefined
      this.#rounds = 0
      this.#due = this.#waiting() + this.#logPages
      this.#working = false
    })
    worker.unref()
    return worker
  }

  #finish(): void {
    this.#rounds = 0
    try {
      this.#checkpoint.get()
    } catch {
      // As above: what was committed is durable in the log.
    }
    // A backup that reads an old state keeps the log from beginning anew.
    this.#due = this.#waiting() + this.#logPages
  }
}
