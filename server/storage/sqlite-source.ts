import type { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS_RUN } from './migrate.ts'
import { quoted, schemaAfter, type Schema } from './schema.ts'
import { readableMigrations, type Source } from './source.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import { databaseFile, openConnection, SqliteReader } from './sqlite.ts'

/** Names of the migrations that a database has run; none for a new file. */
export function migrationsOf(connection: DatabaseSync): string[] {
  const known = connection
    .prepare("select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'")
    .get()
  if (known === undefined) return []
  return connection
    .prepare(MIGRATIONS_RUN)
    .all()
    .map((row) => String(row['name']))
}

/** Reads a data folder as of now, beside the server that may be writing to it. */
export async function openSqliteSource(folder: string): Promise<Source> {
  const connection = openConnection(databaseFile(folder), true)
  try {
    connection.exec('begin')
    const migrations = readableMigrations(migrationsOf(connection))
    return new SqliteSource(connection, migrations, await schemaAfter(migrations))
  } catch (error) {
    connection.close()
    throw error
  }
}

class SqliteSource implements Source {
  readonly engine = 'sqlite'
  readonly migrations: readonly string[]
  readonly schema: Schema
  readonly reader: SqliteReader
  readonly #connection: DatabaseSync

  constructor(connection: DatabaseSync, migrations: readonly string[], schema: Schema) {
    this.#connection = connection
    this.migrations = migrations
    this.schema = schema
    this.reader = new SqliteReader(new SqliteStatements(connection))
  }

  async *rows(table: string): AsyncGenerator<unknown[]> {
    const columns = this.schema.get(table) ?? []
    const statement = this.#connection.prepare(
      `select ${columns.map(quoted).join(', ')} from ${quoted(table)}`,
    )
    statement.setReturnArrays(true)
    yield* statement.iterate() as unknown as Iterable<unknown[]>
  }

  async close(): Promise<void> {
    this.#connection.close()
  }
}
