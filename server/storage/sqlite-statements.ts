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

  constructor(statement: StatementSync) {
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as SQLInputValue[]))
  }

  run(parameters: readonly unknown[]): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  } {
    return this.#statement.run(...(parameters as SQLInputValue[]))
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...(parameters as SQLInputValue[]))
  }
}
