import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { RecordId } from '../../contract/schemas.ts'
import {
  Address,
  CustomFields,
  exampleUser,
  fieldErrors,
  Name,
  Password,
  TAG,
  Username,
} from './shared-contract.ts'
import { Preferences, User } from './shapes.ts'

export const setPreferences = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setPreferences',
  tag: TAG,
  summary: 'Change preferences',
  description: 'For others it needs `edit-other-user-info`.',
  audience: 'user',
  body: Type.Object(
    { userId: Type.Optional(RecordId), data: Preferences },
    { additionalProperties: false },
  ),
  response: Type.Object({
    user: Type.Object({
      _id: Type.String(),
      settings: Type.Object({ preferences: Type.Record(Type.String(), Type.Unknown()) }),
    }),
  }),
  errors: ['error-action-not-allowed', 'error-invalid-user'],
  example: {
    body: { data: { sendOnEnter: 'alternative' } },
    response: {
      user: {
        _id: 'uKq3XbT9rYwPz5HdN',
        settings: { preferences: { sendOnEnter: 'alternative' } },
      },
    },
  },
})

export const getPreferences = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.getPreferences',
  tag: TAG,
  summary: 'The preferences of the caller, completed by the defaults',
  audience: 'user',
  response: Type.Object({ preferences: Type.Record(Type.String(), Type.Unknown()) }),
  errors: ['error-invalid-user'],
  example: { response: { preferences: { sendOnEnter: 'normal' } } },
})

export const updateOwnBasicInfo = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.updateOwnBasicInfo',
  tag: TAG,
  summary: 'Change the own account',
  description:
    'A new password or address needs the present password (as text or its SHA-256 in hexadecimal); a new password ends every other session and token.',
  audience: 'user',
  limit: 'standard',
  body: Type.Object(
    {
      data: Type.Object(
        {
          email: Type.Optional(Address),
          name: Type.Optional(Name),
          username: Type.Optional(Username),
          nickname: Type.Optional(Type.String({ maxLength: 5000 })),
          bio: Type.Optional(Type.String({ maxLength: 5000 })),
          statusType: Type.Optional(Type.String({ maxLength: 50 })),
          statusText: Type.Optional(Type.String({ maxLength: 5000 })),
          currentPassword: Type.Optional(Password),
          newPassword: Type.Optional(Password),
        },
        { additionalProperties: false },
      ),
      customFields: CustomFields,
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ user: User }),
  errors: [
    ...fieldErrors,
    'error-not-allowed',
    'error-invalid-password',
    'error-password-same-as-current',
    'error-invalid-status',
    'error-status-not-allowed',
  ],
  example: { body: { data: { name: 'Anna Berg' } }, response: { user: exampleUser } },
})

export const checkUsernameAvailability = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.checkUsernameAvailability',
  tag: TAG,
  summary: 'Whether the caller could take a username',
  audience: 'user',
  query: Type.Object({ username: Type.String({ minLength: 1, maxLength: 200 }) }),
  response: Type.Object({ result: Type.Boolean() }),
  errors: [],
  example: { query: { username: 'anna' }, response: { result: true } },
})

export const passwordPolicy = defineEndpoint({
  method: 'GET',
  path: '/api/v1/pw.getPolicy',
  tag: TAG,
  summary: 'What a new password must satisfy',
  audience: 'anyone',
  response: Type.Object({
    enabled: Type.Boolean(),
    policy: Type.Array(Type.Array(Type.Unknown())),
  }),
  errors: [],
  example: {
    response: { enabled: true, policy: [['get-password-policy-minLength', { minLength: 8 }]] },
  },
})
