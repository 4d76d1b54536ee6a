import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Nothing, RecordId } from '../../contract/schemas.ts'

const tag = 'Permissions'
/** Permissions of settings may be given away by holders of either. */
const audience = { anyOf: ['access-permissions', 'access-setting-permissions'] } as const
const PermissionName = Type.String({ minLength: 1, maxLength: 200 })

export const Permission = Type.Object({
  _id: Type.String(),
  roles: Type.Array(Type.String()),
  _updatedAt: IsoTime,
  level: Type.Optional(Type.Literal('settings')),
  settingId: Type.Optional(Type.String()),
  group: Type.Optional(Type.String()),
  section: Type.Optional(Type.String()),
})
export type Permission = Static<typeof Permission>

const examplePermission = {
  _id: 'view-l-room',
  roles: ['admin', 'livechat-manager', 'livechat-monitor', 'livechat-agent'],
  _updatedAt: '2026-08-01T10:00:00.000Z',
}
const errors = [
  'error-edit-permissions-not-allowed',
  'error-invalid-permission',
  'error-invalid-role',
] as const

export const listPermissions = defineEndpoint({
  method: 'GET',
  path: '/api/v1/permissions.listAll',
  tag,
  summary: 'All permissions, or those changed since a time',
  audience: 'user',
  query: Type.Object({ updatedSince: Type.Optional(Type.String({ maxLength: 50 })) }),
  response: Type.Object({
    update: Type.Array(Permission),
    remove: Type.Array(Type.Object({ _id: Type.String() })),
  }),
  errors: ['error-roomId-param-invalid'],
  example: { response: { update: [examplePermission], remove: [] } },
})

export const updatePermissions = defineEndpoint({
  method: 'POST',
  path: '/api/v1/permissions.update',
  tag,
  summary: 'Say which roles have permissions',
  description:
    'All or nothing. Permissions of single settings need `access-setting-permissions` or `access-permissions`, all others `access-permissions`.',
  audience,
  body: Type.Object(
    {
      permissions: Type.Array(
        Type.Object(
          { _id: PermissionName, roles: Type.Array(RecordId, { maxItems: 200 }) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 1000 },
      ),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ permissions: Type.Array(Permission) }),
  errors: [...errors],
  example: {
    body: { permissions: [{ _id: 'view-l-room', roles: ['admin', 'livechat-agent'] }] },
    response: { permissions: [examplePermission] },
  },
})

const change = Type.Object(
  { permissionId: PermissionName, role: RecordId },
  { additionalProperties: false },
)

export const addPermissionRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/permissions.addRole',
  tag,
  summary: 'Give a permission to a role',
  audience,
  body: change,
  response: Nothing,
  errors: [...errors],
  example: { body: { permissionId: 'view-l-room', role: 'livechat-agent' }, response: {} },
})

export const removePermissionRole = defineEndpoint({
  method: 'POST',
  path: '/api/v1/permissions.removeRole',
  tag,
  summary: 'Take a permission from a role',
  audience,
  body: change,
  response: Nothing,
  errors: [...errors],
  example: { body: { permissionId: 'view-l-room', role: 'livechat-agent' }, response: {} },
})
