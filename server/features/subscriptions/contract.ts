import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Nothing, RecordId, UserRef } from '../../contract/schemas.ts'

const TAG = 'Subscriptions'

/** An agent's membership in a conversation (wire contract, section 1.3; without visitor token). */
export const WireSubscription = Type.Object({
  _id: Type.String(),
  rid: Type.String(),
  t: Type.Literal('l'),
  name: Type.String(),
  fname: Type.String(),
  u: UserRef,
  v: Type.Object({
    _id: Type.String(),
    username: Type.String(),
    status: Type.String(),
    name: Type.Optional(Type.String()),
  }),
  open: Type.Boolean(),
  alert: Type.Boolean(),
  unread: Type.Integer({ description: 'What others wrote since the read position.' }),
  userMentions: Type.Integer({
    description: '1 from being given the conversation until it is first read.',
  }),
  groupMentions: Type.Integer(),
  ts: IsoTime,
  ls: Type.Optional(IsoTime),
  lr: Type.Optional(IsoTime),
  readSeq: Type.Integer({ description: "Read position in the room's event order." }),
  department: Type.Optional(Type.String()),
  onHold: Type.Optional(Type.Literal(true)),
  roles: Type.Array(Type.String()),
  f: Type.Boolean(),
  _updatedAt: IsoTime,
})
export type WireSubscription = Static<typeof WireSubscription>

const exampleSubscription: WireSubscription = {
  _id: '0Tn3xNnY1cG7dKq4WbF',
  rid: '0Tn3xJzP4mD8sHk2VtE',
  t: 'l',
  name: 'Ana',
  fname: 'Ana',
  u: { _id: '0Tn3wPqL5xC1vR8sYbM', username: 'rosa', name: 'Rosa' },
  v: { _id: '0Tn3xHcW6yB5nGf9ZqA', username: 'guest-3', status: 'online', name: 'Ana' },
  open: true,
  alert: true,
  unread: 1,
  userMentions: 1,
  groupMentions: 0,
  ts: '2026-08-01T10:00:00.000Z',
  readSeq: 0,
  roles: [],
  f: false,
  _updatedAt: '2026-08-01T10:00:00.002Z',
}

export const Removed = Type.Object({ _id: Type.String(), _deletedAt: IsoTime })
export const UpdatedSince = Type.Optional(Type.String({ maxLength: 64 }))

export const getSubscriptions = defineEndpoint({
  method: 'GET',
  path: '/api/v1/subscriptions.get',
  tag: TAG,
  summary: 'The caller’s conversations, with what is unread in them',
  description:
    'With `updatedSince` only what changed after that time, and in `remove` the memberships that ended.',
  audience: 'user',
  query: Type.Object({ updatedSince: UpdatedSince }),
  response: Type.Object({
    update: Type.Array(WireSubscription),
    remove: Type.Array(Removed),
  }),
  errors: ['error-roomId-param-invalid'],
  example: { response: { update: [exampleSubscription], remove: [] } },
})

export const getOneSubscription = defineEndpoint({
  method: 'GET',
  path: '/api/v1/subscriptions.getOne',
  tag: TAG,
  summary: 'The caller’s membership in one conversation, or null',
  audience: 'user',
  query: Type.Object({ roomId: RecordId }),
  response: Type.Object({ subscription: Type.Union([WireSubscription, Type.Null()]) }),
  errors: [],
  example: {
    query: { roomId: exampleSubscription.rid },
    response: { subscription: exampleSubscription },
  },
})

export const readSubscription = defineEndpoint({
  method: 'POST',
  path: '/api/v1/subscriptions.read',
  tag: TAG,
  summary: 'Mark a conversation read',
  description: 'The read position moves to the end of the room; that is an event of the room.',
  audience: 'user',
  plainErrors: true,
  body: Type.Object({
    rid: Type.Optional(RecordId),
    roomId: Type.Optional(RecordId),
    readThreads: Type.Optional(Type.Boolean({ description: 'No effect.' })),
  }),
  response: Nothing,
  errors: ['error-invalid-subscription'],
  example: { body: { rid: exampleSubscription.rid }, response: {} },
})

export const unreadSubscription = defineEndpoint({
  method: 'POST',
  path: '/api/v1/subscriptions.unread',
  tag: TAG,
  summary: 'Mark a conversation unread, from its last message of others or from a given one',
  audience: 'user',
  body: Type.Object({
    roomId: Type.Optional(RecordId),
    firstUnreadMessage: Type.Optional(Type.Object({ _id: RecordId })),
  }),
  response: Nothing,
  errors: ['error-no-message-for-unread', 'error-action-not-allowed', 'error-invalid-subscription'],
  example: { body: { roomId: exampleSubscription.rid }, response: {} },
})
