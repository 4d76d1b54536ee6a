import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** What can be erased so that no older backup brings it back. */
export type ErasedKind = Row<'erasure'>['kind']

/** What is kept of something erased: nobody can tell from it who or what it was. */
export const erasureOf = (id: string): string => hashSecret(id)

/** Keeps that these were erased, so that a restored backup erases them again. */
export function rememberErased(
  tx: Tx,
  kind: ErasedKind,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const at = isoTime(now)
  return rememberErasures(
    tx,
    ids.map((id) => ({ id: erasureOf(id), kind, at })),
  )
}

/** Takes over what another installation kept; what is known already stays as it is. */
export async function rememberErasures(tx: Tx, erasures: readonly Row<'erasure'>[]): Promise<void> {
  for (const erasure of erasures) {
    await tx.q
      .insertInto('erasure')
      .values(erasure)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }
}
