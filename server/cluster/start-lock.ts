import type { Tx } from '../storage/database.ts'

/**
 * Makes this transaction the only one that completes the installation, until its commit: several
 * processes may start on an empty database at the same moment.
 */
export async function lockStart(tx: Tx): Promise<void> {
  await tx.rows(
    `insert into counter (id, value) values ('start', 1)
       on conflict (id) do update set value = counter.value + 1`,
    [],
  )
}
