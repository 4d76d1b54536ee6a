import type { Tables } from '../../server/storage/tables.ts'
import type { TestServer } from './test-server.ts'

/**
 * Takes tables away from a running server while `work` runs: the database truly refuses every
 * statement that touches them.
 */
export async function withoutTables<Result>(
  server: TestServer,
  tables: readonly (keyof Tables)[],
  work: () => Promise<Result>,
): Promise<Result> {
  const { db } = server.app.ctx
  const rename = (from: (table: string) => string, to: (table: string) => string) =>
    db.transact(async (tx) => {
      for (const table of tables) {
        await tx.rows(`alter table "${from(table)}" rename to "${to(table)}"`, [])
      }
    })
  const named = (table: string): string => table
  const lost = (table: string): string => `${table}_lost`
  await rename(named, lost)
  try {
    return await work()
  } finally {
    await rename(lost, named)
  }
}
