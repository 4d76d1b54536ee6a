import type { AppContext, Caller } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import type { Row } from '../../storage/tables.ts'
import { lastMessages } from '../messages/store.ts'
import { mayReadRoom } from '../rooms/access.ts'
import { findRoom, type RoomWithVisitor } from '../rooms/store.ts'
import { endedMemberships } from '../subscriptions/store.ts'
import { listRoomsOfMember } from './store.ts'

/** A room with the message that lists show of it. */
export interface RoomView {
  room: RoomWithVisitor
  lastMessage: Row<'message'> | undefined
}

/** The rooms of the caller's live memberships; with a time what changed or ended after it. */
export function readOwnRooms(
  ctx: AppContext,
  caller: Caller,
  since: string | undefined,
): Promise<{ update: RoomView[]; remove: Row<'subscription'>[] }> {
  return ctx.db.snapshot(async (reader) => {
    const rooms = await listRoomsOfMember(reader, caller.userId, since)
    const last = await lastMessages(
      reader,
      rooms.map(({ id }) => id),
    )
    return {
      update: rooms.map((room) => ({ room, lastMessage: last.get(room.id) })),
      remove: since === undefined ? [] : await endedMemberships(reader, caller.userId, since),
    }
  })
}

/** A room for who may read it; absent and unreadable are answered alike (S1). */
export async function readRoom(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
  refusal: { code: ErrorCode; reason?: string },
): Promise<RoomView> {
  return ctx.db.read(async (reader) => {
    const room = await findRoom(reader, roomId)
    if (room === undefined || !(await mayReadRoom(ctx, reader, caller, room))) {
      const { code, reason } = refusal
      throw new ApiError(code, reason === undefined ? {} : { reason })
    }
    const last = await lastMessages(reader, [room.id])
    return { room, lastMessage: last.get(room.id) }
  })
}
