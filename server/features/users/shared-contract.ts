import { Type } from 'typebox'
import { RecordId } from '../../contract/schemas.ts'

/** What the contracts of users share. */
export const TAG = 'Users'

export const Username = Type.String({ maxLength: 64 })
export const Name = Type.String({ maxLength: 120 })
export const Address = Type.String({ maxLength: 254 })
export const Password = Type.String({ maxLength: 1000 })
export const CustomFields = Type.Optional(
  Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 50 }),
)

/** Who a request is about; an own user where nobody is named. */
export const someUser = {
  userId: Type.Optional(RecordId),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
}

export const exampleUser = {
  _id: 'uKq3XbT9rYwPz5HdN',
  username: 'anna',
  name: 'Anna Berg',
  status: 'offline',
  statusText: '',
  statusLivechat: 'available',
  type: 'user',
  active: true,
  emails: [{ address: 'anna@example.com', verified: false }],
  roles: ['livechat-agent', 'user'],
}

/** Why fields of a user are refused. */
export const fieldErrors = [
  'error-the-field-is-required',
  'error-input-is-not-a-valid-field',
  'error-field-unavailable',
  'error-invalid-email',
  'error-email-domain-blacklisted',
  'error-invalid-domain',
  'error-bio-size-exceeded',
  'error-nickname-size-exceeded',
  'error-password-policy-not-met',
  'error-email-send-failed',
  'error-action-not-allowed',
] as const
