import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { LoginMe, Me } from '../users/shapes.ts'

const tag = 'Authentication'
const Name = Type.String({ minLength: 1, maxLength: 254 })

/** A password as text, or its SHA-256 in hexadecimal. */
const Password = Type.Union([
  Type.String({ minLength: 1, maxLength: 1000 }),
  Type.Object(
    {
      digest: Type.String({ pattern: '^[0-9a-fA-F]{64}$' }),
      algorithm: Type.Literal('sha-256'),
    },
    { additionalProperties: false },
  ),
])

/** One name and one only, so that the limit of an account cannot be split. */
const NamedUser = Type.Union([
  Name,
  Type.Object({ username: Name }, { additionalProperties: false }),
  Type.Object({ email: Name }, { additionalProperties: false }),
])

const exampleMe = {
  _id: 'uKq3XbT9rYwPz5HdN',
  username: 'anna',
  name: 'Anna Berg',
  emails: [{ address: 'anna@example.com', verified: true }],
  email: 'anna@example.com',
  status: 'online',
  statusText: '',
  statusLivechat: 'available',
  type: 'user',
  active: true,
  roles: ['livechat-agent', 'user'],
  avatarUrl: 'https://chat.example.com/avatar/anna',
  enableAutoAway: true,
  idleTimeLimit: 300,
  settings: { profile: {}, preferences: { sendOnEnter: 'normal' } },
  isOAuthUser: false,
  banners: {},
}

export const login = defineEndpoint({
  method: 'POST',
  path: '/api/v1/login',
  tag,
  summary: 'Sign in',
  description:
    'With a username or an e-mail address and a password, or with a login token that still holds. A user with the sign @ is looked up as an address. The answer has an envelope of its own; a failure is a 401 that does not tell an unknown user from a wrong password.',
  audience: 'anyone',
  limit: 'login',
  body: Type.Object(
    {
      user: Type.Optional(NamedUser),
      username: Type.Optional(Name),
      email: Type.Optional(Name),
      password: Type.Optional(Password),
      resume: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
      code: Type.Optional(Type.String({ maxLength: 100 })),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({
    status: Type.Literal('success'),
    data: Type.Object({ userId: Type.String(), authToken: Type.String(), me: LoginMe }),
  }),
  envelope: 'raw',
  errors: ['error-user-is-not-activated'],
  example: {
    body: { user: 'anna', password: 'correct horse battery' },
    response: {
      status: 'success',
      data: {
        userId: 'uKq3XbT9rYwPz5HdN',
        authToken: 'x7mE0pQvR2yTnB5cKd8JgLhWsZaUf3oI6tXeMrNqVbA',
        me: exampleMe,
      },
    },
  },
})

const logoutAnswer = {
  response: Type.Object({
    status: Type.Literal('success'),
    data: Type.Object({ message: Type.String() }),
  }),
  envelope: 'raw',
  errors: [],
  example: {
    response: { status: 'success', data: { message: "You've been logged out!" } },
  },
} as const

export const logout = defineEndpoint({
  method: 'POST',
  path: '/api/v1/logout',
  tag,
  summary: 'Sign out: the presented token ends',
  audience: 'user',
  ...logoutAnswer,
})

export const logoutByGet = defineEndpoint({
  method: 'GET',
  path: '/api/v1/logout',
  tag,
  summary: 'Sign out, for clients that ask with GET',
  audience: 'user',
  ...logoutAnswer,
})

export const me = defineEndpoint({
  method: 'GET',
  path: '/api/v1/me',
  tag,
  summary: 'The signed-in user',
  audience: 'user',
  response: Me,
  errors: ['error-invalid-user'],
  example: { response: { ...exampleMe, services: { password: { exists: true } } } },
})
