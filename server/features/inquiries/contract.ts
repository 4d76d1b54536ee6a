import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, OneOf, Page, Paging, RecordId } from '../../contract/schemas.ts'
import { WireMessage } from '../messages/contract.ts'

const TAG = 'Omnichannel Inquiries'

/** An open room as the queue shows it (wire contract, section 2). */
export const WireInquiry = Type.Object({
  _id: Type.String(),
  rid: Type.String(),
  t: Type.Literal('l'),
  name: Type.String(),
  ts: IsoTime,
  message: Type.String({ description: 'The first text of the visitor, empty until he writes.' }),
  status: OneOf(['queued', 'taken']),
  v: Type.Object({
    _id: Type.String(),
    username: Type.String(),
    status: Type.String(),
    name: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
    lastMessageTs: Type.Optional(IsoTime),
  }),
  department: Type.Optional(Type.String()),
  priorityWeight: Type.Integer(),
  estimatedWaitingTimeQueue: Type.Integer(),
  defaultAgent: Type.Optional(Type.Object({ agentId: Type.String(), username: Type.String() })),
  source: Type.Unknown(),
  queuedAt: Type.Optional(IsoTime),
  takenAt: Type.Optional(IsoTime),
  lastMessage: Type.Optional(WireMessage),
  _updatedAt: IsoTime,
})
export type WireInquiry = Static<typeof WireInquiry>

const exampleInquiry = {
  _id: '0Tn3xJzQ7kF2dVb9TsW',
  rid: '0Tn3xJzP4mD8sHk2VtE',
  t: 'l',
  name: 'Ana',
  ts: '2026-08-01T10:00:00.000Z',
  message: 'Hello',
  status: 'queued',
  v: { _id: '0Tn3xHcW6yB5nGf9ZqA', username: 'guest-3', status: 'online', name: 'Ana' },
  priorityWeight: 99,
  estimatedWaitingTimeQueue: 9_999_999,
  source: { type: 'api' },
  queuedAt: '2026-08-01T10:00:00.000Z',
  _updatedAt: '2026-08-01T10:00:00.002Z',
} as const

const ListQuery = Type.Object({
  ...Paging,
  department: Type.Optional(Type.String({ maxLength: 128, description: 'Id of a department.' })),
})
const List = Type.Object({ inquiries: Type.Array(WireInquiry), ...Page })
const exampleList = { inquiries: [exampleInquiry], count: 1, offset: 0, total: 1 }

export const listInquiries = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/inquiries.list',
  tag: TAG,
  summary: 'List the inquiries of all open conversations',
  audience: { anyOf: ['view-livechat-manager'] },
  query: ListQuery,
  response: List,
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: { query: { count: 50 }, response: exampleList },
})

export const listQueuedInquiries = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/inquiries.queuedForUser',
  tag: TAG,
  summary: 'List what waits and the caller may take, first in the queue first',
  audience: { anyOf: ['view-l-room'] },
  query: ListQuery,
  response: List,
  errors: ['error-invalid-sort', 'error-invalid-sort-keys', 'error-not-authorized'],
  example: { query: {}, response: exampleList },
})

export const getInquiry = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/inquiries.getOne',
  tag: TAG,
  summary: 'Read the inquiry of a room',
  description: 'Null where the room is closed, absent or not for the caller.',
  audience: { anyOf: ['view-l-room'] },
  query: Type.Object({ roomId: RecordId }),
  response: Type.Object({ inquiry: Type.Union([WireInquiry, Type.Null()]) }),
  errors: [],
  example: { query: { roomId: exampleInquiry.rid }, response: { inquiry: exampleInquiry } },
})

export const takeInquiry = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/inquiries.take',
  tag: TAG,
  summary: 'Take a conversation from the queue',
  description:
    'However many agents take one inquiry at once, one gets it. For somebody else (`userId`) it needs `manage-livechat-agents`.',
  audience: { anyOf: ['view-l-room'] },
  body: Type.Object({
    inquiryId: RecordId,
    userId: Type.Optional(RecordId),
    options: Type.Optional(
      Type.Object({
        clientAction: Type.Optional(Type.Boolean()),
        forwardingToDepartment: Type.Optional(Type.Unknown()),
      }),
    ),
  }),
  response: Type.Object({ inquiry: WireInquiry }),
  errors: [
    'error-not-allowed',
    'error-not-found',
    'error-inquiry-taken',
    'error-room-onHold',
    'error-agent-status-service-offline',
    'error-max-number-simultaneous-chats-reached',
  ],
  example: {
    body: { inquiryId: exampleInquiry._id },
    response: {
      inquiry: { ...exampleInquiry, status: 'taken', takenAt: '2026-08-01T10:00:05.000Z' },
    },
  },
})

export const returnAsInquiry = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/inquiries.returnAsInquiry',
  tag: TAG,
  summary: 'Give a conversation back to the queue',
  description:
    'Under an automatic routing method it goes to another agent at once, and back to the same one only when nobody else is free. `result` is false where nobody serves the conversation.',
  audience: { anyOf: ['view-l-room'] },
  body: Type.Object({ roomId: RecordId, departmentId: Type.Optional(RecordId) }),
  response: Type.Object({ result: Type.Boolean() }),
  errors: ['error-invalid-room', 'error-invalid-department', 'room-closed', 'error-room-onHold'],
  example: { body: { roomId: exampleInquiry.rid }, response: { result: true } },
})
