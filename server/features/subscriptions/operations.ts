import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { newestByOthers } from '../messages/reader-store.ts'
import { findMessage } from '../messages/store.ts'
import {
  endedMemberships,
  findMembership,
  listMemberships,
  moveReadPosition,
  type MembershipWithRoom,
} from './store.ts'

/** The caller's memberships; with a time only what changed after it, and what ended after it. */
export function readMemberships(
  ctx: AppContext,
  caller: Caller,
  since: string | undefined,
): Promise<{ update: MembershipWithRoom[]; remove: Row<'subscription'>[] }> {
  return ctx.db.snapshot(async (reader) => ({
    update: await listMemberships(reader, caller.userId, { changedSince: since }),
    remove: since === undefined ? [] : await endedMemberships(reader, caller.userId, since),
  }))
}

/** The caller's membership in a room, if he has one. */
export async function readMembership(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
): Promise<MembershipWithRoom | undefined> {
  const [membership] = await ctx.db.read((reader) =>
    listMemberships(reader, caller.userId, { roomId }),
  )
  return membership
}

/**
 * Moves the caller's read position to the end of the room. That is an event of the room, unless
 * there is nothing new to read.
 */
export function markRead(ctx: AppContext, caller: Caller, roomId: string): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const { room, membership } = await lockMembership(tx, caller, roomId)
    const [state] = await listMemberships(tx, caller.userId, { roomId })
    if (membership.alert === 0 && state?.unread === 0) return
    // The event's own place is read, too: nobody writes there.
    const seq = await takePlace(tx, room)
    const at = isoTime(ctx.clock.now())
    await moveReadPosition(tx, membership, {
      read_seq: seq,
      seen_at: at,
      alert: 0,
      updated_at: at,
    })
  })
}

/** Where to mark unread from: a message, or the last one of others in a room. */
export type UnreadFrom = { roomId: string } | { messageId: string }

/** Moves the caller's read position back before a message of somebody else. */
export async function markUnread(ctx: AppContext, caller: Caller, from: UnreadFrom): Promise<void> {
  const roomId = await roomOf(ctx, caller, from)
  await ctx.db.transact(async (tx) => {
    const { room, membership } = await lockMembership(tx, caller, roomId)
    const first = await firstUnread(tx, caller, roomId, from)
    const position = first.seq - 1
    const is = membership.read_seq
    // Unread already: nothing of what is unread may count as read by this.
    if (is === position || ('roomId' in from && is < position)) return
    await takePlace(tx, room)
    await moveReadPosition(tx, membership, {
      read_seq: position,
      seen_at: isoTime(Date.parse(first.ts) - 1),
      alert: membership.alert,
      updated_at: isoTime(ctx.clock.now()),
    })
  })
}

/** A message of a room that the caller is no member of is absent for him (S1). */
async function roomOf(ctx: AppContext, caller: Caller, from: UnreadFrom): Promise<string> {
  if ('roomId' in from) return from.roomId
  return ctx.db.read(async (reader) => {
    const message = await findMessage(reader, from.messageId)
    const membership = message && (await findMembership(reader, message.room_id, caller.userId))
    if (message === undefined || membership === undefined || membership.ended_at !== null) {
      throw new ApiError('error-no-message-for-unread')
    }
    return message.room_id
  })
}

async function firstUnread(
  tx: Tx,
  caller: Caller,
  roomId: string,
  from: UnreadFrom,
): Promise<Row<'message'>> {
  const message =
    'messageId' in from
      ? await findMessage(tx, from.messageId)
      : await newestByOthers(tx, roomId, caller.userId)
  if (message === undefined || message.deleted === 1 || message.hidden === 1) {
    throw new ApiError('error-no-message-for-unread')
  }
  if (message.author_id === caller.userId) throw new ApiError('error-action-not-allowed')
  return message
}

/** The caller's live membership under the lock of its room; none and no room are alike (S1). */
async function lockMembership(tx: Tx, caller: Caller, roomId: string) {
  const [room] = await tx.lockRows('room', [roomId], ['id', 'seq'])
  const membership = await findMembership(tx, roomId, caller.userId)
  if (room === undefined || membership === undefined || membership.ended_at !== null) {
    throw new ApiError('error-invalid-subscription')
  }
  return { room, membership }
}

/** The next place in a locked room's order. */
async function takePlace(tx: Tx, room: Pick<Row<'room'>, 'id' | 'seq'>): Promise<number> {
  const seq = room.seq + 1
  await tx.updateRows('room', [{ id: room.id, seq }])
  return seq
}
