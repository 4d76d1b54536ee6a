import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import {
  ClientMessageId,
  IsoTime,
  Page,
  Paging,
  RecordId,
  SearchText,
  UserRef,
  VisitorToken,
} from '../../contract/schemas.ts'

const TAG = 'Livechat Messages'

/** A file that a message carries. */
const WireFile = Type.Object({
  _id: Type.String(),
  name: Type.String(),
  type: Type.String({ description: 'Media type, from the bytes.' }),
  size: Type.Optional(Type.Integer({ description: 'Bytes.' })),
  format: Type.Optional(Type.String()),
})

/** A message as every client sees it (wire contract, section 2, with `ls` and `seq` added). */
export const WireMessage = Type.Object({
  _id: Type.String(),
  rid: Type.String(),
  msg: Type.String(),
  ts: IsoTime,
  u: UserRef,
  _updatedAt: IsoTime,
  ls: Type.String({ description: 'Time of the last change, ISO 8601.' }),
  seq: Type.Integer({ description: "Place in the room's event order." }),
  t: Type.Optional(Type.String({ description: 'Type of a system message.' })),
  token: Type.Optional(
    Type.String({ description: "The reader's own token, on his own messages." }),
  ),
  alias: Type.Optional(Type.String()),
  groupable: Type.Optional(Type.Boolean()),
  urls: Type.Array(Type.Unknown()),
  mentions: Type.Array(Type.Unknown()),
  channels: Type.Array(Type.Unknown()),
  md: Type.Optional(Type.Array(Type.Unknown(), { description: 'Markup tree of the text.' })),
  attachments: Type.Optional(Type.Array(Type.Unknown())),
  file: Type.Optional(WireFile),
  files: Type.Optional(Type.Array(WireFile)),
  fileUpload: Type.Optional(
    Type.Object(
      {
        publicFilePath: Type.String({ description: 'URL of the download.' }),
        type: Type.String(),
        size: Type.Optional(Type.Integer()),
      },
      { description: 'Where one message is read by itself.' },
    ),
  ),
  editedAt: Type.Optional(IsoTime),
  editedBy: Type.Optional(Type.Object({ _id: Type.String(), username: Type.String() })),
  unread: Type.Optional(Type.Boolean()),
  newRoom: Type.Optional(Type.Boolean()),
  showConnecting: Type.Optional(Type.Boolean()),
  transferData: Type.Optional(Type.Unknown()),
  requestData: Type.Optional(Type.Unknown()),
  navigation: Type.Optional(Type.Unknown()),
  transcriptRequested: Type.Optional(Type.Boolean()),
  tmid: Type.Optional(Type.String()),
  tshow: Type.Optional(Type.Boolean()),
  avatar: Type.Optional(Type.String()),
  emoji: Type.Optional(Type.String()),
  bot: Type.Optional(Type.Unknown()),
  customFields: Type.Optional(Type.Unknown()),
  reactions: Type.Optional(Type.Unknown()),
})
export type WireMessage = Static<typeof WireMessage>

/** What is left to tell of a deleted message. */
const Tombstone = Type.Object({ _id: Type.String(), seq: Type.Integer() })

export const exampleMessage = {
  _id: '0Tn3xK2aQ9vLw7RbYc1',
  rid: '0Tn3xJzP4mD8sHk2VtE',
  msg: 'Hello',
  ts: '2026-08-01T10:00:00.000Z',
  u: { _id: '0Tn3xHcW6yB5nGf9ZqA', username: 'guest-3', name: 'Ana' },
  alias: 'Ana',
  token: 'iNKE8a6k6cjbqWhWd',
  _updatedAt: '2026-08-01T10:00:00.000Z',
  ls: '2026-08-01T10:00:00.000Z',
  seq: 4,
  urls: [],
  mentions: [],
  channels: [],
  md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: 'Hello' }] }],
}

const MessageParams = Type.Object({ _id: RecordId })
const OwnRoom = { token: VisitorToken, rid: RecordId }
const exampleOwnRoom = { token: 'iNKE8a6k6cjbqWhWd', rid: '0Tn3xJzP4mD8sHk2VtE' }
/** Texts are bounded by settings; this only keeps absurd bodies out. */
const MessageText = Type.String({ maxLength: 100_000 })

export const sendMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/message',
  tag: TAG,
  summary: 'Send a message as the visitor',
  description:
    'With an `_id` of its own choice a client may send again whatever happened: the message is stored once and every answer is its present state.',
  audience: 'visitor',
  limit: 'message',
  plainErrors: true,
  body: Type.Object(
    {
      ...OwnRoom,
      msg: MessageText,
      _id: Type.Optional(ClientMessageId),
      agent: Type.Optional(
        Type.Object(
          { agentId: Type.String(), username: Type.String() },
          { description: 'No effect.' },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ message: WireMessage }),
  errors: [
    'invalid-token',
    'invalid-room',
    'room-closed',
    'error-message-empty',
    'error-message-id-taken',
    'message-length-exceeds-character-limit',
  ],
  example: {
    body: { ...exampleOwnRoom, msg: 'Hello' },
    response: { message: exampleMessage },
  },
})

export const getMessage = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/message/:_id',
  tag: TAG,
  summary: 'Read one message of the visitor’s room',
  description: 'Links to a file that it carries are whole URLs here.',
  audience: 'visitor',
  plainErrors: true,
  params: MessageParams,
  query: Type.Object(OwnRoom),
  response: Type.Object({ message: WireMessage }),
  errors: ['invalid-token', 'invalid-room', 'invalid-message'],
  example: {
    params: { _id: exampleMessage._id },
    query: exampleOwnRoom,
    response: { message: exampleMessage },
  },
})

