import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { ClientMessageId, Nothing, RecordId, UserRef } from '../../contract/schemas.ts'
import { exampleMessage, WireMessage } from '../messages/contract.ts'
import { Attachments } from './attachments.ts'

export const TAG = 'Chat'

/** Texts are bounded by settings; this only keeps absurd bodies out. */
export const MessageText = Type.String({ maxLength: 100_000 })
const ShortText = Type.String({ maxLength: 128 })
const Address = Type.String({ maxLength: 2000 })

/** Fields of the customer's own, kept while `Message_CustomFields_Enabled` is on. */
const CustomFields = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()]),
  { maxProperties: 50 },
)

/** How a message looks and what it carries; the same in every way to send one. */
const MessageContent = {
  tmid: Type.Optional(RecordId),
  alias: Type.Optional(ShortText),
  emoji: Type.Optional(ShortText),
  avatar: Type.Optional(Address),
  attachments: Type.Optional(Attachments),
  customFields: Type.Optional(CustomFields),
  groupable: Type.Optional(Type.Boolean()),
}

/** A message as a client hands it in, beside `ts`, whose form differs between REST and DDP. */
export const MESSAGE_TO_SEND = {
  rid: RecordId,
  msg: Type.Optional(MessageText),
  _id: Type.Optional(ClientMessageId),
  tshow: Type.Optional(Type.Boolean()),
  t: Type.Optional(Type.String({ maxLength: 64 })),
  ...MessageContent,
}
const MessageToSend = Type.Object({
  ...MESSAGE_TO_SEND,
  ts: Type.Optional(
    Type.String({ maxLength: 64, description: 'Only checked: the server gives the time.' }),
  ),
})

export const PreviewUrls = Type.Array(Address, { maxItems: 50 })

const sendingErrors = [
  'error-not-allowed',
  'room-closed',
  'error-message-empty',
  'message-length-exceeds-character-limit',
  'error-message-size-exceeded',
  'error-message-not-found',
  'invalid-params',
] as const

export const agentMessage = {
  ...exampleMessage,
  u: { _id: '0Tn3wPqL5xC1vR8sYbM', username: 'rosa', name: 'Rosa' },
  alias: undefined,
  token: undefined,
}

export const sendMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/chat.sendMessage',
  tag: TAG,
  summary: 'Send a message as an agent',
  description:
    'With an `_id` of its own choice a client may send again whatever happened: the message is stored once and every answer is its present state. Writing is for who serves or joined the conversation, and for holders of `view-livechat-rooms`.',
  audience: 'user',
  body: Type.Object({ message: MessageToSend, previewUrls: Type.Optional(PreviewUrls) }),
  response: Type.Object({ message: WireMessage }),
  errors: [
    'error-invalid-room',
    'error-message-id-taken',
    'error-message-ts-out-of-sync',
    ...sendingErrors,
  ],
  example: {
    body: { message: { rid: exampleMessage.rid, msg: 'Hello' } },
    response: { message: agentMessage },
  },
})

const Target = Type.Union([RecordId, Type.Array(RecordId, { minItems: 1, maxItems: 10 })])

export const postMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/chat.postMessage',
  tag: TAG,
  summary: 'Send a message from an integration',
  description:
    'Either `roomId` or `channel` names the conversation, by its id. Of several targets the answer tells the first message.',
  audience: 'user',
  body: Type.Object({
    roomId: Type.Optional(Target),
    channel: Type.Optional(Target),
    text: Type.Optional(MessageText),
    msg: Type.Optional(MessageText),
    username: Type.Optional(ShortText),
    icon_emoji: Type.Optional(ShortText),
    icon_url: Type.Optional(Address),
    parseUrls: Type.Optional(Type.Boolean({ description: 'No effect.' })),
    bot: Type.Optional(Type.Unknown()),
    ...MessageContent,
  }),
  response: Type.Object({
    ts: Type.Integer({ description: 'Milliseconds since the Unix epoch.' }),
    channel: Type.String(),
    message: WireMessage,
  }),
  errors: ['invalid-channel', ...sendingErrors],
  example: {
    body: { roomId: exampleMessage.rid, text: 'Hello' },
    response: { ts: 1_785_578_400_000, channel: exampleMessage.rid, message: agentMessage },
  },
})

export const updateMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/chat.update',
  tag: TAG,
  summary: 'Edit a message',
  description:
    'One’s own while `Message_AllowEditing` is on, or anybody’s with `edit-message`. The same text again changes nothing.',
  audience: 'user',
  body: Type.Object({
    roomId: RecordId,
    msgId: RecordId,
    text: MessageText,
    previewUrls: Type.Optional(PreviewUrls),
  }),
  response: Type.Object({ message: WireMessage }),
  errors: [
    'error-action-not-allowed',
    'error-message-editing-blocked',
    'room-closed',
    'error-message-empty',
    'message-length-exceeds-character-limit',
  ],
  example: {
    body: { roomId: exampleMessage.rid, msgId: exampleMessage._id, text: 'Hello again' },
    response: { message: { ...agentMessage, msg: 'Hello again' } },
  },
})

export const deleteMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/chat.delete',
  tag: TAG,
  summary: 'Delete a message',
  description:
    'One’s own with `delete-own-message` or anybody’s with `delete-message`, while `Message_AllowDeleting` is on; always with `force-delete-message`. Deleting again is answered like the first time.',
  audience: 'user',
  body: Type.Object({
    roomId: RecordId,
    msgId: RecordId,
    asUser: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    _id: Type.String(),
    ts: Type.String({ description: 'Milliseconds since the Unix epoch, as text.' }),
    message: Type.Object({ _id: Type.String(), rid: Type.String(), u: UserRef }),
  }),
  errors: ['error-action-not-allowed', 'room-closed'],
  example: {
    body: { roomId: exampleMessage.rid, msgId: exampleMessage._id },
    response: {
      _id: exampleMessage._id,
      ts: '1785578400000',
      message: { _id: exampleMessage._id, rid: exampleMessage.rid, u: agentMessage.u },
    },
  },
})

/** An emoji by its short name, with or without the colons around it. */
export const EmojiName = Type.String({ minLength: 1, maxLength: 66 })

export const reactToMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/chat.react',
  tag: TAG,
  summary: 'Add or take back a reaction',
  description: 'Without `shouldReact` the reaction is toggled.',
  audience: 'user',
  body: Type.Object({
    messageId: RecordId,
    emoji: Type.Optional(EmojiName),
    reaction: Type.Optional(EmojiName),
    shouldReact: Type.Optional(Type.Boolean()),
  }),
  response: Nothing,
  errors: [
    'error-message-not-found',
    'error-emoji-param-not-provided',
    'error-not-allowed',
    'room-closed',
  ],
  example: { body: { messageId: exampleMessage._id, emoji: ':thumbsup:' }, response: {} },
})
