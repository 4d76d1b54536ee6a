import type { RouteParts } from '../../route-parts.ts'
import { toWireUser } from '../users/mappers.ts'
import * as contract from './contract.ts'
import * as members from './member-operations.ts'
import * as operations from './operations.ts'
import type { RoleRow } from './store.ts'

export function roleRoutes({ router, ctx, permissions }: RouteParts): void {
  router.add(contract.listRoles, async () => ({
    roles: (await operations.listRoles(ctx)).map(toRole),
  }))
  router.add(contract.syncRoles, async ({ query }) => {
    const roles = await operations.listRolesSince(ctx, query.updatedSince)
    const update = roles.map((role) => ({ ...toRole(role), _updatedAt: role.updated_at }))
    return { roles: { update, remove: [] } }
  })
  router.add(contract.createRole, async ({ body }, { caller }) => ({
    role: toRole(await operations.createRole(ctx, caller, body)),
  }))
  router.add(contract.updateRole, async ({ body }, { caller }) => {
    const { roleId: id, ...properties } = body
    return { role: toRole(await operations.updateRole(ctx, caller, { id, ...properties })) }
  })
  router.add(contract.deleteRole, async ({ body }, { caller }) => {
    await operations.deleteRole(ctx, permissions, caller, body.roleId)
    return {}
  })
  router.add(contract.addUserToRole, async ({ body }, { caller }) => {
    const membership = membershipOf(body, body.roomId)
    return { role: toRole(await members.addUserToRole(ctx, caller, membership)) }
  })
  router.add(contract.removeUserFromRole, async ({ body }, { caller }) => {
    const membership = membershipOf(body, body.scope)
    return { role: toRole(await members.removeUserFromRole(ctx, caller, membership)) }
  })
  router.add(contract.usersInRole, async ({ query }, { caller }) => {
    const { role, offset, count, sort } = query
    const { users, total, view } = await operations.listUsersInRole(ctx, caller, {
      role,
      ...(offset === undefined ? {} : { offset }),
      ...(count === undefined ? {} : { count }),
      ...(sort === undefined ? {} : { sort }),
    })
    return {
      users: users.map((user) => {
        const { _id, name, username, emails } = toWireUser(user, view(user))
        return {
          _id,
          name,
          username,
          ...(emails === undefined ? {} : { emails }),
          createdAt: user.created_at,
          _updatedAt: user.updated_at,
        }
      }),
      total,
    }
  })
  router.add(contract.usersInPublicRoles, async () => {
    const users = await operations.listRoleHolders(ctx)
    return { users: users.map(({ id, username, roles }) => ({ _id: id, username, roles })) }
  })
}

interface NamedMembership {
  username?: string
  userId?: string
  roleId?: string
  roleName?: string
}

function membershipOf(
  { username, userId, roleId, roleName }: NamedMembership,
  roomId: string | undefined,
): members.Membership {
  const user =
    userId !== undefined ? { id: userId } : username !== undefined ? { username } : undefined
  return { user, roleId, roleName, roomId }
}

const toRole = (role: RoleRow): contract.Role => ({
  _id: role.id,
  name: role.name,
  scope: role.scope,
  description: role.description,
  mandatory2fa: role.mandatory2fa === 1,
  protected: role.protected === 1,
})
