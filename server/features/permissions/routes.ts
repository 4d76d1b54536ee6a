import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'

export function permissionRoutes({ router, ctx, permissions }: RouteParts): void {
  router.add(contract.listPermissions, async ({ query }) => {
    const held = await operations.listHeldPermissions(ctx, query.updatedSince)
    return { update: held.map(toPermission), remove: [] }
  })
  router.add(contract.updatePermissions, async ({ body }, { caller }) => {
    const wanted = body.permissions.map(({ _id, roles }) => ({ id: _id, roles }))
    await operations.replacePermissions(ctx, permissions, caller, wanted)
    const held = await operations.listHeldPermissions(ctx, undefined)
    return { permissions: held.map(toPermission) }
  })
  for (const [endpoint, held] of [
    [contract.addPermissionRole, true],
    [contract.removePermissionRole, false],
  ] as const) {
    router.add(endpoint, async ({ body }, { caller }) => {
      const { permissionId: id, role } = body
      await operations.setPermissionOfRole(ctx, permissions, caller, { id, role, held })
      return {}
    })
  }
}

/** Permission to wire. */
export const toPermission = (permission: operations.HeldPermission): contract.Permission => {
  const { setting } = permission
  return {
    _id: permission.id,
    roles: permission.roles,
    _updatedAt: permission.updatedAt,
    ...(setting === undefined
      ? {}
      : {
          level: 'settings' as const,
          settingId: setting.settingId,
          group: setting.group,
          section: setting.section,
        }),
  }
}
