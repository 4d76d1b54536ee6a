import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Nothing, RecordId, VisitorToken } from '../../contract/schemas.ts'

const TAG = 'Foyer'
const ROOMS = 'Omnichannel Rooms'
/**
 * Who looks after all visitors and may remove what they said: administrators and managers. An
 * export shows copies of deleted texts, so it takes no less.
 */
const audience = { allOf: ['view-livechat-manager', 'remove-closed-livechat-room'] } as const
const EXPORTED =
  'One JSON document, sent as it is read: `visitor`, `rooms`, `messages` in the form of all other endpoints, `messageHistory` (kept copies of edited and deleted texts), `pageVisits`, `files` with the paths to download them, `ratings`.'

const exampleVisitorId = '0Tn3xHcW6yB5nGf9ZqA'
const exampleRoomId = '0Tn3xJzP4mD8sHk2VtE'

export const eraseVisitor = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/visitors.erase',
  tag: TAG,
  summary: 'Erase a visitor and everything he said',
  description:
    'An open conversation has to be closed first. The deleted text is no longer in the database file when the answer leaves; the bytes of files in a folder or bucket follow within seconds. Offline messages that carry his e-mail address go with him unless `offlineMessages` is false.',
  audience,
  body: Type.Object(
    { visitorId: RecordId, offlineMessages: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  response: Type.Object({
    visitor: Type.Object({ _id: Type.String(), ts: IsoTime }),
    offlineMessages: Type.Integer({ description: 'How many were removed.' }),
  }),
  errors: ['error-invalid-visitor', 'visitor-has-open-rooms'],
  example: {
    body: { visitorId: exampleVisitorId },
    response: {
      visitor: { _id: exampleVisitorId, ts: '2026-08-01T10:30:00.000Z' },
      offlineMessages: 0,
    },
  },
})

export const exportVisitor = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/visitors.export',
  tag: TAG,
  summary: 'Export everything that is kept about a visitor',
  description: `${EXPORTED} And \`offlineMessages\` that carry his e-mail address.`,
  audience,
  envelope: 'file',
  query: Type.Object({ visitorId: RecordId }),
  response: Type.String({ format: 'binary' }),
  errors: ['error-invalid-visitor'],
  example: { query: { visitorId: exampleVisitorId }, response: '' },
})

export const exportOwn = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/visitor.export',
  tag: TAG,
  summary: 'Export everything that is kept about oneself, as the visitor',
  description: `${EXPORTED} What only the staff sees of a conversation is left out, as are offline messages: his address is not verified.`,
  audience: 'visitor',
  limit: 'registration',
  envelope: 'file',
  query: Type.Object({ token: VisitorToken }),
  response: Type.String({ format: 'binary' }),
  errors: ['invalid-token'],
  example: { query: { token: 'iNKE8a6k6cjbqWhWd' }, response: '' },
})

export const deleteRoom = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/rooms.delete',
  tag: ROOMS,
  summary: 'Remove a closed conversation for good',
  audience: { anyOf: ['remove-closed-livechat-room'] },
  body: Type.Object({ roomId: RecordId }, { additionalProperties: false }),
  response: Nothing,
  errors: ['error-invalid-room', 'error-room-is-not-closed'],
  example: { body: { roomId: exampleRoomId }, response: {} },
})

export const removeAllClosedRooms = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/rooms.removeAllClosedRooms',
  tag: ROOMS,
  summary: 'Remove all closed conversations for good',
  description: 'Or those of some departments. Conversations that close meanwhile stay.',
  audience: { anyOf: ['remove-closed-livechat-rooms'] },
  body: Type.Object(
    { departmentIds: Type.Optional(Type.Array(RecordId, { maxItems: 100 })) },
    { additionalProperties: false },
  ),
  response: Type.Object({ removedRooms: Type.Integer() }),
  errors: [],
  example: { body: {}, response: { removedRooms: 12 } },
})
