import type { AppContext } from '../context.ts'
import { isoTime } from '../lib/clock.ts'
import { availabilityChanged } from '../routing/availability.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import {
  connectedOf,
  forget,
  showVisitors,
  writeClaims,
  type Claim,
  type Connected,
} from './store.ts'

type Status = Row<'user'>['status']

/** What of a user's row says how he is seen. */
interface Seen {
  status: Status
  chosen_status: Status | null
}

/**
 * How a user is seen once his connections have changed. Who has none is offline, whatever he chose,
 * so that nobody waits for a computer that is switched off. While he has some, a choice of away,
 * busy or offline holds, and online means as his connections are. A choice of offline ends with the
 * connections in which it was made; and it was made in none if he had none: then coming counts.
 */
export function statusOf(
  before: Connected | undefined,
  after: Connected | undefined,
  { status, chosen_status: chosen }: Seen,
): Seen {
  if (before === undefined && after === undefined) return { status, chosen_status: chosen }
  const kept = chosen === 'offline' && (before === undefined || after === undefined) ? null : chosen
  if (after === undefined) return { status: 'offline', chosen_status: kept }
  const own = kept !== null && kept !== 'online'
  return { status: own ? kept : after, chosen_status: kept }
}

/**
 * Notes what a process says of a user's connections and shows it. His row is held, so that of two
 * processes that speak of him at once the second sees what the first one said.
 */
export async function applyToUser(ctx: AppContext, tx: Tx, claim: Claim): Promise<void> {
  const { id } = claim
  const [user] = await tx.lockRows('user', [id], ['id', 'status', 'chosen_status', 'active'])
  if (user === undefined) {
    await forget(tx, 'user', id)
    return
  }
  const before = (await connectedOf(tx, 'user', [id])).get(id)
  await writeClaims(tx, 'user', [claim])
  const after = (await connectedOf(tx, 'user', [id])).get(id)
  const next = statusOf(before, after, user)
  if (next.status === user.status && next.chosen_status === user.chosen_status) return
  const updated_at = isoTime(ctx.clock.now())
  await tx.updateRows('user', [{ id, ...next, updated_at }])
  if (next.status !== user.status && user.active === 1) await availabilityChanged(ctx, tx, id)
}

/** Notes what a process says of visitors' connections and shows it. */
export async function applyToVisitors(
  ctx: AppContext,
  tx: Tx,
  claims: readonly Claim[],
): Promise<void> {
  const ids = claims.map(({ id }) => id).sort()
  const known = new Set((await tx.lockRows('visitor', ids, ['id'])).map(({ id }) => id))
  for (const id of ids) if (!known.has(id)) await forget(tx, 'visitor', id)
  const about = claims.filter(({ id }) => known.has(id))
  if (about.length === 0) return
  await writeClaims(tx, 'visitor', about)
  const connected = await connectedOf(tx, 'visitor', [...known])
  const there = about.filter(({ id }) => connected.has(id)).map(({ id }) => id)
  const gone = about.filter(({ id }) => !connected.has(id)).map(({ id }) => id)
  await showVisitors(tx, there, true, ctx.clock.now())
  await showVisitors(tx, gone, false, ctx.clock.now())
}
