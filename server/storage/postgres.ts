import { sql } from 'kysely'
import { Pool, types as pgTypes, type PoolClient } from 'pg'
import {
  StorageUnavailableError,
  type BatchHandler,
  type CommitObserver,
  type Database,
  type Reader,
  type Tx,
} from './database.ts'
import type { MigrationEngine } from './migrate.ts'
import { copyBytes } from './postgres-bytes.ts'
import {
  clientStatements,
  inOnePiece,
  poolStatements,
  StatementNames,
  type PostgresStatements,
} from './postgres-statements.ts'
import { PipelinedTx, PostgresReader } from './postgres-tx.ts'

const POOL_SIZE = 16
const CONNECT_MS = 5000
/** Sets that may commit at the same time; a second one fills the wait of the first. */
const CONCURRENT_SETS = 2
const SET_LIMIT = 256
const ATTEMPTS = 5
const INT8 = 20
/** Serialisation failure and deadlock: the transaction did nothing and may run again. */
const RETRYABLE = new Set(['40001', '40P01'])
/** Classes of connection failure, resource shortage and operator intervention. */
const UNAVAILABLE = /^(08|53|57)/

/** What migrations need to know of this engine, the schema aside. */
export const POSTGRES_MIGRATIONS: MigrationEngine = {
  types: { text: 'text collate "C"', bytes: 'bytea' },
  ownTransaction: false,
}

/** What connections to one installation call themselves; several may share a database. */
export const CONNECTION_NAME = "left('foyer ' || coalesce(current_schema(), ''), 63)"
/** What is acknowledged is on disk, also where the server would rather not wait for that (P1). */
const PREPARE_CONNECTION = `select set_config('application_name', ${CONNECTION_NAME}, false),
  case when current_setting('synchronous_commit') = 'off'
    then set_config('synchronous_commit', 'on', false) end`

/** Builds the connection pool; every bigint column fits a number. */
export function createPool(url: string, schema?: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    // Statements are sent without waiting for the answers of those before them.
    pipeline: true,
    connectionTimeoutMillis: CONNECT_MS,
    ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pgTypes.getTypeParser(oid, format)) as never,
    },
    // A restore recognises by this name that somebody works on the tables; the pool waits for it.
    onConnect: (client) => client.query(PREPARE_CONNECTION) as unknown as void,
  })
  // A connection that breaks is replaced by the pool, and tells the statement that it was used for.
  // Without listeners it would be an uncaught exception: here while idle, there while in use.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

const ignore = (): void => undefined

interface Waiting<Input, Output> {
  input: Input
  resolve: (output: Output) => void
  reject: (error: Error) => void
}

