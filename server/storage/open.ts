import { existsSync, mkdirSync } from 'node:fs'
import { Kysely } from 'kysely'
import type { CommitObserver, Database } from './database.ts'
import { isCurrent, migrate } from './migrate.ts'
import { copyBeforeMigration, removeOldCopies } from './migration-copies.ts'
import type { Restoring } from './restoring.ts'
import { NoInstallationError, type Source } from './source.ts'
import { lockDataFolder } from './sqlite-lock.ts'
import { restoreIntoFolder, settleRestore } from './sqlite-restoring.ts'
import { openSqliteSource } from './sqlite-source.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import {
  databaseFile,
  kyselyOver,
  openConnection,
  SQLITE_MIGRATIONS,
  SqliteDatabase,
} from './sqlite.ts'

const COPIES_CHECK_MS = 24 * 3_600_000

/** Where the data lives. */
export type StorageTarget =
  | { kind: 'sqlite'; folder: string }
  | { kind: 'postgres'; url: string; schema?: string }

/** The tables are not those of this release. */
class SchemaNotCurrentError extends Error {
  override readonly name = 'SchemaNotCurrentError'
}

/**
 * Opens the database of an installation, migrated to this release.
 * @throws DataFolderInUseError, SchemaTooNewError, or the engine's connection error
 */
export async function openDatabase(
  target: StorageTarget,
  observer: CommitObserver,
): Promise<Database> {
  switch (target.kind) {
    case 'sqlite':
      return openSqlite(target.folder, observer)
    case 'postgres':
      return openPostgres(target.url, target.schema, observer)
  }
}

/**
 * Opens the database for a small change beside the server that may be running on it. Nothing is
 * migrated and nothing is locked.
 * @throws NoInstallationError, SchemaNotCurrentError, or the engine's connection error
 */
export async function openBeside(target: StorageTarget): Promise<Database> {
  const source = await openSource(target)
  try {
    if (!isCurrent(source.migrations)) {
      throw new SchemaNotCurrentError('the database is of another release: start the server first')
    }
  } finally {
    await source.close()
  }
  if (target.kind === 'sqlite') {
    return new SqliteDatabase(databaseFile(target.folder), {}, () => undefined)
  }
  const { createPool, PostgresDatabase } = await import('./postgres.ts')
  return new PostgresDatabase(createPool(target.url, target.schema), {})
}

/**
 * Opens an installation to be read as of now, beside the server that may be running on it.
 * @throws NoInstallationError, SchemaTooNewError, or the engine's connection error
 */
export async function openSource(target: StorageTarget): Promise<Source> {
  if (target.kind === 'sqlite') {
    if (!existsSync(databaseFile(target.folder))) {
      throw new NoInstallationError(`there is no Foyer in the folder ${target.folder}`)
    }
    return openSqliteSource(target.folder)
  }
  const { openPostgresSource } = await import('./postgres-source.ts')
  return openPostgresSource(target.url, target.schema)
}

/**
 * Begins to build a new installation that takes the place of what is there.
 * @throws DataFolderInUseError, DatabaseInUseError, InstallationExistsError without `replace`
 */
export async function openRestoring(target: StorageTarget, replace: boolean): Promise<Restoring> {
  if (target.kind === 'sqlite') return restoreIntoFolder(target.folder, replace)
  const { restoreIntoPostgres } = await import('./postgres-restoring.ts')
  return restoreIntoPostgres(target.url, target.schema, replace)
}

async function openSqlite(folder: string, observer: CommitObserver): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockDataFolder(folder)
  try {
    settleRestore(folder)
    const file = databaseFile(folder)
    const connection = openConnection(file, false)
    try {
      copyBeforeMigration(folder, connection, Date.now())
      const db = kyselyOver(new SqliteStatements(connection)) as unknown as Kysely<unknown>
      await migrate(db, SQLITE_MIGRATIONS)
    } finally {
      connection.close()
    }
    const removeCopies = (): void => removeOldCopies(folder, Date.now())
    removeCopies()
    const copiesCheck = setInterval(removeCopies, COPIES_CHECK_MS)
    copiesCheck.unref()
    return new SqliteDatabase(file, observer, () => {
      clearInterval(copiesCheck)
      unlock()
    })
  } catch (error) {
    unlock()
    throw error
  }
}

async function openPostgres(
  url: string,
  schema: string | undefined,
  observer: CommitObserver,
): Promise<Database> {
  // Loaded only where it is used: a server on the embedded engine never pays for it.
  const { createPool, POSTGRES_MIGRATIONS, PostgresDatabase } = await import('./postgres.ts')
  const { OwnSchemaDialect } = await import('./postgres-dialect.ts')
  const pool = createPool(url, schema)
  try {
    const { rows } = await pool.query<{ name: string }>('select current_schema() as name')
    await migrate(new Kysely<unknown>({ dialect: new OwnSchemaDialect({ pool }) }), {
      ...POSTGRES_MIGRATIONS,
      schema: rows[0]?.name ?? 'public',
    })
  } catch (error) {
    await pool.end()
    throw error
  }
  return new PostgresDatabase(pool, observer)
}
