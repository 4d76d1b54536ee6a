import { Type } from 'typebox'
import { EjsonDate, isoOfDate } from '../../contract/ejson.ts'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod } from '../method-calls/define.ts'
import { deleteMessage, editMessage } from './change-operations.ts'
import { EmojiName, MESSAGE_TO_SEND, MessageText, PreviewUrls } from './contract.ts'
import { react } from './react-operations.ts'
import { sendAgentMessage } from './send-operations.ts'
import { toStaff } from './wire.ts'

const MessageToSend = Type.Object({
  ...MESSAGE_TO_SEND,
  ts: Type.Optional(Type.Union([EjsonDate, Type.String({ maxLength: 64 })])),
})

/** DDP methods that write messages. */
export const chatMethods = [
  defineMethod({
    name: 'sendMessage',
    audience: 'user',
    required: [MessageToSend],
    optional: [PreviewUrls],
    run: async (ctx, caller, [message]) => {
      const { rid, msg, _id, t, ts, ...content } = message
      const sent = await sendAgentMessage(ctx, caller, {
        roomId: rid,
        text: msg ?? '',
        id: _id,
        kind: t,
        clientTime: typeof ts === 'object' ? isoOfDate(ts) : ts,
        content,
      })
      return toStaff(sent)
    },
  }),

  defineMethod({
    name: 'updateMessage',
    audience: 'user',
    required: [Type.Object({ _id: RecordId, rid: Type.Optional(RecordId), msg: MessageText })],
    optional: [PreviewUrls],
    run: async (ctx, caller, [{ _id, rid, msg }]) => {
      await editMessage(ctx, caller, { messageId: _id, roomId: rid, text: msg })
    },
  }),

  defineMethod({
    name: 'deleteMessage',
    audience: 'user',
    required: [Type.Object({ _id: RecordId })],
    optional: [],
    run: async (ctx, caller, [{ _id }]) => {
      await deleteMessage(ctx, caller, { messageId: _id })
    },
  }),

  defineMethod({
    name: 'setReaction',
    audience: 'user',
    required: [EmojiName, RecordId],
    optional: [Type.Boolean()],
    run: (ctx, caller, [emoji, messageId, add]) => react(ctx, caller, { emoji, messageId, add }),
  }),
]
