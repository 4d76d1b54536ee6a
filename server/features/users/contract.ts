import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, OneOf, Page, Paging, RecordId, SearchText } from '../../contract/schemas.ts'
import {
  Address,
  CustomFields,
  exampleUser,
  fieldErrors,
  Name,
  Password,
  someUser,
  TAG,
  Username,
} from './shared-contract.ts'
import { User, UserInfo, UserStatus } from './shapes.ts'

const Flag = Type.Optional(Type.Boolean())

/** Accepted for clients of the reference, without meaning here. */
const ignored = {
  query: Type.Optional(Type.String({ maxLength: 10_000 })),
  fields: Type.Optional(Type.String({ maxLength: 10_000 })),
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

export const createUser = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.create',
  tag: TAG,
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
  tag: TAG,
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
  tag: TAG,
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
  tag: TAG,
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
  tag: TAG,
  summary: 'Users by activity, type, roles or text',
  description:
    'Needs `view-d-room`; `roles` and `hasLoggedIn` narrow only for holders of `view-full-other-user-info`.',
  audience: 'user',
  query: Type.Object({
    status: Type.Optional(OneOf(['active', 'deactivated'])),
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
  tag: TAG,
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
  tag: TAG,
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

export const setActiveStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/users.setActiveStatus',
  tag: TAG,
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