/** The engine for large installations: transactions of their own, hot operations as sets. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #pool: Pool
  readonly #names = new StatementNames()
  readonly #statements: PostgresStatements
  readonly #reader: Reader
  readonly #observer: CommitObserver
  readonly #working = new Set<Promise<unknown>>()
  #closed = false

  constructor(pool: Pool, observer: CommitObserver) {
    this.#pool = pool
    this.#observer = observer
    this.#statements = poolStatements(pool, this.#names)
    this.#reader = new PostgresReader(this.#statements)
  }

  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.#tracked(this.#transaction(work, 1))
  }

  batch<Input, Output>(handler: BatchHandler<Input, Output>): (input: Input) => Promise<Output> {
    const waiting: Waiting<Input, Output>[] = []
    let running = 0
    const drain = async (): Promise<void> => {
      // The rest of the current turn may bring more inputs for the same set.
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      while (waiting.length > 0) await this.#runSet(handler, waiting.splice(0, SET_LIMIT))
      running--
    }
    return (input) =>
      new Promise((resolve, reject) => {
        waiting.push({ input, resolve, reject })
        if (running >= CONCURRENT_SETS) return
        running++
        void this.#tracked(drain())
      })
  }

  read<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    return this.#tracked(this.#reading(() => work(this.#reader)))
  }

  snapshot<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    return this.#tracked(this.#reading(() => this.#ofOneMoment(work)))
  }

  bytes(sql: string, parameters: readonly (string | number)[]): Promise<Uint8Array | undefined> {
    return this.#tracked(guarded(() => copyBytes(this.#pool, sql, parameters)))
  }

  async purge(): Promise<void> {
    await guarded(() =>
      sql`vacuum message, message_history, room, visitor, page_visit, subscription, file,
        file_chunk, job, offline_message, counter, audit`.execute(this.#statements.q),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
    await this.#pool.end()
  }

  async #transaction<Result>(work: (tx: Tx) => Promise<Result>, size: number): Promise<Result> {
    if (this.#closed) throw new StorageUnavailableError('the server is stopping')
    for (let attempt = 1; ; attempt++) {
      const started = performance.now()
      try {
        const { result, tx } = await this.#attempt(work)
        this.#observer.committed?.(size, (performance.now() - started) / 1000)
        tx.runAfterCommit(this.#observer)
        return result
      } catch (error) {
        const again = RETRYABLE.has(codeOf(error)) || this.#names.wereToBlame(error)
        if (attempt < ATTEMPTS && again) continue
        throw translated(error)
      }
    }
  }

  async #attempt<Result>(
    work: (tx: Tx) => Promise<Result>,
  ): Promise<{ result: Result; tx: PipelinedTx }> {
    const client = await this.#pool.connect()
    const tx = new PipelinedTx(client, this.#names)
    try {
      const result = await work(tx)
      await tx.commit()
      client.release()
      return { result, tx }
    } catch (error) {
      throw await givenBack(client, () => tx.rollback(error), error)
    }
  }

  /** Reads, and once more where it was not the statement that was wrong. */
  #reading<Result>(work: () => Promise<Result>): Promise<Result> {
    return guarded(() =>
      work().catch((error: unknown) => {
        if (this.#names.wereToBlame(error)) return work()
        throw error
      }),
    )
  }

  async #ofOneMoment<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect()
    inOnePiece(client)
    const begun = client.query('start transaction isolation level repeatable read, read only')
    // Should it fail, so does the first statement.
    begun.catch(() => undefined)
    try {
      const result = await work(new PostgresReader(clientStatements(client, this.#names)))
      // Nothing was written: nobody has to wait for the end.
      void this.#tracked(givenBack(client, () => client.query('commit'), undefined))
      return result
    } catch (error) {
      throw await givenBack(client, () => client.query('rollback').then(() => error), error)
    }
  }

  async #runSet<Input, Output>(
    handler: BatchHandler<Input, Output>,
    set: Waiting<Input, Output>[],
  ): Promise<void> {
    try {
      const outcomes = await this.#transaction(
        (tx) =>
          handler(
            tx,
            set.map((waiting) => waiting.input),
          ),
        set.length,
      )
      set.forEach((waiting, index) => {
        const outcome = outcomes[index]
        if (outcome instanceof Error) waiting.reject(outcome)
        else waiting.resolve(outcome as Output)
      })
    } catch (error) {
      const [only] = set
      if (error instanceof StorageUnavailableError || (set.length === 1 && only !== undefined)) {
        for (const waiting of set) waiting.reject(error as Error)
        return
      }
      // One input broke the whole set: each runs alone, so that only the culprit is refused.
      for (const waiting of set) await this.#runSet(handler, [waiting])
    }
  }

  #tracked<Result>(work: Promise<Result>): Promise<Result> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    )
    this.#working.add(settled)
    void settled.then(() => this.#working.delete(settled))
    return work
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Losing the server is told apart from a mistake in a statement. */
function translated(error: unknown): unknown {
  const code = codeOf(error)
  const lost =
    UNAVAILABLE.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code) ||
    (error instanceof Error &&
      /connection terminated|timeout exceeded|not queryable/i.test(error.message))
  return lost
    ? new StorageUnavailableError('the database cannot be reached', { cause: error })
    : error
}

async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw translated(error)
  }
}

/** Ends a transaction and gives its connection back; a connection where that fails is closed. */
async function givenBack<Ended>(
  client: PoolClient,
  end: () => Promise<Ended>,
  otherwise: unknown,
): Promise<unknown> {
  try {
    const ended = await end()
    client.release()
    return ended
  } catch {
    client.release(true)
    return otherwise
  }
}
