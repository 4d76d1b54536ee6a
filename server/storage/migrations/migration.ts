import type { Kysely } from 'kysely'

/** Column types whose spelling differs between the engines. */
export interface MigrationTypes {
  /** Text that compares byte by byte, so that order is the same everywhere. */
  text: string
  /** Raw bytes. */
  bytes: string
}

/**
 * One step of the schema, run once inside a transaction of its own. It is frozen in time: it
 * never imports application code, which changes after it.
 */
export type Migration = (db: Kysely<unknown>, types: MigrationTypes) => Promise<void>
