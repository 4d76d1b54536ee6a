import { CompiledQuery, Kysely, type ControlledTransaction } from 'kysely'
import { OwnSchemaDialect } from './postgres-dialect.ts'
import { MIGRATIONS_RUN } from './migrate.ts'
import { builderStatements } from './postgres-statements.ts'
import { PostgresReader } from './postgres-tx.ts'
import { createPool } from './postgres.ts'
import { quoted, schemaAfter, type Schema } from './schema.ts'
import { NoInstallationError, readableMigrations, type Source } from './source.ts'
import type { Tables } from './tables.ts'

/** Rows fetched at once; each may hold a message of several kilobytes. */
const FETCH = 500

/** Runs a text and gives its rows. */
export async function query<Result>(db: Kysely<Tables>, text: string): Promise<Result[]> {
  return (await db.executeQuery<Result>(CompiledQuery.raw(text))).rows
}

/** Names of the migrations that the database has run; none for an empty one. */
export async function migrationsIn(db: Kysely<Tables>): Promise<string[]> {
  const [found] = await query<{ found: boolean }>(
    db,
    `select exists (select from pg_tables where schemaname = current_schema()
      and tablename = 'kysely_migration') as found`,
  )
  if (found?.found !== true) return []
  return (await query<{ name: string }>(db, MIGRATIONS_RUN)).map(({ name }) => name)
}

/** Reads a database as of now, beside the servers that may be writing to it. */
export async function openPostgresSource(url: string, schema?: string): Promise<Source> {
  const pool = createPool(url, schema)
  const db = new Kysely<Tables>({ dialect: new OwnSchemaDialect({ pool }) })
  try {
    const transaction = await db
      .startTransaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute()
    try {
      const run = await migrationsIn(transaction)
      if (run.length === 0) throw new NoInstallationError('there is no Foyer in the database')
      const migrations = readableMigrations(run)
      return new PostgresSource(db, transaction, migrations, await schemaAfter(migrations))
    } catch (error) {
      await transaction.rollback().execute()
      throw error
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

class PostgresSource implements Source {
  readonly engine = 'postgres'
  readonly migrations: readonly string[]
  readonly schema: Schema
  readonly reader: PostgresReader
  readonly #db: Kysely<Tables>
  readonly #transaction: ControlledTransaction<Tables>

  constructor(
    db: Kysely<Tables>,
    transaction: ControlledTransaction<Tables>,
    migrations: readonly string[],
    schema: Schema,
  ) {
    this.#db = db
    this.#transaction = transaction
    this.migrations = migrations
    this.schema = schema
    this.reader = new PostgresReader(builderStatements(transaction))
  }

  async *rows(table: string): AsyncGenerator<unknown[]> {
    const columns = this.schema.get(table) ?? []
    const list = columns.map(quoted).join(', ')
    await query(
      this.#transaction,
      `declare backup no scroll cursor for select ${list} from ${quoted(table)}`,
    )
    for (;;) {
      const rows = await query<Record<string, unknown>>(
        this.#transaction,
        `fetch ${FETCH} from backup`,
      )
      for (const row of rows) yield columns.map((column) => row[column])
      if (rows.length < FETCH) break
    }
    await query(this.#transaction, 'close backup')
  }

  async close(): Promise<void> {
    await this.#transaction.rollback().execute()
    await this.#db.destroy()
  }
}
