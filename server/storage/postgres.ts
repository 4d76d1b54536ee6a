import { CompiledQuery, Kysely, sql, type SelectQueryBuilder } from 'kysely'
import { Pool, types as pgTypes } from 'pg'
import {
  StorageUnavailableError,
  type BatchHandler,
  type CommitObserver,
  type Database,
  type Reader,
  type Tx,
} from './database.ts'
import type { Topic } from '../lib/topics.ts'
import type { MigrationEngine } from './migrate.ts'
import { OwnSchemaDialect } from './postgres-dialect.ts'
import { ringRows } from './rings.ts'
import type { Row, Tables } from './tables.ts'

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
const NAME_CONNECTION = `select set_config('application_name', ${CONNECTION_NAME}, false)`

/** Builds the connection pool; every bigint column fits a number. */
export function createPool(url: string, schema?: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_MS,
    ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pgTypes.getTypeParser(oid, format)) as never,
    },
    // A restore recognises by this name that somebody works on the tables; the pool waits for it.
    onConnect: (client) => client.query(NAME_CONNECTION) as unknown as void,
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would be
  // an uncaught exception.
  pool.on('error', () => undefined)
  return pool
}

interface Waiting<Input, Output> {
  input: Input
  resolve: (output: Output) => void
  reject: (error: Error) => void
}

/** The engine for large installations: transactions of their own, hot operations as sets. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #q: Kysely<Tables>
  readonly #reader: Reader
  readonly #observer: CommitObserver
  readonly #working = new Set<Promise<unknown>>()
  #closed = false

  constructor(pool: Pool, observer: CommitObserver) {
    this.#observer = observer
    this.#q = new Kysely<Tables>({ dialect: new OwnSchemaDialect({ pool }) })
    this.#reader = new PostgresReader(this.#q)
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
    return this.#tracked(guarded(() => work(this.#reader)))
  }

  snapshot<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    return this.#tracked(
      guarded(() =>
        this.#q
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute((transaction) => work(new PostgresReader(transaction))),
      ),
    )
  }

  async purge(): Promise<void> {
    await guarded(() =>
      sql`vacuum message, message_history, room, visitor, page_visit, subscription, file,
        file_chunk, job, offline_message, counter, audit`.execute(this.#q),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
    await this.#q.destroy()
  }

  async #transaction<Result>(work: (tx: Tx) => Promise<Result>, size: number): Promise<Result> {
    if (this.#closed) throw new StorageUnavailableError('the server is stopping')
    for (let attempt = 1; ; attempt++) {
      const started = performance.now()
      let tx: PostgresTx | undefined
      try {
        const result = await this.#q.transaction().execute((transaction) => {
          tx = new PostgresTx(transaction)
          return work(tx)
        })
        this.#observer.committed?.(size, (performance.now() - started) / 1000)
        tx?.runAfterCommit(this.#observer)
        return result
      } catch (error) {
        if (attempt < ATTEMPTS && RETRYABLE.has(codeOf(error))) continue
        throw translated(error)
      }
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

/** Reads through a pool or a transaction. */
export class PostgresReader implements Reader {
  readonly q: Kysely<Tables>

  constructor(q: Kysely<Tables>) {
    this.q = q
  }

  async rows<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]> {
    const result = await this.q.executeQuery<Result>(CompiledQuery.raw(sql, [...parameters]))
    return result.rows
  }
}

/** Writes through a transaction. */
export class PostgresTx extends PostgresReader implements Tx {
  readonly #topics = new Set<Topic>()
  #afterCommit: (() => void)[] = []

  lock<From extends keyof Tables, Output>(
    query: SelectQueryBuilder<Tables, From, Output>,
  ): SelectQueryBuilder<Tables, From, Output> {
    return query.forUpdate()
  }

  lockRows<Name extends keyof Tables, Column extends keyof Row<Name> & string>(
    table: Name,
    ids: readonly string[],
    columns: readonly Column[],
  ): Promise<Pick<Row<Name>, Column>[]> {
    const list = columns.map((column) => `"${column}"`).join(', ')
    return this.rows(
      `select ${list} from "${table}" where id = any($1::text[]) order by id for update`,
      [ids],
    )
  }

  async insertRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
  ): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const columns = Object.keys(first)
      .map((column) => `"${column}"`)
      .join(', ')
    await this.rows(
      `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1::json)`,
      [JSON.stringify(rows)],
    )
    ringRows(this.#topics, table, rows)
  }

  async updateRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
  ): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const changes = Object.keys(first)
      .filter((column) => column !== 'id')
      .map((column) => `"${column}" = changed."${column}"`)
      .join(', ')
    await this.rows(
      `update "${table}" set ${changes} from json_populate_recordset(null::"${table}", $1::json) changed where "${table}".id = changed.id`,
      [JSON.stringify(rows)],
    )
    ringRows(this.#topics, table, rows)
  }

  afterCommit(action: () => void): void {
    this.#afterCommit.push(action)
  }

  ring(topic: Topic): void {
    this.#topics.add(topic)
  }

  runAfterCommit(observer: CommitObserver): void {
    for (const action of this.#afterCommit) action()
    if (this.#topics.size > 0) observer.rang?.(this.#topics)
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
    (error instanceof Error && /connection terminated|timeout exceeded/i.test(error.message))
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
