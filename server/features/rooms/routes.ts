import type { RouteParts } from '../../route-parts.ts'
import type { Call } from '../../http/router.ts'
import { closeRoom, getRoom, surveyRoom } from './contract.ts'
import { closeVisitorRoom, getOrOpenRoom, rateRoom } from './visitor-operations.ts'
import { languageFor, textOf } from '../../texts/texts.ts'
import { toWireRoom } from './wire.ts'

/** Endpoints of the tag Omnichannel Rooms. */
export function roomRoutes({ router, ctx }: RouteParts): void {
  router.add(getRoom, async ({ query }, call) => {
    const { room, lastMessage, created } = await getOrOpenRoom(ctx, {
      token: query.token,
      roomId: query.rid === '' ? undefined : query.rid,
      preferredAgentId: query.agentId === '' ? undefined : query.agentId,
      source: sourceOf(call),
    })
    const viewer = { type: 'visitor', token: query.token } as const
    return { room: toWireRoom(room, lastMessage, viewer), newRoom: created }
  })

  router.add(closeRoom, async ({ body }, call) => {
    const language = languageFor(call.header('accept-language'), ctx.settings.get('Language'))
    const comment = textOf(language, 'room.closed-by-visitor')
    await closeVisitorRoom(ctx, { token: body.token, roomId: body.rid, comment })
    return { rid: body.rid, comment }
  })

  router.add(surveyRoom, async ({ body }) => ({
    rid: body.rid,
    data: await rateRoom(ctx, { token: body.token, roomId: body.rid, answers: body.data }),
  }))
}

/**
 * The stock widget marks its requests by two cookies (wire contract, section 1.5); ours, which sets
 * none, asks from its own page.
 */
function sourceOf(call: Call): Record<string, unknown> {
  const cookies = call.header('cookie') ?? ''
  const isStock =
    /(?:^|;\s*)rc_room_type=l(?:;|$)/.test(cookies) &&
    /(?:^|;\s*)rc_is_widget=t(?:;|$)/.test(cookies)
  const page = URL.parse(call.header('referer') ?? '')
  const isOurs = page?.host === call.host && page.pathname.endsWith('/livechat')
  return isStock || isOurs ? { type: 'widget', destination: call.host } : { type: 'api' }
}
