import type { Reader } from './database.ts'
import { knowsMigrations, SchemaTooNewError } from './migrate.ts'
import type { Schema } from './schema.ts'

/** There is no database of Foyer where one was expected. */
export class NoInstallationError extends Error {
  override readonly name = 'NoInstallationError'
}

/** An installation as of one moment, while others go on writing to it. */
export interface Source {
  readonly engine: 'sqlite' | 'postgres'
  /** Names of the migrations that made its tables, oldest first. */
  readonly migrations: readonly string[]
  readonly schema: Schema
  /** Reads of the same moment. */
  readonly reader: Reader
  /** The rows of a table, values in the order of the schema's columns; never all in memory. */
  rows(table: string): AsyncIterable<unknown[]>
  close(): Promise<void>
}

/** @throws NoInstallationError, SchemaTooNewError */
export function readableMigrations(run: readonly string[]): readonly string[] {
  if (run.length === 0) throw new NoInstallationError('the database is empty')
  if (!knowsMigrations(run)) {
    throw new SchemaTooNewError('the database was written by a newer release of Foyer')
  }
  return run
}
