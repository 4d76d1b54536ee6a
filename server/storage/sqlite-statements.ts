import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { LruCache } from '../lib/lru-cache.ts'
import { rowMaker, rowRunner, type RowMaker, type RowRunner } from './row-code.ts'

/** Statements kept prepared per connection. */
const CACHED_STATEMENTS = 500

/** One connection's prepared statements, in the shape that Kysely's SQLite driver expects. */
export class SqliteStatements {
  readonly #connection: DatabaseSync
  readonly #prepared = new LruCache<string, PreparedStatement>(CACHED_STATEMENTS)

  constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  prepare(sql: string): PreparedStatement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = new PreparedStatement(this.#connection.prepare(sql))
    this.#prepared.set(sql, statement)
    return statement
  }

  /** Kysely's `destroy` calls this; the engine closes the connection itself, last. */
  close(): void {}
}

class PreparedStatement {
  readonly reader: boolean
  readonly #statement: StatementSync
  readonly #columns: readonly string[]
  #rowOf: RowMaker | undefined
  #runRow: RowRunner | undefined

  constructor(statement: StatementSync) {
    this.#statement = statement
    this.#columns = statement.columns().map(({ name }) => name)
    this.reader = this.#columns.length > 0
    // The driver's own row objects are hash tables, slow to make and slow to read.
    statement.setReturnArrays(true)
  }

  all(parameters: readonly unknown[]): unknown[] {
    const rows = this.#statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][]
    return rows.map(this.#maker())
  }

  get(parameters: readonly unknown[]): unknown {
    const values = this.#statement.get(...(parameters as SQLInputValue[])) as unknown
    return values === undefined ? undefined : this.#maker()(values as unknown[])
  }

  run(parameters: readonly unknown[]): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  } {
    return this.#statement.run(...(parameters as SQLInputValue[]))
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    for (const values of this.#statement.iterate(...(parameters as SQLInputValue[]))) {
      yield this.#maker()(values as unknown as unknown[])
    }
  }

  /** Runs with the values of a row; the statement has a parameter for each of `columns`. */
  runRow(row: object, columns: readonly string[]): void {
    this.#runRow ??= rowRunner(columns)
    this.#runRow(this.#statement, row)
  }

  #maker(): RowMaker {
    return (this.#rowOf ??= rowMaker(this.#columns))
  }
}
