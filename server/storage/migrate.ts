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
class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError'
}

/**
 * Brings the schema up to this release, each migration in one transaction, so that a crash leaves
 * either all or nothing of it.
 * @throws SchemaTooNewError when the database knows a migration that this release does not
 */
export async function migrate(db: Kysely<unknown>, engine: MigrationEngine): Promise<void> {
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(
        Object.entries(MIGRATIONS).map(([name, step]) => [
          name,
          {
            up: async (target: Kysely<unknown>) => {
              if (!engine.ownTransaction) return step(target, engine.types)
              await sql.raw('begin immediate').execute(target)
              try {
                await step(target, engine.types)
                await sql.raw('commit').execute(target)
              } catch (error) {
                await sql.raw('rollback').execute(target)
                throw error
              }
            },
          },
        ]),
      ),
  }
  const { error } = await new Migrator({
    db,
    provider,
    ...(engine.schema === undefined ? {} : { migrationTableSchema: engine.schema }),
  }).migrateToLatest()
  if (error === undefined) return
  if (error instanceof Error && /corrupted migrations/.test(error.message)) {
    throw new SchemaTooNewError('the database was written by a newer release of Foyer', {
      cause: error,
    })
  }
  throw error
}
