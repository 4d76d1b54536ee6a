import { StorageUnavailableError, type BatchHandler, type Tx } from './database.ts'

/** What the group needs of the engine: statements that begin, isolate and end. */
export interface GroupEngine {
  begin(): void
  savepoint(): void
  release(): void
  rollbackToSavepoint(): void
  commit(): void
  rollback(): void
  /** Takes everything back and goes on with an empty transaction. */
  startOver(): void
  /** A write handle; after `revoke` every use of it throws. */
  handle(): { tx: Tx; revoke: () => void; committed: () => void }
  /** Called after each commit, when everybody was answered. */
  observe(operations: number, seconds: number): void
}

interface Operation {
  /** @param alone nobody else shares the transaction, which then needs no savepoint */
  run(alone: boolean): Promise<() => void>
  fail(error: Error): void
  size: number
}

interface Waiting<Input, Output> {
  input: Input
  resolve: (output: Output) => void
  reject: (error: Error) => void
}

/**
 * Group commit for an engine with a single writer: operations that arrive while a group commits
 * share the next transaction and its one fsync. Where there are several, each runs behind a
 * savepoint, so that one which fails rolls back alone; nobody is answered before the commit.
 */
export class GroupCommit {
  readonly #engine: GroupEngine
  #waiting: Operation[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(engine: GroupEngine) {
    this.#engine = engine
  }

  add<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        size: 1,
        fail: reject,
        run: async (alone) => {
          const outcome = await this.#isolated(work, alone)
          if (outcome.ok) {
            return () => {
              outcome.committed()
              resolve(outcome.value)
            }
          }
          return () => reject(outcome.error)
        },
      })
    })
  }

  batch<Input, Output>(handler: BatchHandler<Input, Output>): (input: Input) => Promise<Output> {
    let next: Waiting<Input, Output>[] | undefined
    return (input) =>
      new Promise((resolve, reject) => {
        if (next !== undefined) {
          next.push({ input, resolve, reject })
          return
        }
        const set: Waiting<Input, Output>[] = [{ input, resolve, reject }]
        next = set
        this.#enqueue({
          get size() {
            return set.length
          },
          fail: (error) => {
            next = undefined
            for (const waiting of set) waiting.reject(error)
          },
          run: (alone) => {
            next = undefined
            return this.#runSet(handler, set, alone)
          },
        })
      })
  }

  /** Runs `action` between two groups, when no transaction is open. */
  async idle(action: () => void): Promise<void> {
    while (this.#running !== undefined) await this.#running
    action()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  #enqueue(operation: Operation): void {
    if (this.#closed) {
      operation.fail(new StorageUnavailableError('the server is stopping'))
      return
    }
    this.#waiting.push(operation)
    this.#running ??= this.#loop()
  }

  async #loop(): Promise<void> {
    // The rest of the current turn may bring more operations for the same group.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      await this.#commitGroup(group)
      await nextTurn()
    }
    this.#running = undefined
  }

  async #commitGroup(group: Operation[]): Promise<void> {
    const started = performance.now()
    const operations = group.reduce((sum, operation) => sum + operation.size, 0)
    const answers: (() => void)[] = []
    try {
      this.#engine.begin()
      const alone = group.length === 1
      for (const operation of group) answers.push(await operation.run(alone))
      this.#engine.commit()
    } catch (error) {
      this.#abandon(group, error)
      return
    }
    const seconds = (performance.now() - started) / 1000
    for (const answer of answers) answer()
    this.#engine.observe(operations, seconds)
  }

  #abandon(group: Operation[], cause: unknown): void {
    try {
      this.#engine.rollback()
    } catch {
      // A failed BEGIN or COMMIT may already have ended the transaction.
    }
    const error = new StorageUnavailableError('the write could not be made durable', { cause })
    for (const operation of group) operation.fail(error)
  }

  async #runSet<Input, Output>(
    handler: BatchHandler<Input, Output>,
    set: Waiting<Input, Output>[],
    alone: boolean,
  ): Promise<() => void> {
    const inputs = set.map((waiting) => waiting.input)
    const outcome = await this.#isolated((tx) => handler(tx, inputs), alone)
    if (outcome.ok) {
      return () => {
        outcome.committed()
        set.forEach((waiting, index) => settle(waiting, outcome.value[index]))
      }
    }
    const [only] = set
    if (set.length === 1 && only !== undefined) return () => only.reject(outcome.error)
    // One input broke the whole set: each runs alone, so that only the culprit is refused.
    const answers: (() => void)[] = []
    for (const waiting of set) answers.push(await this.#runSet(handler, [waiting], false))
    return () => {
      for (const answer of answers) answer()
    }
  }

  async #isolated<Result>(
    work: (tx: Tx) => Promise<Result>,
    alone: boolean,
  ): Promise<{ ok: true; value: Result; committed: () => void } | { ok: false; error: Error }> {
    const { tx, revoke, committed } = this.#engine.handle()
    // A savepoint keeps a copy of every page that is written: a fifth of what a message costs.
    if (!alone) this.#engine.savepoint()
    try {
      const value = await withinOneTurn(work(tx))
      if (!alone) this.#engine.release()
      return { ok: true, value, committed }
    } catch (error) {
      if (alone) this.#engine.startOver()
      else this.#engine.rollbackToSavepoint()
      return { ok: false, error: asError(error) }
    } finally {
      revoke()
    }
  }
}

function settle<Output>(waiting: Waiting<unknown, Output>, outcome: Output | Error | undefined) {
  if (outcome instanceof Error) waiting.reject(outcome)
  else waiting.resolve(outcome as Output)
}

/**
 * Statements of the embedded engine end within the turn that began them, so work that outlives its
 * turn waits for something else - a network call, a timer - while every other writer stands still.
 */
async function withinOneTurn<Result>(work: Promise<Result>): Promise<Result> {
  let guard: NodeJS.Immediate | undefined
  const overrun = new Promise<never>((_resolve, reject) => {
    guard = setImmediate(() => {
      reject(new Error('a transaction awaited something other than its own statements'))
    })
  })
  try {
    return await Promise.race([work, overrun])
  } finally {
    clearImmediate(guard)
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

const asError = (value: unknown): Error =>
  value instanceof Error ? value : new Error(String(value))
