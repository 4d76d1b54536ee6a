import type { RouteParts } from '../../route-parts.ts'
import { closeRoomAsAgent, joinRoom } from './agent-operations.ts'
import { unauthorized } from '../../contract/errors.ts'
import * as contract from './contract.ts'
import { saveInfo } from './info-contract.ts'
import { saveRoomInfo } from './info-operations.ts'
import { listConversations } from './list-operations.ts'
import { toRoomInfo, toWireRoom } from './wire.ts'

/** Endpoints of the tag Omnichannel Rooms that agents use. */
export function conversationRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.closeRoomByUser, async ({ body }, { caller }) => {
    const { rid, comment, tags = [], transcriptEmail: transcript } = body
    await closeRoomAsAgent(ctx, caller, { roomId: rid, comment, tags, transcript })
    return {}
  })

  router.add(contract.joinRoom, async ({ query }, { caller }) => {
    await joinRoom(ctx, caller, query.roomId)
    return {}
  })

  router.add(saveInfo, async ({ body }, { caller }) => {
    await saveRoomInfo(ctx, caller, toRoomInfo(body.guestData, body.roomData), unauthorized)
    return {}
  })

  router.add(contract.listRooms, async ({ query }, { caller }) => {
    const { agents, onhold, roomName, ...rest } = query
    const { rooms, offset, total } = await listConversations(ctx, caller, {
      ...rest,
      agentIds: agents,
      onHold: onhold,
      name: roomName,
    })
    return {
      rooms: rooms.map(({ room, lastMessage }) => toWireRoom(room, lastMessage, { type: 'staff' })),
      count: rooms.length,
      offset,
      total,
    }
  })
}
