import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { recordAudit } from '../audit/store.ts'
import { accessRoom } from '../rooms/access.ts'
import { closedRooms, removeRoom } from '../rooms/removal.ts'
import { rememberErased } from '../visitors/erasures.ts'
import { eraseVisitor, lockForErasure } from '../visitors/store.ts'
import { findVisitor } from './store.ts'

/** Conversations of one transaction, which everybody else waits for. */
const ROOMS = 10

/**
 * Erases a visitor for an administrator, and sees to it that the deleted text leaves the files
 * (P14). An open conversation has to be closed first.
 * @throws ApiError `error-invalid-visitor`, `visitor-has-open-rooms`
 */
export async function eraseAsAdministrator(
  ctx: AppContext,
  caller: Caller,
  { visitorId, offlineMessages }: { visitorId: string; offlineMessages: boolean },
): Promise<{ at: string; offlineMessages: number }> {
  const now = ctx.clock.now()
  const removed = await ctx.db.transact(async (tx) => {
    const visitor = await findVisitor(tx, visitorId)
    if (visitor === undefined) throw new ApiError('error-invalid-visitor')
    await lockForErasure(tx, visitor.id)
    const address = offlineMessages ? visitor.email : null
    const count = await eraseVisitor(tx, visitor.id, ctx.jobs, now, address)
    // The id alone: by itself it leads to nobody any more.
    const entry = { by: caller, action: 'visitor.erased', target: visitor.id } as const
    await recordAudit(tx, now, { ...entry, details: { offlineMessages: count } })
    return count
  })
  await ctx.db.purge()
  return { at: isoTime(now), offlineMessages: removed }
}

/**
 * Removes one closed conversation and drives its text out of the files.
 * @throws ApiError `error-invalid-room`, alike for absent rooms and those he may not read
 */
export async function deleteClosedRoom(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const room = await accessRoom(ctx, tx, caller, roomId, 'error-invalid-room')
    if (room.state !== 'closed') throw new ApiError('error-room-is-not-closed')
    await removeRoom(tx, ctx.jobs, room.id)
    await rememberErased(tx, 'room', [room.id], ctx.clock.now())
    const entry = { by: caller, action: 'room.removed', target: room.id } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
  await ctx.db.purge()
}

/**
 * Removes all conversations that are closed now, a few in each transaction, and drives their text
 * out of the files. @returns how many
 */
export async function deleteClosedRooms(
  ctx: AppContext,
  caller: Caller,
  departmentIds: readonly string[] | undefined,
): Promise<number> {
  const now = ctx.clock.now()
  // What is closed at this very moment belongs to it.
  const before = isoTime(now + 1)
  let removed = 0
  for (;;) {
    const count = await ctx.db.transact(async (tx) => {
      const ids = await closedRooms(tx, { before, departmentIds }, ROOMS)
      for (const id of ids) await removeRoom(tx, ctx.jobs, id)
      await rememberErased(tx, 'room', ids, now)
      return ids.length
    })
    removed += count
    if (count === 0) break
  }
  const details = { removed, ...(departmentIds === undefined ? {} : { departmentIds }) }
  const entry = { by: caller, action: 'rooms.removed', target: 'rooms', details } as const
  await ctx.db.transact((tx) => recordAudit(tx, now, entry))
  if (removed > 0) await ctx.db.purge()
  return removed
}
