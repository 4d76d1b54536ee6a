import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { Kysely, SqliteDialect, type SelectQueryBuilder } from 'kysely'
import { Checkpoints } from './checkpoints.ts'
import {
  bytesByRows,
  type CommitObserver,
  type Database,
  type Reader,
  type Tx,
} from './database.ts'
import { GroupCommit } from './group-commit.ts'
import type { Topic } from '../lib/topics.ts'
import type { MigrationEngine } from './migrate.ts'
import { ringRows } from './rings.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import type { Row, Tables } from './tables.ts'

/** Page cache of each connection; beyond it the kernel's own cache is as near. */
const WRITER_CACHE_KIB = 16_384
const READER_CACHE_KIB = 8192
const BUSY_MS = 5000
/** How long emptying the log waits for readers, and when it is tried again. */
const EMPTY_LOG_BUSY_MS = 100
const EMPTY_LOG_AGAIN_MS = 1000

/** Opens a connection with the pragmas of this product; every one of them is set on purpose. */
export function openConnection(file: string, readOnly: boolean): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly })
  connection.exec(`pragma busy_timeout = ${BUSY_MS}`)
  if (!readOnly) {
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = full')
    // A deleted text must not stay readable in free pages of the file.
    connection.exec('pragma secure_delete = on')
  }
  connection.exec('pragma foreign_keys = on')
  connection.exec(`pragma cache_size = -${readOnly ? READER_CACHE_KIB : WRITER_CACHE_KIB}`)
  connection.exec('pragma temp_store = memory')
  return connection
}

/** What migrations need to know of this engine. */
export const SQLITE_MIGRATIONS: MigrationEngine = {
  types: { text: 'text', bytes: 'blob' },
  ownTransaction: true,
}

/** The database file of a data folder. */
export const databaseFile = (folder: string): string => join(folder, 'foyer.db')

/** A query builder over one connection. */
export const kyselyOver = (statements: SqliteStatements): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: statements }) })

/** The embedded engine: one writer with group commit, one reader connection beside it. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly #writer: DatabaseSync
  readonly #group: GroupCommit
  readonly #checkpoints: Checkpoints
  readonly #reader: SqliteReader
  readonly #readerConnection: DatabaseSync
  readonly #released: () => void
  #snapshots: Promise<unknown> = Promise.resolve()
  #emptyLater: NodeJS.Timeout | undefined

  /** @param released called after both connections are closed */
  constructor(file: string, observer: CommitObserver, released: () => void) {
    this.#released = released
    const writer = openConnection(file, false)
    this.#readerConnection = openConnection(file, true)
    this.#writer = writer
    this.#reader = new SqliteReader(new SqliteStatements(this.#readerConnection))
    const statements = new SqliteStatements(writer)
    const q = kyselyOver(statements)
    const checkpoints = new Checkpoints(file, writer)
    this.#checkpoints = checkpoints
    this.#group = new GroupCommit({
      begin: () => writer.exec('begin immediate'),
      savepoint: () => writer.exec('savepoint operation'),
      release: () => writer.exec('release operation'),
      rollbackToSavepoint: () => writer.exec('rollback to operation; release operation'),
      commit: () => writer.exec('commit'),
      rollback: () => writer.exec('rollback'),
      startOver: () => writer.exec('rollback; begin immediate'),
      handle: () => {
        const tx = new SqliteTx(statements, q, observer)
        return { tx, revoke: () => tx.revoke(), committed: () => tx.runAfterCommit() }
      },
      observe: (operations, seconds) => {
        observer.committed?.(operations, seconds)
        checkpoints.afterCommit()
      },
    })
  }

  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.#group.add(work)
  }

  batch: Database['batch'] = (handler) => this.#group.batch(handler)

  read<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    return work(this.#reader)
  }

  snapshot<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result> {
    // One connection holds one snapshot at a time; each lasts a few statements.
    const result = this.#snapshots.then(async () => {
      this.#readerConnection.exec('begin')
      try {
        return await work(this.#reader)
      } finally {
        this.#readerConnection.exec('commit')
      }
    })
    this.#snapshots = result.catch(() => undefined)
    return result
  }

  bytes: Database['bytes'] = (sql, parameters) => bytesByRows(this.#reader, sql, parameters)

  async purge(): Promise<void> {
    // Deleted rows are overwritten in the file, but older copies of their pages stay in the log
    // until it is emptied. A backup that is being read would hold the whole server up here, so the
    // log is emptied after it.
    await this.#group.idle(() => this.#emptyLog())
  }

  #emptyLog(): void {
    clearTimeout(this.#emptyLater)
    this.#writer.exec(`pragma busy_timeout = ${EMPTY_LOG_BUSY_MS}`)
    try {
      const row = this.#writer.prepare('pragma wal_checkpoint(truncate)').get()
      if (row?.['busy'] === 0) return
    } finally {
      this.#writer.exec(`pragma busy_timeout = ${BUSY_MS}`)
    }
    this.#emptyLater = setTimeout(
      () => void this.#group.idle(() => this.#emptyLog()),
      EMPTY_LOG_AGAIN_MS,
    )
    this.#emptyLater.unref()
  }

  async close(): Promise<void> {
    await this.#group.close()
    await this.#checkpoints.close()
    clearTimeout(this.#emptyLater)
    await this.#snapshots
    this.#readerConnection.close()
    this.#writer.close()
    this.#released()
  }
}

