import type { RouteParts } from '../../route-parts.ts'
import {
  deleteMessage,
  getMessage,
  messageHistory,
  readRoom,
  sendMessage,
  updateMessage,
} from './contract.ts'
import { createMessageEditor } from './editor.ts'
import {
  deleteMessageWithoutToken,
  deleteVisitorMessage,
  editVisitorMessage,
  markVisitorRead,
  readVisitorChanges,
  readVisitorHistory,
  readVisitorMessage,
  sendVisitorMessage,
} from './visitor-operations.ts'
import { toSingleMessage, toWireMessage } from './wire.ts'

/** Endpoints of the tag Livechat Messages that visitors use. */
export function visitorMessageRoutes({ router, ctx }: RouteParts): void {
  const edit = createMessageEditor(ctx)

  router.add(sendMessage, async ({ body }, call) => {
    const message = await sendVisitorMessage(ctx, {
      token: body.token,
      roomId: body.rid,
      text: body.msg,
      id: body._id,
      escaped: isStockWidget(call.header('cookie')),
    })
    return { message: toWireMessage(message, { type: 'visitor', token: body.token }) }
  })

  router.add(getMessage, async ({ params, query }) => {
    const own = { token: query.token, roomId: query.rid, messageId: params._id }
    const message = await readVisitorMessage(ctx, own)
    const viewer = { type: 'visitor', token: query.token } as const
    return { message: toSingleMessage(message, viewer, ctx.config.rootUrl) }
  })

  router.add(updateMessage, async ({ params, body }, call) => {
    const message = await editVisitorMessage(ctx, edit, {
      token: body.token,
      roomId: body.rid,
      messageId: params._id,
      text: body.msg,
      escaped: isStockWidget(call.header('cookie')),
    })
    return { message: toWireMessage(message, { type: 'visitor', token: body.token }) }
  })

  router.add(deleteMessage, async ({ params, query, body }) => {
    const token = body.token ?? query.token
    const roomId = body.rid ?? query.rid
    const deleted =
      token === undefined || roomId === undefined
        ? await deleteMessageWithoutToken(ctx, params._id)
        : await deleteVisitorMessage(ctx, { token, roomId, messageId: params._id })
    return { message: { _id: deleted.id, ts: deleted.changed_at, ls: deleted.changed_at } }
  })

  router.add(messageHistory, async ({ params, query }) => {
    const own = { token: query.token, roomId: params.rid }
    const viewer = { type: 'visitor', token: query.token } as const
    if (query.afterSeq === undefined) {
      const page = { ...own, limit: query.limit, end: query.end, offset: query.offset ?? 0 }
      const { messages, seq } = await readVisitorHistory(ctx, page)
      return { messages: messages.map((message) => toWireMessage(message, viewer)), seq }
    }
    const cursor = { ...own, afterSeq: query.afterSeq, limit: query.limit }
    const { messages, deleted, seq, more, limited } = await readVisitorChanges(ctx, cursor)
    return {
      messages: messages.map((message) => toWireMessage(message, viewer)),
      deleted: deleted.map((message) => ({ _id: message.id, seq: message.changed_seq })),
      seq,
      more,
      ...(limited ? { limited } : {}),
    }
  })

  router.add(readRoom, async ({ body }) => ({
    seq: await markVisitorRead(ctx, { token: body.token, roomId: body.rid, seq: body.seq }),
  }))
}

/** The stock widget of old, which escapes what it sends, runs with these cookies (section 1.5). */
const isStockWidget = (cookies: string | undefined): boolean =>
  cookies !== undefined && /rc_is_widget=t/.test(cookies)
