import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'

const tag = 'Foyer'

/** The part of the set-up link after the sign #, which no browser sends by itself. */
const Secret = Type.String({ minLength: 1, maxLength: 128 })

const exampleSecret = 'm3Qk9ZtW1xV7cB5nR2yH8dJ4gF6sL0pKqT3uXeYaNwC'

export const checkSetupLink = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/setup.check',
  tag,
  summary: 'Whether a set-up link can still be used',
  description:
    'The first start prints the link. It ends when it is used, when the first administrator signs in, and when his password changes.',
  audience: 'anyone',
  limit: 'login',
  body: Type.Object({ secret: Secret }, { additionalProperties: false }),
  response: Type.Object({
    username: Type.String(),
    name: Type.String(),
    email: Type.Optional(Type.String()),
  }),
  errors: ['error-setup-link-ended'],
  example: {
    body: { secret: exampleSecret },
    response: { username: 'admin', name: 'Administrator' },
  },
})

export const setUp = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/setup',
  tag,
  summary: 'Set the first administrator’s name, address and password, once',
  description:
    'Nobody is created: the administrator of the first start is changed. The link ends with it; sign in with the new password.',
  audience: 'anyone',
  limit: 'login',
  body: Type.Object(
    {
      secret: Secret,
      name: Type.String({ maxLength: 120 }),
      email: Type.String({ maxLength: 254 }),
      password: Type.String({ maxLength: 1000 }),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ username: Type.String() }),
  errors: [
    'error-setup-link-ended',
    'error-the-field-is-required',
    'error-input-is-not-a-valid-field',
    'error-invalid-email',
    'error-email-domain-blacklisted',
    'error-invalid-domain',
    'error-field-unavailable',
    'error-password-policy-not-met',
  ],
  example: {
    body: {
      secret: exampleSecret,
      name: 'Anna Berg',
      email: 'anna@example.com',
      password: 'correct horse battery',
    },
    response: { username: 'admin' },
  },
})
