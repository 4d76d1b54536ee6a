import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import {
  IsoTime,
  Nothing,
  OptionalId,
  Page,
  Paging,
  RecordId,
  SearchText,
  VisitorToken,
} from '../../contract/schemas.ts'
import { WireMessage } from '../messages/contract.ts'

const TAG = 'Omnichannel Rooms'

const Person = Type.Object({ _id: Type.String(), username: Type.String() })

/** A room as clients see it (wire contract, section 2). */
export const WireRoom = Type.Object({
  _id: Type.String(),
  t: Type.Literal('l'),
  fname: Type.String(),
  name: Type.Optional(Type.String()),
  msgs: Type.Integer(),
  usersCount: Type.Integer(),
  lm: IsoTime,
  ts: IsoTime,
  _updatedAt: IsoTime,
  seq: Type.Integer({ description: "Head of the room's event order." }),
  v: Type.Object({
    _id: Type.String(),
    username: Type.String(),
    token: Type.Optional(Type.String({ description: "The reader's own token." })),
    status: Type.String(),
    name: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
    lastMessageTs: Type.Optional(IsoTime),
  }),
  servedBy: Type.Optional(
    Type.Object({ _id: Type.String(), username: Type.String(), ts: IsoTime }),
  ),
  departmentId: Type.Optional(Type.String()),
  cl: Type.Boolean(),
  open: Type.Optional(Type.Literal(true)),
  onHold: Type.Optional(Type.Literal(true)),
  waitingResponse: Type.Optional(Type.Literal(true)),
  source: Type.Unknown(),
  queuedAt: Type.Optional(IsoTime),
  priorityWeight: Type.Integer(),
  estimatedWaitingTimeQueue: Type.Integer(),
  tags: Type.Optional(Type.Array(Type.String())),
  topic: Type.Optional(Type.String()),
  livechatData: Type.Optional(Type.Unknown()),
  responseBy: Type.Optional(
    Type.Object({
      _id: Type.String(),
      username: Type.String(),
      firstResponseTs: IsoTime,
      lastMessageTs: IsoTime,
    }),
  ),
  metrics: Type.Optional(Type.Unknown()),
  lastMessage: Type.Optional(WireMessage),
  closedAt: Type.Optional(IsoTime),
  transcriptRequest: Type.Optional(Type.Unknown({ description: 'Sent at close; told to staff.' })),
  closer: Type.Optional(Type.String()),
  closedBy: Type.Optional(Person),
  satisfaction: Type.Optional(Type.String()),
  agentKnowledge: Type.Optional(Type.String()),
  agentResposiveness: Type.Optional(Type.String()),
  agentFriendliness: Type.Optional(Type.String()),
  additionalFeedback: Type.Optional(Type.String()),
  department: Type.Optional(Type.Unknown()),
})
export type WireRoom = Static<typeof WireRoom>

export const exampleRoom = {
  _id: '0Tn3xJzP4mD8sHk2VtE',
  t: 'l',
  fname: 'Ana',
  msgs: 3,
  usersCount: 2,
  lm: '2026-08-01T10:00:00.002Z',
  ts: '2026-08-01T10:00:00.000Z',
  _updatedAt: '2026-08-01T10:00:00.002Z',
  seq: 3,
  v: { _id: '0Tn3xHcW6yB5nGf9ZqA', username: 'guest-3', status: 'online', name: 'Ana' },
  servedBy: { _id: '0Tn3wPqL5xC1vR8sYbM', username: 'rosa', ts: '2026-08-01T10:00:00.000Z' },
  cl: false,
  open: true,
  waitingResponse: true,
  source: { type: 'api' },
  priorityWeight: 99,
  estimatedWaitingTimeQueue: 9_999_999,
} as const

const exampleOwn = { rid: exampleRoom._id, token: 'iNKE8a6k6cjbqWhWd' }

export const getRoom = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/room',
  tag: TAG,
  summary: 'Get the visitor’s open room, or open one',
  description: 'However many calls come at once, a visitor has one open room.',
  audience: 'visitor',
  limit: 'registration',
  plainErrors: true,
  query: Type.Object({
    token: VisitorToken,
    rid: OptionalId,
    agentId: OptionalId,
  }),
  response: Type.Object({ room: WireRoom, newRoom: Type.Boolean() }),
  errors: ['invalid-token', 'invalid-room', 'no-agent-online', 'error-omnichannel-is-disabled'],
  example: {
    query: { token: exampleOwn.token },
    response: { room: exampleRoom, newRoom: true },
  },
})

