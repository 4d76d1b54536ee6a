import type { RouteParts } from '../../routes.ts'
import { closeRoom, getRoom, surveyRoom } from './contract.ts'
import { closeVisitorRoom, getOrOpenRoom, rateRoom } from './visitor-operations.ts'
import { toWireRoom } from './wire.ts'

const CLOSED_BY_VISITOR = 'Closed by visitor'

/** Endpoints of the tag Omnichannel Rooms. */
export function roomRoutes({ router, ctx }: RouteParts): void {
  router.add(getRoom, async ({ query }, call) => {
    const { room, lastMessage, created } = await getOrOpenRoom(ctx, {
      token: query.token,
      roomId: query.rid,
      preferredAgentId: query.agentId,
      source: sourceOf(call.header('cookie') ?? '', call.host),
    })
    const viewer = { type: 'visitor', token: query.token } as const
    return { room: toWireRoom(room, lastMessage, viewer), newRoom: created }
  })

  router.add(closeRoom, async ({ body }) => {
    await closeVisitorRoom(ctx, {
      token: body.token,
      roomId: body.rid,
      comment: CLOSED_BY_VISITOR,
    })
    return { rid: body.rid, comment: CLOSED_BY_VISITOR }
  })

  router.add(surveyRoom, async ({ body }) => ({
    rid: body.rid,
    data: await rateRoom(ctx, { token: body.token, roomId: body.rid, answers: body.data }),
  }))
}

/** The stock widget marks its requests by two cookies (wire contract, section 1.5). */
const sourceOf = (cookies: string, host: string): Record<string, unknown> =>
  /(?:^|;\s*)rc_room_type=l(?:;|$)/.test(cookies) && /(?:^|;\s*)rc_is_widget=t(?:;|$)/.test(cookies)
    ? { type: 'widget', destination: host }
    : { type: 'api' }
