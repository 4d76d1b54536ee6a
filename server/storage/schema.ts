import { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import { kyselyOver, SQLITE_MIGRATIONS } from './sqlite.ts'

/** Names of the columns of every table, in the order of their making. */
export type Schema = ReadonlyMap<string, readonly string[]>

/**
 * The tables of Foyer after these migrations, learnt by running them in memory: a database may hold
 * tables of others beside ours, and an old one has not all of today's.
 */
export async function schemaAfter(migrations: readonly string[]): Promise<Schema> {
  const memory = new DatabaseSync(':memory:')
  try {
    const db = kyselyOver(new SqliteStatements(memory)) as unknown as Kysely<unknown>
    const last = migrations.at(-1)
    if (last !== undefined) await migrate(db, SQLITE_MIGRATIONS, last)
    const columns = memory
      .prepare(
        `select t.name as "table", c.name as "column"
          from sqlite_master t, pragma_table_info(t.name) c
          where t.type = 'table' and t.name not like 'kysely\\_%' escape '\\'
            and t.name not like 'sqlite\\_%' escape '\\'
          order by t.rowid, c.cid`,
      )
      .all() as { table: string; column: string }[]
    const schema = new Map<string, string[]>()
    for (const { table, column } of columns) {
      schema.set(table, [...(schema.get(table) ?? []), column])
    }
    return schema
  } finally {
    memory.close()
  }
}

/** A column or table between quotes; names come from `schemaAfter` alone. */
export const quoted = (name: string): string => `"${name}"`