export const closeRoom = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/room.close',
  tag: TAG,
  summary: 'Close the conversation as the visitor',
  audience: 'visitor',
  plainErrors: true,
  body: Type.Object({ rid: RecordId, token: VisitorToken }),
  response: Type.Object({ rid: Type.String(), comment: Type.String() }),
  errors: [
    'invalid-token',
    'invalid-room',
    'room-closed',
    'error-not-allowed-to-close-conversation',
  ],
  example: {
    body: exampleOwn,
    response: { rid: exampleRoom._id, comment: 'Closed by visitor' },
  },
})

export const surveyRoom = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/room.survey',
  tag: TAG,
  summary: 'Rate a conversation as the visitor',
  audience: 'visitor',
  plainErrors: true,
  body: Type.Object({
    rid: RecordId,
    token: VisitorToken,
    data: Type.Array(
      Type.Object({
        name: Type.String({ maxLength: 64 }),
        value: Type.String({ maxLength: 5000 }),
      }),
      { maxItems: 20 },
    ),
  }),
  response: Type.Object({
    rid: Type.String(),
    data: Type.Record(Type.String(), Type.String()),
  }),
  errors: ['invalid-token', 'invalid-room', 'invalid-data'],
  example: {
    body: { ...exampleOwn, data: [{ name: 'satisfaction', value: '5' }] },
    response: { rid: exampleRoom._id, data: { satisfaction: '5' } },
  },
})

/** Whether an agent who closes a conversation has a transcript e-mailed, and where to. */
export const TranscriptEmail = Type.Object({
  sendToVisitor: Type.Boolean(),
  requestData: Type.Optional(
    Type.Object({
      email: Type.String({ maxLength: 320 }),
      subject: Type.Optional(Type.String({ maxLength: 500 })),
    }),
  ),
})

export const closeRoomByUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/room.closeByUser',
  tag: TAG,
  summary: 'Close a conversation as an agent',
  audience: { anyOf: ['close-livechat-room'] },
  body: Type.Object({
    rid: RecordId,
    comment: Type.Optional(Type.String({ maxLength: 5000 })),
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50 })),
    generateTranscriptPdf: Type.Optional(Type.Boolean()),
    transcriptEmail: Type.Optional(TranscriptEmail),
    forceClose: Type.Optional(Type.Boolean()),
  }),
  response: Nothing,
  errors: [
    'error-invalid-room',
    'error-room-already-closed',
    'error-not-authorized',
    'error-comment-is-required',
    'error-invalid-email',
    'error-not-allowed',
  ],
  example: { body: { rid: exampleRoom._id, comment: 'Solved' }, response: {} },
})

export const joinRoom = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/room.join',
  tag: TAG,
  summary: 'Join a conversation that somebody else serves',
  audience: { anyOf: ['view-l-room'] },
  query: Type.Object({ roomId: RecordId }),
  response: Nothing,
  errors: ['error-invalid-room', 'room-closed', 'error-not-allowed'],
  example: { query: { roomId: exampleRoom._id }, response: {} },
})

export const listRooms = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/rooms',
  tag: TAG,
  summary: 'List conversations',
  description:
    'Agents without `view-livechat-rooms` may list their own ones only (`agents` = their own id).',
  audience: { anyOf: ['view-livechat-rooms', 'view-l-room'] },
  query: Type.Object({
    ...Paging,
    agents: Type.Optional(Type.Array(RecordId, { maxItems: 100 })),
    departmentId: OptionalId,
    open: Type.Optional(Type.Boolean()),
    onhold: Type.Optional(Type.Boolean()),
    queued: Type.Optional(Type.Boolean()),
    createdAt: Type.Optional(Type.String({ maxLength: 200 })),
    closedAt: Type.Optional(Type.String({ maxLength: 200 })),
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50 })),
    units: Type.Optional(Type.Array(RecordId, { maxItems: 100 })),
    customFields: Type.Optional(Type.String({ maxLength: 5000 })),
    roomName: Type.Optional(SearchText),
  }),
  response: Type.Object({ rooms: Type.Array(WireRoom), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: {
    query: { open: true },
    response: { rooms: [exampleRoom], count: 1, offset: 0, total: 1 },
  },
})
