import type { RouteParts } from '../../route-parts.ts'
import { importMessages, readRoomMessages } from './agent-operations.ts'
import { roomMessages, sendMessages } from './contract.ts'
import { toWireMessage } from './wire.ts'

/** Endpoints of the tag Livechat Messages that agents and integrations use. */
export function agentMessageRoutes({ router, ctx }: RouteParts): void {
  router.add(sendMessages, async ({ body: { visitor, messages } }) => {
    const texts = messages.map(({ msg }) => msg)
    const stored = await importMessages(ctx, { token: visitor.token, texts })
    return {
      messages: stored.map(({ author_username: username, text: msg, ts }) => ({
        username,
        msg,
        ts,
      })),
    }
  })

  router.add(roomMessages, async ({ params, query: { searchTerm, ...page } }, { caller }) => {
    const { messages, offset, total } = await readRoomMessages(ctx, caller, {
      ...page,
      roomId: params.rid,
      searchTerm,
    })
    return {
      messages: messages.map((message) => toWireMessage(message, { type: 'staff' })),
      count: messages.length,
      offset,
      total,
    }
  })
}
