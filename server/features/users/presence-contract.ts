import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, RecordId } from '../../contract/schemas.ts'
import { someUser, TAG } from './shared-contract.ts'
import { Presence, UserStatus } from './shapes.ts'

export const setStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setStatus',
  tag: TAG,
  summary: 'Say whether a user is there',
  description: 'For others it needs `edit-other-user-info`.',
  audience: 'user',
  body: Type.Object(
    {
      status: Type.Optional(Type.String({ maxLength: 50 })),
      message: Type.Optional(Type.String({ maxLength: 5000 })),
      ...someUser,
    },
    { additionalProperties: false },
  ),
  response: Nothing,
  errors: [
    'error-invalid-status',
    'error-status-not-allowed',
    'error-not-allowed',
    'error-invalid-user',
  ],
  example: { body: { status: 'online', message: 'At the desk' }, response: {} },
})

export const getStatus = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.getStatus',
  tag: TAG,
  summary: 'The status of a user',
  audience: 'user',
  query: Type.Object(someUser),
  response: Type.Object({
    _id: Type.String(),
    status: UserStatus,
    connectionStatus: Type.Optional(UserStatus),
    message: Type.Optional(Type.String()),
  }),
  errors: ['error-invalid-user'],
  example: { response: { _id: 'uKq3XbT9rYwPz5HdN', status: 'online' } },
})

export const getPresence = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.getPresence',
  tag: TAG,
  summary: 'Whether a user is there',
  audience: 'user',
  query: Type.Object(someUser),
  response: Type.Object({
    presence: UserStatus,
    connectionStatus: Type.Optional(UserStatus),
    lastLogin: Type.Optional(Type.String()),
  }),
  errors: ['error-invalid-user'],
  example: { response: { presence: 'online' } },
})

export const presence = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.presence',
  tag: TAG,
  summary: 'Who is there',
  description:
    'With `ids` those of them who are not offline; with `from`, at most 10 minutes ago, those who changed since; else everybody who is not offline.',
  audience: 'user',
  query: Type.Object({
    from: Type.Optional(Type.String({ maxLength: 50 })),
    ids: Type.Optional(
      Type.Union([Type.Array(RecordId, { maxItems: 200 }), Type.String({ maxLength: 20_000 })]),
    ),
  }),
  response: Type.Object({ users: Type.Array(Presence), full: Type.Boolean() }),
  errors: [],
  example: {
    response: {
      users: [
        {
          _id: 'uKq3XbT9rYwPz5HdN',
          username: 'anna',
          name: 'Anna Berg',
          status: 'online',
          statusText: '',
        },
      ],
      full: true,
    },
  },
})
