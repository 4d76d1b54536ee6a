import { Migrator, type MigrationProvider } from 'kysely/migration'
import { sql, type Kysely } from 'kysely'
import { MIGRATIONS } from './migrations/index.ts'
import type { MigrationTypes } from './migrations/migration.ts'

/** What a migration needs to know of its engine. */
export interface MigrationEngine {
  types: MigrationTypes
  /** Kysely does not wrap migrations of this engine in a transaction. */
  ownTransaction: boolean
  /** Where the tables are; without it those of another installation would be taken for ours. */
  schema?: string
}

/** The database was written by a newer release than this one. */
export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError'
}

/**
 * Brings the schema up to this release, all in one transaction, so that a crash leaves either all
 * or nothing of it.
 * @param last the migration to stop after; the newest when absent
 * @throws SchemaTooNewError when the database knows a migration that this release does not
 */
export async function migrate(
  db: Kysely<unknown>,
  engine: MigrationEngine,
  last?: string,
): Promise<void> {
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(
        Object.entries(MIGRATIONS).map(([name, step]) => [
          name,
          { up: (target: Kysely<unknown>) => step(target, engine.types) },
        ]),
      ),
  }
  const migrator = new Migrator({
    db,
    provider,
    ...(engine.schema === undefined ? {} : { migrationTableSchema: engine.schema }),
  })
  // The record that a migration ran must not be lost while its tables stay.
  if (engine.ownTransaction) await sql.raw('begin immediate').execute(db)
  const { error } = await (last === undefined
    ? migrator.migrateToLatest()
    : migrator.migrateTo(last))
  if (engine.ownTransaction) {
    await sql.raw(error === undefined ? 'commit' : 'rollback').execute(db)
  }
  if (error === undefined) return
  if (error instanceof Error && /corrupted migrations/.test(error.message)) {
    throw new SchemaTooNewError('the database was written by a newer release of Foyer', {
      cause: error,
    })
  }
  throw error
}

/** Names of the migrations that a database has run, oldest first. */
export const MIGRATIONS_RUN = 'select name from kysely_migration order by name'

/** Whether this release can read a database that ran these migrations. */
export function knowsMigrations(run: readonly string[]): boolean {
  const known = Object.keys(MIGRATIONS).sort()
  return run.every((name, index) => name === known[index])
}

/** Whether a database that ran these migrations is the one that this release works on. */
export const isCurrent = (run: readonly string[]): boolean =>
  knowsMigrations(run) && run.length === Object.keys(MIGRATIONS).length
