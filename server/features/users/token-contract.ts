import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, RecordId } from '../../contract/schemas.ts'

const tag = 'Users'
const TokenName = Type.String({ minLength: 1, maxLength: 100 })
const personal = { anyOf: ['create-personal-access-tokens'] } as const
const bypassTwoFactor = Type.Optional(Type.Boolean())
const exampleToken = 'x7mE0pQvR2yTnB5cKd8JgLhWsZaUf3oI6tXeMrNqVbA'

export const createToken = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.createToken',
  tag,
  summary: 'Open a session for a user without his password',
  description:
    'For oneself; for others it needs `user-generate-access-token`, and for administrators also `assign-admin-role`.',
  audience: 'user',
  body: Type.Object(
    {
      userId: Type.Optional(RecordId),
      username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
      secret: Type.Optional(Type.String({ maxLength: 1000 })),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({
    data: Type.Object({ userId: Type.String(), authToken: Type.String() }),
  }),
  errors: ['error-not-authorized', 'error-invalid-user', 'error-user-deactivated'],
  example: {
    body: { userId: 'uKq3XbT9rYwPz5HdN' },
    response: { data: { userId: 'uKq3XbT9rYwPz5HdN', authToken: exampleToken } },
  },
})

export const generatePersonalToken = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.generatePersonalAccessToken',
  tag,
  summary: 'Make a personal access token, shown once',
  audience: personal,
  body: Type.Object({ tokenName: TokenName, bypassTwoFactor }, { additionalProperties: false }),
  response: Type.Object({ token: Type.String() }),
  errors: ['error-token-already-exists'],
  example: { body: { tokenName: 'reports' }, response: { token: exampleToken } },
})

export const regeneratePersonalToken = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.regeneratePersonalAccessToken',
  tag,
  summary: 'Replace a personal access token',
  audience: personal,
  body: Type.Object({ tokenName: TokenName, bypassTwoFactor }, { additionalProperties: false }),
  response: Type.Object({ token: Type.String() }),
  errors: ['error-token-does-not-exists'],
  example: { body: { tokenName: 'reports' }, response: { token: exampleToken } },
})

export const removePersonalToken = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.removePersonalAccessToken',
  tag,
  summary: 'Remove a personal access token',
  audience: personal,
  body: Type.Object({ tokenName: TokenName }, { additionalProperties: false }),
  response: Nothing,
  errors: ['error-token-does-not-exists'],
  example: { body: { tokenName: 'reports' }, response: {} },
})

export const listPersonalTokens = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.getPersonalAccessTokens',
  tag,
  summary: 'The personal access tokens of the caller, by name',
  audience: personal,
  response: Type.Object({
    tokens: Type.Array(
      Type.Object({
        name: Type.String(),
        createdAt: Type.String(),
        lastTokenPart: Type.String(),
        bypassTwoFactor: Type.Boolean(),
      }),
    ),
  }),
  errors: [],
  example: {
    response: {
      tokens: [
        {
          name: 'reports',
          createdAt: '2026-08-01T10:00:00.000Z',
          lastTokenPart: 'rNqVbA',
          bypassTwoFactor: false,
        },
      ],
    },
  },
})

export const logoutUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.logout',
  tag,
  summary: 'End every session and token of a user',
  description: 'For others it needs `logout-other-user`.',
  audience: 'user',
  body: Type.Object({ userId: Type.Optional(RecordId) }, { additionalProperties: false }),
  response: Type.Object({ message: Type.String() }),
  errors: [],
  example: {
    body: {},
    response: { message: 'User uKq3XbT9rYwPz5HdN has been logged out!' },
  },
})

export const logoutOtherClients = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.logoutOtherClients',
  tag,
  summary: 'End every other login of the caller',
  description: 'The presented token and personal access tokens stay.',
  audience: 'user',
  response: Type.Object({ token: Type.String(), tokenExpires: Type.Optional(Type.String()) }),
  errors: [],
  example: { response: { token: exampleToken, tokenExpires: '2026-10-30T10:00:00.000Z' } },
})

export const removeOtherTokens = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.removeOtherTokens',
  tag,
  summary: 'End every other login of the caller, without an answer',
  audience: 'user',
  response: Nothing,
  errors: [],
  example: { response: {} },
})
