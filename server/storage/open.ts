import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import type { CommitObserver, Database } from './database.ts'
import { migrate } from './migrate.ts'
import { lockDataFolder } from './sqlite-lock.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import { kyselyOver, openConnection, SqliteDatabase } from './sqlite.ts'

/** Where the data lives. */
export type StorageTarget =
  | { kind: 'sqlite'; folder: string }
  | { kind: 'postgres'; url: string; schema?: string }

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

async function openSqlite(folder: string, observer: CommitObserver): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockDataFolder(folder)
  try {
    const file = join(folder, 'foyer.db')
    const connection = openConnection(file, false)
    try {
      await migrate(kyselyOver(new SqliteStatements(connection)) as unknown as Kysely<unknown>, {
        types: { text: 'text', bytes: 'blob' },
        ownTransaction: true,
      })
    } finally {
      connection.close()
    }
    return new SqliteDatabase(file, observer, unlock)
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
  const { createPool, PostgresDatabase } = await import('./postgres.ts')
  const pool = createPool(url, schema)
  try {
    const { rows } = await pool.query<{ name: string }>('select current_schema() as name')
    await migrate(new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }), {
      types: { text: 'text collate "C"', bytes: 'bytea' },
      ownTransaction: false,
      schema: rows[0]?.name ?? 'public',
    })
  } catch (error) {
    await pool.end()
    throw error
  }
  return new PostgresDatabase(pool, observer)
}
