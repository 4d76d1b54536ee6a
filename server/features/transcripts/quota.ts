import { isoTime } from '../../lib/clock.ts'
import { nextNumber } from '../visitors/store.ts'
import type { Tx } from '../../storage/database.ts'

const PREFIX = 'mail:'

/**
 * Counts one e-mail of today (UTC) against each of `names`, in the caller's transaction.
 * @returns false when any of them had its `limit` already
 */
export async function countMail(
  tx: Tx,
  now: number,
  names: readonly string[],
  limit: number,
): Promise<boolean> {
  const today = `${PREFIX}${isoTime(now).slice(0, 10)}:`
  let within = true
  for (const name of [...names].sort()) {
    const number = await nextNumber(tx, today + name)
    // The first of a new day clears away what was counted on earlier ones.
    if (number === 1) await forgetBefore(tx, today)
    if (number > limit) within = false
  }
  return within
}

/** Clears away what was counted on earlier days, also where no e-mail was sent since. */
export const forgetCountedMail = (tx: Tx, now: number): Promise<void> =>
  forgetBefore(tx, `${PREFIX}${isoTime(now).slice(0, 10)}`)

async function forgetBefore(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('counter').where('id', '>=', PREFIX).where('id', '<', id).execute()
}
