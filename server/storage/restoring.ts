import type { Database } from './database.ts'
import type { Row } from './tables.ts'

/** There is an installation where a restore was not told to replace one. */
export class InstallationExistsError extends Error {
  override readonly name = 'InstallationExistsError'
}

/** The database is used by a running server. */
export class DatabaseInUseError extends Error {
  override readonly name = 'DatabaseInUseError'
}

/**
 * A new installation being built beside the old one, which stays as it is until `commit` puts the
 * new one in its place in one step. A process that dies before leaves the old one.
 */
export interface Restoring {
  /** Whom the old installation has erased. */
  readonly erased: readonly Row<'erasure'>[]
  /** Where the files of the new installation are put until then; undefined: in the database. */
  readonly folder: string | undefined
  /** Makes the tables of these migrations, empty. */
  createTables(migrations: readonly string[]): Promise<void>
  /** Adds rows, values in the order of the columns. */
  insert(table: string, columns: readonly string[], rows: readonly unknown[][]): Promise<void>
  /** Migrates the rows to this release. @returns the new installation, to be finished through */
  finishRows(): Promise<Database>
  commit(): Promise<void>
  abandon(): Promise<void>
}
