import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { LruCache } from '../lib/lru-cache.ts'

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

  constructor(statement: StatementSync) {
    this.#statement = statement
    this.#columns = statement.columns().map(({ name }) => name)
    this.reader = this.#columns.length > 0
    // The driver's own row objects are hash tables, slow to make and slow to read.
    statement.setReturnArrays(true)
  }

  all(parameters: readonly unknown[]): unknown[] {
    const rows = this.#statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][]
    return rows.map((values) => this.#row(values))
  }

  get(parameters: readonly unknown[]): unknown {
    const values = this.#statement.get(...(parameters as SQLInputValue[])) as unknown
    return values === undefined ? undefined : this.#row(values as unknown[])
  }

  run(parameters: readonly unknown[]): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  } {
    return this.#statement.run(...(parameters as SQLInputValue[]))
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    for (const values of this.#statement.iterate(...(parameters as SQLInputValue[]))) {
      yield this.#row(values as unknown as unknown[])
    }
  }

  #row(values: readonly unknown[]): unknown {
    const row: Record<string, unknown> = {}
    this.#columns.forEach((column, index) => {
      row[column] = values[index]
    })
    return row
  }
}
