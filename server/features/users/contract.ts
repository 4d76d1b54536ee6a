import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, Page, Paging, RecordId, SearchText } from '../../contract/schemas.ts'
import { Preferences, Presence, User, UserInfo, UserStatus } from './shapes.ts'

const tag = 'Users'

const Username = Type.String({ maxLength: 64 })
const Name = Type.String({ maxLength: 120 })
const Address = Type.String({ maxLength: 254 })
const Password = Type.String({ maxLength: 1000 })
const Flag = Type.Optional(Type.Boolean())
const CustomFields = Type.Optional(
  Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 50 }),
)

/** Who a request is about; an own user where nobody is named. */
const someUser = {
  userId: Type.Optional(RecordId),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
}

/** Accepted for clients of the reference, without meaning here. */
const ignored = {
  query: Type.Optional(Type.String({ maxLength: 10_000 })),
  fields: Type.Optional(Type.String({ maxLength: 10_000 })),
}

const exampleUser = {
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
const exampleList = { users: [exampleUser], count: 1, offset: 0, total: 1 }

const profile = {
  bio: Type.Optional(Type.String({ maxLength: 5000 })),
  nickname: Type.Optional(Type.String({ maxLength: 5000 })),
  statusText: Type.Optional(Type.String({ maxLength: 5000 })),
  roles: Type.Optional(Type.Array(RecordId, { maxItems: 100 })),
  active: Flag,
  joinDefaultChannels: Flag,
  requirePasswordChange: Flag,
  setRandomPassword: Flag,
  sendWelcomeEmail: Flag,
  verified: Flag,
  customFields: CustomFields,
}

const fieldErrors = [
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

export const createUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.create',
  tag,
  summary: 'Create a user',
  description:
    'Roles other than `user` need `assign-roles`, the role `admin` also `assign-admin-role`.',
  audience: { anyOf: ['create-user'] },
  body: Type.Object(
    {
      email: Address,
      name: Name,
      password: Password,
      username: Username,
      ...profile,
      fields: Type.Optional(Type.String({ maxLength: 1000 })),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ user: User }),
  errors: [...fieldErrors],
  example: {
    body: {
      email: 'anna@example.com',
      name: 'Anna Berg',
      username: 'anna',
      password: 'correct horse battery',
      roles: ['user', 'livechat-agent'],
    },
    response: { user: exampleUser },
  },
})

export const updateUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.update',
  tag,
  summary: 'Change a user',
  description:
    'Fields that are not named keep their value. Others need `edit-other-user-info`; roles `assign-roles`, activity `edit-other-user-active-status`. A password is ignored without `edit-other-user-password`, and ends every session of its user. Address and password of an administrator are changed only by who may make administrators. An own password or address is changed with users.updateOwnBasicInfo.',
  audience: 'user',
  body: Type.Object(
    {
      userId: RecordId,
      data: Type.Object(
        {
          email: Type.Optional(Address),
          name: Type.Optional(Name),
          password: Type.Optional(Password),
          username: Type.Optional(Username),
          status: Type.Optional(UserStatus),
          ...profile,
        },
        { additionalProperties: false },
      ),
      confirmRelinquish: Flag,
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ user: User }),
  errors: [...fieldErrors, 'error-invalid-user', 'error-invalid-status'],
  example: {
    body: { userId: 'uKq3XbT9rYwPz5HdN', data: { name: 'Anna Berg' } },
    response: { user: exampleUser },
  },
})

export const deleteUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.delete',
  tag,
  summary: 'Delete a user',
  description:
    'His open conversations are queued again and his sessions end in the same transaction. What he wrote keeps its author name.',
  audience: 'user',
  body: Type.Object({ ...someUser, confirmRelinquish: Flag }, { additionalProperties: false }),
  response: Nothing,
  errors: ['error-invalid-user', 'error-user-param-not-provided', 'error-action-not-allowed'],
  example: { body: { userId: 'uKq3XbT9rYwPz5HdN' }, response: {} },
})

