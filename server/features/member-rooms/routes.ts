import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { sinceOf } from '../../contract/since.ts'
import type { RouteParts } from '../../route-parts.ts'
import { getChannelInfo, getRoomInfo, getRooms, roomNameExists } from './contract.ts'
import { readOwnRooms, readRoom, type RoomView } from './operations.ts'
import { toPublishedRoom, toRemovedRoom, toWholeRoom } from './wire.ts'

/** Endpoints of the tag Rooms: conversations as every generic client asks for them. */
export function memberRoomRoutes({ router, ctx }: RouteParts): void {
  router.add(getRooms, async ({ query }, { caller }) => {
    const since = sinceOf(
      query.updatedSince,
      () =>
        new ApiError('error-updatedSince-param-invalid', {
          reason: 'The "updatedSince" query parameter must be a valid date.',
        }),
    )
    const { update, remove } = await readOwnRooms(ctx, caller, since)
    return {
      update: update.map(toPublishedRoom),
      remove: remove.map(toRemovedRoom),
    }
  })

  router.add(getRoomInfo, async ({ query }, { caller }) => ({
    room: toWholeRoom(await infoOf(ctx, caller, query.roomId ?? query.roomName)),
  }))

  router.add(getChannelInfo, async ({ query }, { caller }) => ({
    channel: toWholeRoom(await infoOf(ctx, caller, query.roomId ?? query.roomName)),
  }))

  router.add(roomNameExists, () => ({ exists: false }))
}

function infoOf(ctx: AppContext, caller: Caller, roomId: string | undefined): Promise<RoomView> {
  if (roomId === undefined) {
    throw new ApiError('error-roomid-param-not-provided', {
      reason: 'The parameter "roomId" or "roomName" is required',
    })
  }
  return readRoom(ctx, caller, roomId, {
    code: 'error-room-not-found',
    reason: 'The required "roomId" or "roomName" param provided does not match any channel',
  })
}
