import { ApiError } from '../../contract/errors.ts'
import type { RouteParts } from '../../route-parts.ts'
import type { Row } from '../../storage/tables.ts'
import { toWireMessage } from '../messages/wire.ts'
import { deleteMessage, editMessage } from './change-operations.ts'
import * as contract from './contract.ts'
import { react } from './react-operations.ts'
import * as reading from './read-contract.ts'
import { readChangedSince, readChangePage, readMessage, searchMessages } from './read-operations.ts'
import { postToRooms, sendAgentMessage } from './send-operations.ts'
import { removedMessages, toStaff } from './wire.ts'

/** Endpoints of the tag Chat: what agents and bots do with messages. */
export function chatRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.sendMessage, async ({ body }, { caller }) => {
    const { rid, msg, _id, ts, t, ...content } = body.message
    const message = await sendAgentMessage(ctx, caller, {
      roomId: rid,
      text: msg ?? '',
      id: _id,
      clientTime: ts,
      kind: t,
      content,
    })
    return { message: toStaff(message) }
  })

  router.add(contract.postMessage, async ({ body }, { caller }) => {
    const rooms = targetsOf(body.roomId ?? body.channel)
    const message = await postToRooms(ctx, caller, rooms, {
      text: body.text ?? body.msg ?? '',
      content: {
        tmid: body.tmid,
        alias: body.alias ?? body.username,
        emoji: body.emoji ?? body.icon_emoji,
        avatar: body.avatar ?? body.icon_url,
        attachments: body.attachments,
        customFields: body.customFields,
        groupable: body.groupable ?? false,
        bot: body.bot === undefined || body.bot === false ? undefined : true,
      },
    })
    return { ts: Date.parse(message.ts), channel: message.room_id, message: toStaff(message) }
  })

  router.add(contract.updateMessage, async ({ body }, { caller }) => {
    const edit = { messageId: body.msgId, roomId: body.roomId, text: body.text }
    return { message: toStaff(await editMessage(ctx, caller, edit)) }
  })

  router.add(contract.deleteMessage, async ({ body }, { caller }) => {
    const deleted = await deleteMessage(ctx, caller, {
      messageId: body.msgId,
      roomId: body.roomId,
      asAuthor: body.asUser === true,
    })
    return answerOfDeletion(deleted)
  })

  router.add(contract.reactToMessage, async ({ body }, { caller }) => {
    const emoji = body.emoji ?? body.reaction
    if (emoji === undefined) throw new ApiError('error-emoji-param-not-provided')
    await react(ctx, caller, { messageId: body.messageId, emoji, add: body.shouldReact })
    return {}
  })

  router.add(reading.getMessage, async ({ query }, { caller }) => ({
    message: toStaff(await readMessage(ctx, caller, query.msgId)),
  }))

  router.add(reading.syncMessages, async ({ query }, { caller }) => {
    const { roomId, lastUpdate, type = 'UPDATED', next, previous, count } = query
    if (lastUpdate !== undefined) {
      const since = { roomId, since: lastUpdate }
      const { updated, deleted } = await readChangedSince(ctx, caller, since)
      return { result: { updated: updated.map(toStaff), deleted: removedMessages(deleted) } }
    }
    if (next === undefined && previous === undefined) {
      throw new ApiError('error-lastUpdate-param-not-provided')
    }
    const wanted = type === 'UPDATED' ? ('updated' as const) : ('deleted' as const)
    const page = { roomId, type: wanted, next, previous, count }
    const { messages, ...cursor } = await readChangePage(ctx, caller, page)
    return {
      result: {
        ...(wanted === 'updated'
          ? { updated: messages.map(toStaff) }
          : { deleted: removedMessages(messages) }),
        cursor,
      },
    }
  })

  router.add(reading.searchMessages, async ({ query }, { caller }) => {
    const { roomId, searchText: text, count, offset = 0 } = query
    const messages = await searchMessages(ctx, caller, { roomId, text, count, offset })
    return { messages: messages.map(toStaff) }
  })
}

/** `#name` is a form of naming a channel; here every name is a conversation's id. */
const targetsOf = (target: string | readonly string[] | undefined): string[] =>
  (target === undefined ? [] : typeof target === 'string' ? [target] : target).map((name) =>
    name.replace(/^#/, ''),
  )

function answerOfDeletion(deleted: Row<'message'>) {
  const { _id, rid, u } = toWireMessage(deleted, { type: 'staff' })
  return { _id, ts: String(Date.parse(deleted.changed_at)), message: { _id, rid, u } }
}