export const updateMessage = defineEndpoint({
  method: 'PUT',
  path: '/api/v1/livechat/message/:_id',
  tag: TAG,
  summary: 'Edit a message the visitor wrote',
  audience: 'visitor',
  limit: 'message',
  plainErrors: true,
  params: MessageParams,
  body: Type.Object({ ...OwnRoom, msg: MessageText }, { additionalProperties: false }),
  response: Type.Object({ message: WireMessage }),
  errors: [
    'invalid-token',
    'invalid-room',
    'invalid-message',
    'room-closed',
    'error-action-not-allowed',
    'error-message-empty',
    'message-length-exceeds-character-limit',
  ],
  example: {
    params: { _id: exampleMessage._id },
    body: { ...exampleOwnRoom, msg: 'Hello again' },
    response: { message: { ...exampleMessage, msg: 'Hello again' } },
  },
})

export const deleteMessage = defineEndpoint({
  method: 'DELETE',
  path: '/api/v1/livechat/message/:_id',
  tag: TAG,
  summary: 'Delete a message the visitor wrote',
  description:
    '`token` and `rid` come in the JSON body or in the query string. Without them the call works only while the setting `Livechat_allow_delete_without_token` is on.',
  audience: 'visitor',
  limit: 'message',
  plainErrors: true,
  params: MessageParams,
  query: Type.Object({ token: Type.Optional(VisitorToken), rid: Type.Optional(RecordId) }),
  body: Type.Object({ token: Type.Optional(VisitorToken), rid: Type.Optional(RecordId) }),
  response: Type.Object({
    message: Type.Object({ _id: Type.String(), ts: IsoTime, ls: IsoTime }),
  }),
  errors: [
    'invalid-token',
    'invalid-room',
    'invalid-message',
    'room-closed',
    'error-action-not-allowed',
  ],
  example: {
    params: { _id: exampleMessage._id },
    body: exampleOwnRoom,
    response: {
      message: { _id: exampleMessage._id, ts: exampleMessage.ts, ls: exampleMessage.ls },
    },
  },
})

export const messageHistory = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/messages.history/:rid',
  tag: TAG,
  summary: 'Read the visitor’s room, newest first, or what changed since a place in its order',
  description:
    'With `afterSeq=k` the answer holds everything that changed after place k, ascending by last change, with the ids of deleted messages; go on from the `seq` of the answer while `more` is true. With `limited: true` not all of that can be told any more: forget what you have of the room; the answer holds its newest messages, older ones come with `end`.',
  audience: 'visitor',
  plainErrors: true,
  params: Type.Object({ rid: RecordId }),
  query: Type.Object({
    token: VisitorToken,
    limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    ls: Type.Optional(Type.String({ maxLength: 64 })),
    end: Type.Optional(Type.String({ maxLength: 64 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    searchText: Type.Optional(SearchText),
    count: Paging.count,
    sort: Paging.sort,
    afterSeq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  }),
  response: Type.Object({
    messages: Type.Array(WireMessage),
    seq: Type.Integer(),
    deleted: Type.Optional(Type.Array(Tombstone)),
    more: Type.Optional(Type.Boolean()),
    limited: Type.Optional(Type.Boolean()),
  }),
  errors: ['invalid-token', 'invalid-room'],
  example: {
    params: { rid: exampleMessage.rid },
    query: { token: exampleOwnRoom.token },
    response: { messages: [exampleMessage], seq: 4 },
  },
})

export const sendMessages = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/messages',
  tag: TAG,
  summary: 'Bring messages of a visitor in from another system',
  description:
    'Registers the visitor and opens his room when needed, then stores the messages in their order.',
  audience: { anyOf: ['view-l-room'] },
  body: Type.Object({
    visitor: Type.Object({ token: VisitorToken }),
    messages: Type.Array(Type.Object({ msg: MessageText }), { minItems: 1, maxItems: 100 }),
  }),
  response: Type.Object({
    messages: Type.Array(Type.Object({ username: Type.String(), msg: Type.String(), ts: IsoTime })),
  }),
  errors: [
    'error-invalid-token',
    'error-message-empty',
    'message-length-exceeds-character-limit',
    'error-omnichannel-is-disabled',
    'no-agent-online',
  ],
  example: {
    body: { visitor: { token: 'iNKE8a6k6cjbqWhWd' }, messages: [{ msg: 'Hello' }] },
    response: {
      messages: [{ username: 'guest-3', msg: 'Hello', ts: '2026-08-01T10:00:00.000Z' }],
    },
  },
})

export const roomMessages = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/:rid/messages',
  aliases: ['/api/v1/livechat/messages/:rid'],
  tag: TAG,
  summary: 'Read the messages of a room as an agent',
  audience: { anyOf: ['view-l-room'] },
  params: Type.Object({ rid: RecordId }),
  query: Type.Object({ ...Paging, searchTerm: Type.Optional(SearchText) }),
  response: Type.Object({ messages: Type.Array(WireMessage), ...Page }),
  errors: ['invalid-room', 'error-invalid-sort', 'error-invalid-sort-keys'],
  example: {
    params: { rid: exampleMessage.rid },
    response: { messages: [exampleMessage], count: 1, offset: 0, total: 1 },
  },
})

export const readRoom = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/room.read',
  tag: TAG,
  summary: 'Tell how far the visitor has read',
  audience: 'visitor',
  body: Type.Object(
    { ...OwnRoom, seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) },
    { additionalProperties: false },
  ),
  response: Type.Object({ seq: Type.Integer({ description: 'The read position now.' }) }),
  errors: ['invalid-token', 'invalid-room'],
  example: { body: { ...exampleOwnRoom, seq: 4 }, response: { seq: 4 } },
})