/** Reads through a connection. */
export class SqliteReader implements Reader {
  readonly q: Kysely<Tables>
  readonly #statements: SqliteStatements

  constructor(statements: SqliteStatements) {
    this.#statements = statements
    this.q = kyselyOver(statements)
  }

  rows<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]> {
    return Promise.resolve(this.#statements.prepare(numbered(sql)).all(parameters) as Result[])
  }
}

class SqliteTx implements Tx {
  readonly #statements: SqliteStatements
  readonly #q: Kysely<Tables>
  readonly #observer: CommitObserver
  readonly #topics = new Set<Topic>()
  #afterCommit: (() => void)[] | undefined
  #live = true

  constructor(statements: SqliteStatements, q: Kysely<Tables>, observer: CommitObserver) {
    this.#statements = statements
    this.#q = q
    this.#observer = observer
  }

  get q(): Kysely<Tables> {
    this.#assertLive()
    return this.#q
  }

  async rows<Result>(sql: string, parameters: readonly unknown[]): Promise<Result[]> {
    this.#assertLive()
    return this.#statements.prepare(numbered(sql)).all(parameters) as Result[]
  }

  lock<From extends keyof Tables, Output>(
    query: SelectQueryBuilder<Tables, From, Output>,
  ): SelectQueryBuilder<Tables, From, Output> {
    return query
  }

  async lockRows<Name extends keyof Tables, Column extends keyof Row<Name> & string>(
    table: Name,
    ids: readonly string[],
    columns: readonly Column[],
  ): Promise<Pick<Row<Name>, Column>[]> {
    this.#assertLive()
    const sql = `select ${columns.map(quoted).join(', ')} from "${table}" where id = ?`
    const statement = this.#statements.prepare(sql)
    const rows: Pick<Row<Name>, Column>[] = []
    for (const id of ids) {
      const row = statement.get([id])
      if (row !== undefined) rows.push(row as Pick<Row<Name>, Column>)
    }
    return rows
  }

  async insertRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
  ): Promise<void> {
    this.#assertLive()
    const [first] = rows
    if (first === undefined) return
    const columns = Object.keys(first)
    const sql = `insert into "${table}" (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`
    const statement = this.#statements.prepare(sql)
    for (const row of rows) statement.runRow(row, columns)
    ringRows(this.#topics, table, rows)
  }

  async updateRows<Name extends keyof Tables>(
    table: Name,
    rows: readonly Partial<Row<Name>>[],
    columns?: readonly string[],
  ): Promise<void> {
    this.#assertLive()
    const [first] = rows
    if (first === undefined) return
    const written = (columns ?? Object.keys(first)).filter((column) => column !== 'id')
    const sql = `update "${table}" set ${written.map((column) => `${quoted(column)} = ?`).join(', ')} where id = ?`
    const statement = this.#statements.prepare(sql)
    const withId = [...written, 'id']
    for (const row of rows) statement.runRow(row, withId)
    ringRows(this.#topics, table, rows)
  }

  afterCommit(action: () => void): void {
    ;(this.#afterCommit ??= []).push(action)
  }

  ring(topic: Topic): void {
    this.#topics.add(topic)
  }

  runAfterCommit(): void {
    for (const action of this.#afterCommit ?? []) action()
    if (this.#topics.size > 0) this.#observer.rang?.(this.#topics)
  }

  revoke(): void {
    this.#live = false
  }

  #assertLive(): void {
    if (!this.#live) throw new Error('this transaction has ended')
  }
}

const quoted = (column: string): string => `"${column}"`

const numberedTexts = new Map<string, string>()

/** `$1` is a named parameter to SQLite; `?1` is the positional one. */
function numbered(sql: string): string {
  let text = numberedTexts.get(sql)
  if (text === undefined) {
    text = sql.replaceAll(/\$(\d+)/g, '?$1')
    numberedTexts.set(sql, text)
  }
  return text
}
