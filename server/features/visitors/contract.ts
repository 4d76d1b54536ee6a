import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, OneOf, RecordId, VisitorToken } from '../../contract/schemas.ts'

const TAG = 'Omnichannel Visitors'

/** A visitor as he, or an agent, sees him (wire contract, section 2). */
export const WireVisitor = Type.Object({
  _id: Type.String(),
  username: Type.String(),
  token: Type.Optional(Type.String({ description: "The reader's own token." })),
  ts: IsoTime,
  _updatedAt: IsoTime,
  status: Type.String(),
  name: Type.Optional(Type.String()),
  visitorEmails: Type.Optional(Type.Array(Type.Object({ address: Type.String() }))),
  phone: Type.Optional(Type.Array(Type.Object({ phoneNumber: Type.String() }))),
  department: Type.Optional(Type.String()),
  livechatData: Type.Optional(Type.Unknown()),
  lastChat: Type.Optional(Type.Object({ _id: Type.String(), ts: IsoTime })),
  userAgent: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
})
export type WireVisitor = Static<typeof WireVisitor>

const exampleVisitor = {
  _id: '0Tn3xHcW6yB5nGf9ZqA',
  username: 'guest-3',
  token: 'iNKE8a6k6cjbqWhWd',
  ts: '2026-08-01T09:59:30.000Z',
  _updatedAt: '2026-08-01T09:59:30.000Z',
  status: 'online',
  name: 'Ana',
  visitorEmails: [{ address: 'ana@example.com' }],
}

const TokenParams = Type.Object({ token: VisitorToken })

export const registerVisitor = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/visitor',
  tag: TAG,
  summary: 'Register a visitor, or change what is known about him',
  description:
    'The visitor is found by his token alone; an e-mail address or a telephone number never leads to somebody’s record.',
  audience: 'visitor',
  limit: 'registration',
  body: Type.Object({
    visitor: Type.Object(
      {
        token: Type.String({ maxLength: 256 }),
        name: Type.Optional(Type.String({ maxLength: 200 })),
        email: Type.Optional(Type.String({ maxLength: 254 })),
        department: Type.Optional(Type.String({ maxLength: 128 })),
        phone: Type.Optional(Type.String({ maxLength: 64 })),
        username: Type.Optional(Type.String({ maxLength: 128, description: 'No effect.' })),
        customFields: Type.Optional(
          Type.Array(
            Type.Object({
              key: Type.String({ maxLength: 128 }),
              value: Type.String({ maxLength: 500 }),
              overwrite: Type.Boolean(),
            }),
            {
              maxItems: 50,
              description: 'Fields of visitors; others are ignored.',
            },
          ),
        ),
      },
      { additionalProperties: false },
    ),
  }),
  response: Type.Object({ visitor: WireVisitor }),
  errors: [
    'error-invalid-token',
    'error-invalid-email',
    'error-invalid-department',
    'error-invalid-custom-field-value',
  ],
  example: {
    body: {
      visitor: { token: 'iNKE8a6k6cjbqWhWd', name: 'Ana', email: 'ana@example.com' },
    },
    response: { visitor: exampleVisitor },
  },
})

export const getVisitor = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitor/:token',
  tag: TAG,
  summary: 'Read the visitor of a token',
  audience: 'visitor',
  params: TokenParams,
  response: Type.Object({ visitor: WireVisitor }),
  errors: ['invalid-token'],
  example: {
    params: { token: 'iNKE8a6k6cjbqWhWd' },
    response: { visitor: exampleVisitor },
  },
})

export const deleteVisitor = defineEndpoint({
  method: 'DELETE',
  path: '/api/v1/livechat/visitor/:token',
  tag: TAG,
  summary: 'Erase the visitor and everything he said',
  audience: 'visitor',
  params: TokenParams,
  response: Type.Object({ visitor: Type.Object({ _id: Type.String(), ts: IsoTime }) }),
  errors: ['invalid-token', 'visitor-has-open-rooms'],
  example: {
    params: { token: 'iNKE8a6k6cjbqWhWd' },
    response: { visitor: { _id: exampleVisitor._id, ts: '2026-08-01T10:30:00.000Z' } },
  },
})

export const setVisitorStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/visitor.status',
  aliases: ['/api/v1/livechat/visitors.status'],
  tag: TAG,
  summary: 'Tell whether the visitor is there',
  audience: 'visitor',
  body: Type.Object({
    token: VisitorToken,
    status: OneOf(['online', 'away', 'busy', 'offline'], {
      description: 'Shown to the agent.',
    }),
  }),
  response: Type.Object({ token: Type.String(), status: Type.String() }),
  errors: ['invalid-token'],
  example: {
    body: { token: 'iNKE8a6k6cjbqWhWd', status: 'away' },
    response: { token: 'iNKE8a6k6cjbqWhWd', status: 'away' },
  },
})

export const listOpenRoomsOfVisitor = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitor/:token/room',
  tag: TAG,
  summary: 'List the open rooms of a visitor token',
  audience: { anyOf: ['view-livechat-manager'] },
  params: TokenParams,
  response: Type.Object({
    rooms: Type.Array(
      Type.Object({
        _id: RecordId,
        t: Type.Literal('l'),
        cl: Type.Boolean(),
        servedBy: Type.Optional(
          Type.Object({ _id: Type.String(), username: Type.String(), ts: IsoTime }),
        ),
      }),
    ),
  }),
  errors: [],
  example: {
    params: { token: 'iNKE8a6k6cjbqWhWd' },
    response: { rooms: [{ _id: '0Tn3xJzP4mD8sHk2VtE', t: 'l', cl: false }] },
  },
})
