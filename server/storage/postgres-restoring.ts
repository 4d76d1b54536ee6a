import { setTimeout as wait } from 'node:timers/promises'
import { Kysely, type ControlledTransaction } from 'kysely'
import { OwnSchemaDialect } from './postgres-dialect.ts'
import { bytesByRows, StorageUnavailableError, type Database } from './database.ts'
import { migrate, knowsMigrations, SchemaTooNewError } from './migrate.ts'
import { migrationsIn, query } from './postgres-source.ts'
import { builderStatements } from './postgres-statements.ts'
import { PostgresReader, PostgresTx } from './postgres-tx.ts'
import { CONNECTION_NAME, createPool, POSTGRES_MIGRATIONS } from './postgres.ts'
import { DatabaseInUseError, InstallationExistsError, type Restoring } from './restoring.ts'
import { quoted, schemaAfter } from './schema.ts'
import type { Row, Tables } from './tables.ts'

/** How long the connections of a process that has ended may be seen. */
const LEAVING_MS = 2000
const LOOK_MS = 50

/** One transaction replaces everything, so the old data stays until it commits. */
export async function restoreIntoPostgres(
  url: string,
  schema: string | undefined,
  replace: boolean,
): Promise<Restoring> {
  const db = new Kysely<Tables>({
    dialect: new OwnSchemaDialect({ pool: createPool(url, schema) }),
  })
  try {
    const transaction = await db.startTransaction().execute()
    try {
      await refuseWhileUsed(transaction)
      const run = await migrationsIn(transaction)
      if (run.length > 0 && !replace) {
        throw new InstallationExistsError('there is a Foyer in the database already')
      }
      if (!knowsMigrations(run)) {
        throw new SchemaTooNewError('the database was written by a newer release of Foyer')
      }
      const old = await schemaAfter(run)
      const erased = old.has('erasure')
        ? await query<Row<'erasure'>>(transaction, 'select id, kind, at from erasure')
        : []
      const tables = run.length > 0 ? [...old.keys(), 'kysely_migration'] : []
      return new PostgresRestoring(db, transaction, erased, tables)
    } catch (error) {
      await transaction.rollback().execute()
      throw error
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** @throws DatabaseInUseError, unless whoever is there turns out to be leaving */
async function refuseWhileUsed(db: Kysely<Tables>): Promise<void> {
  const end = performance.now() + LEAVING_MS
  while (await isUsed(db)) {
    if (performance.now() > end) {
      throw new DatabaseInUseError('the database is in use by another Foyer process')
    }
    await wait(LOOK_MS)
  }
}

async function isUsed(db: Kysely<Tables>): Promise<boolean> {
  // Within a transaction PostgreSQL goes on to show the connections of the first look.
  await query(db, 'select pg_stat_clear_snapshot()')
  const others = await query(
    db,
    `select pid from pg_stat_activity where datname = current_database()
      and pid <> pg_backend_pid() and application_name = ${CONNECTION_NAME}`,
  )
  return others.length > 0
}

class PostgresRestoring implements Restoring {
  readonly erased: readonly Row<'erasure'>[]
  readonly folder = undefined
  readonly #db: Kysely<Tables>
  readonly #transaction: ControlledTransaction<Tables>
  readonly #old: readonly string[]

  constructor(
    db: Kysely<Tables>,
    transaction: ControlledTransaction<Tables>,
    erased: readonly Row<'erasure'>[],
    old: readonly string[],
  ) {
    this.#db = db
    this.#transaction = transaction
    this.erased = erased
    this.#old = old
  }

  async createTables(migrations: readonly string[]): Promise<void> {
    for (const table of this.#old) await query(this.#transaction, `drop table ${quoted(table)}`)
    await this.#migrate(migrations.at(-1))
  }

  insert(table: string, columns: readonly string[], rows: readonly unknown[][]): Promise<void> {
    return new PostgresTx(builderStatements(this.#transaction)).insertRows(
      table as keyof Tables,
      rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]]))),
    )
  }

  async finishRows(): Promise<Database> {
    await this.#migrate()
    const transaction = this.#transaction
    const reader = new PostgresReader(builderStatements(transaction))
    return {
      engine: 'postgres',
      transact: async (work) => {
        const tx = new PostgresTx(builderStatements(transaction))
        const result = await work(tx)
        tx.runAfterCommit({})
        return result
      },
      batch: () => () => Promise.reject(new StorageUnavailableError('a restore is running')),
      read: (work) => work(reader),
      snapshot: (work) => work(reader),
      bytes: (sql, parameters) => bytesByRows(reader, sql, parameters),
      purge: async () => undefined,
      close: async () => undefined,
    }
  }

  async commit(): Promise<void> {
    // A server that came meanwhile would go on with what it remembers of the old data.
    await refuseWhileUsed(this.#transaction)
    await this.#transaction.commit().execute()
    await this.#db.destroy()
  }

  async abandon(): Promise<void> {
    await this.#transaction.rollback().execute()
    await this.#db.destroy()
  }

  async #migrate(last?: string): Promise<void> {
    const [found] = await query<{ name: string }>(
      this.#transaction,
      'select current_schema() as name',
    )
    await migrate(
      this.#transaction as unknown as Kysely<unknown>,
      { ...POSTGRES_MIGRATIONS, schema: found?.name ?? 'public' },
      last,
    )
  }
}