export const listUsers = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.list',
  tag,
  summary: 'All users',
  description:
    'Needs `view-d-room`. Addresses and roles are told to holders of `view-full-other-user-info`. `query` and `fields` are ignored.',
  audience: 'user',
  query: Type.Object({ ...Paging, ...ignored }),
  response: Type.Object({ users: Type.Array(User), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: { query: { sort: '{"name":1}' }, response: exampleList },
})

export const listUsersByStatus = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.listByStatus',
  tag,
  summary: 'Users by activity, type, roles or text',
  description:
    'Needs `view-d-room`; `roles` and `hasLoggedIn` narrow only for holders of `view-full-other-user-info`.',
  audience: 'user',
  query: Type.Object({
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('deactivated')])),
    hasLoggedIn: Flag,
    type: Type.Optional(Type.String({ maxLength: 20 })),
    roles: Type.Optional(Type.Union([Type.Array(RecordId, { maxItems: 100 }), RecordId])),
    searchTerm: Type.Optional(SearchText),
    ...Paging,
  }),
  response: Type.Object({ users: Type.Array(User), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: { query: { status: 'active', searchTerm: 'anna' }, response: exampleList },
})

export const userInfo = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.info',
  tag,
  summary: 'One user',
  audience: 'user',
  query: Type.Object({
    ...someUser,
    importId: Type.Optional(RecordId),
    fields: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  response: Type.Object({ user: UserInfo }),
  errors: [],
  example: {
    query: { username: 'anna' },
    response: { user: { ...exampleUser, canViewAllInfo: true } },
  },
})

export const autocompleteUsers = defineEndpoint({
  method: 'GET',
  path: '/api/v1/users.autocomplete',
  tag,
  summary: 'Users whose name contains a text',
  description:
    '`selector` is JSON: `term`, and `exceptions`, usernames to leave out. Conditions are ignored.',
  audience: 'user',
  query: Type.Object({ selector: Type.String({ maxLength: 5000 }) }),
  response: Type.Object({
    items: Type.Array(
      Type.Object({
        _id: Type.String(),
        username: Type.String(),
        name: Type.String(),
        status: UserStatus,
        nickname: Type.Optional(Type.String()),
      }),
    ),
  }),
  errors: [],
  example: {
    query: { selector: '{"term":"ann"}' },
    response: {
      items: [{ _id: 'uKq3XbT9rYwPz5HdN', username: 'anna', name: 'Anna Berg', status: 'online' }],
    },
  },
})

export const setStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setStatus',
  tag,
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
  tag,
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
  tag,
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
  tag,
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

export const setActiveStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setActiveStatus',
  tag,
  summary: 'Activate or deactivate a user',
  description:
    'Deactivating ends his sessions and queues his open conversations again, in one transaction.',
  audience: { anyOf: ['edit-other-user-active-status'] },
  body: Type.Object(
    { userId: RecordId, activeStatus: Type.Boolean(), confirmRelinquish: Flag },
    { additionalProperties: false },
  ),
  response: Type.Object({ user: Type.Object({ _id: Type.String(), active: Type.Boolean() }) }),
  errors: ['error-action-not-allowed'],
  example: {
    body: { userId: 'uKq3XbT9rYwPz5HdN', activeStatus: false },
    response: { user: { _id: 'uKq3XbT9rYwPz5HdN', active: false } },
  },
})

export const setPreferences = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setPreferences',
  tag,
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
  tag,
  summary: 'The preferences of the caller, completed by the defaults',
  audience: 'user',
  response: Type.Object({ preferences: Type.Record(Type.String(), Type.Unknown()) }),
  errors: ['error-invalid-user'],
  example: { response: { preferences: { sendOnEnter: 'normal' } } },
})

export const updateOwnBasicInfo = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.updateOwnBasicInfo',
  tag,
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
  tag,
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
  tag,
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
