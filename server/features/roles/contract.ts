import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Nothing, OneOf, Paging, RecordId } from '../../contract/schemas.ts'
import { Email } from '../users/shapes.ts'

const tag = 'Roles'
const audience = { anyOf: ['access-permissions'] } as const

export const Role = Type.Object({
  _id: Type.String(),
  name: Type.String(),
  scope: Type.String(),
  description: Type.String(),
  mandatory2fa: Type.Boolean(),
  protected: Type.Boolean(),
})
export type Role = Static<typeof Role>

const Scope = Type.Optional(OneOf(['Users', 'Subscriptions']))
const RoleName = Type.String({ minLength: 1, maxLength: 100 })
const properties = {
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  scope: Scope,
  mandatory2fa: Type.Optional(Type.Boolean()),
}

/** Who gets or loses a role, and which; the role by its id, or as old clients do by its name. */
const membership = {
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  userId: Type.Optional(RecordId),
  roleId: Type.Optional(RecordId),
  roleName: Type.Optional(RoleName),
}

const exampleRole = {
  _id: 'livechat-agent',
  name: 'livechat-agent',
  scope: 'Users',
  description: 'Livechat Agent',
  mandatory2fa: false,
  protected: true,
}

export const listRoles = defineEndpoint({
  method: 'GET',
  path: '/api/v1/roles.list',
  tag,
  summary: 'All roles',
  audience: 'user',
  response: Type.Object({ roles: Type.Array(Role) }),
  errors: [],
  example: { response: { roles: [exampleRole] } },
})

export const syncRoles = defineEndpoint({
  method: 'GET',
  path: '/api/v1/roles.sync',
  tag,
  summary: 'Roles changed since a time',
  audience: 'user',
  query: Type.Object({ updatedSince: Type.String({ maxLength: 50 }) }),
  response: Type.Object({
    roles: Type.Object({
      update: Type.Array(Type.Object({ ...Role.properties, _updatedAt: IsoTime })),
      remove: Type.Array(Type.Object({ _id: Type.String() })),
    }),
  }),
  errors: ['error-updatedSince-param-invalid'],
  example: {
    query: { updatedSince: '2026-08-01T10:00:00.000Z' },
    response: { roles: { update: [], remove: [] } },
  },
})

export const createRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/roles.create',
  tag,
  summary: 'Create a role',
  audience,
  body: Type.Object({ name: RoleName, ...properties }, { additionalProperties: false }),
  response: Type.Object({ role: Role }),
  errors: ['error-duplicate-role-names-not-allowed', 'error-invalid-role-properties'],
  example: { body: { name: 'Night shift' }, response: { role: exampleRole } },
})

export const updateRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/roles.update',
  tag,
  summary: 'Rename or describe a role',
  audience,
  body: Type.Object(
    { roleId: RecordId, name: RoleName, ...properties },
    { additionalProperties: false },
  ),
  response: Type.Object({ role: Role }),
  errors: [
    'error-invalid-roleId',
    'error-role-protected',
    'error-duplicate-role-names-not-allowed',
    'error-invalid-role-properties',
  ],
  example: {
    body: { roleId: 'livechat-agent', name: 'Agents' },
    response: { role: exampleRole },
  },
})

export const deleteRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/roles.delete',
  tag,
  summary: 'Delete a role that nobody has',
  audience,
  body: Type.Object({ roleId: RecordId }, { additionalProperties: false }),
  response: Nothing,
  errors: ['error-invalid-roleId', 'error-role-protected', 'error-role-in-use'],
  example: { body: { roleId: '0PkW3rTz8bQnYxLmKdV' }, response: {} },
})

export const addUserToRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/roles.addUserToRole',
  tag,
  summary: 'Give a user a role',
  description:
    'The role `admin` also needs `assign-admin-role`. There are no roles in single rooms.',
  audience,
  body: Type.Object(
    { ...membership, roomId: Type.Optional(RecordId) },
    { additionalProperties: false },
  ),
  response: Type.Object({ role: Role }),
  errors: [
    'error-invalid-role-properties',
    'error-role-not-found',
    'error-user-already-in-role',
    'error-action-not-allowed',
    'error-invalid-user',
  ],
  example: {
    body: { username: 'anna', roleId: 'livechat-agent' },
    response: { role: exampleRole },
  },
})

export const removeUserFromRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/roles.removeUserFromRole',
  tag,
  summary: 'Take a role from a user',
  description: 'The role `admin` also needs `assign-admin-role`, and one administrator stays.',
  audience,
  body: Type.Object(
    { ...membership, scope: Type.Optional(RecordId) },
    { additionalProperties: false },
  ),
  response: Type.Object({ role: Role }),
  errors: [
    'error-invalid-user',
    'error-invalid-roleId',
    'error-user-not-in-role',
    'error-admin-required',
    'error-action-not-allowed',
  ],
  example: {
    body: { username: 'anna', roleId: 'livechat-agent' },
    response: { role: exampleRole },
  },
})

export const usersInRole = defineEndpoint({
  method: 'GET',
  path: '/api/v1/roles.getUsersInRole',
  tag,
  summary: 'Who has a role',
  description: 'Addresses are told to holders of `view-full-other-user-info`.',
  audience,
  query: Type.Object({
    role: Type.Optional(RecordId),
    roomId: Type.Optional(RecordId),
    ...Paging,
  }),
  response: Type.Object({
    users: Type.Array(
      Type.Object({
        _id: Type.String(),
        name: Type.String(),
        username: Type.String(),
        emails: Type.Optional(Type.Array(Email)),
        createdAt: IsoTime,
        _updatedAt: IsoTime,
      }),
    ),
    total: Type.Integer(),
  }),
  errors: ['error-param-not-provided', 'error-invalid-roleId'],
  example: { query: { role: 'livechat-agent' }, response: { users: [], total: 0 } },
})

export const usersInPublicRoles = defineEndpoint({
  method: 'GET',
  path: '/api/v1/roles.getUsersInPublicRoles',
  tag,
  summary: 'Users with their roles other than `user`',
  audience: 'user',
  response: Type.Object({
    users: Type.Array(
      Type.Object({
        _id: Type.String(),
        username: Type.String(),
        roles: Type.Array(Type.String()),
      }),
    ),
  }),
  errors: [],
  example: {
    response: {
      users: [{ _id: 'uKq3XbT9rYwPz5HdN', username: 'anna', roles: ['livechat-agent'] }],
    },
  },
})
