import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Tx } from '../../storage/database.ts'
import { recordAudit } from '../audit/store.ts'
import { listSettingPermissions, type SettingPermission } from './setting-permissions.ts'
import { listPermissions, lockPermissions, lockRoleIds, type StoredPermissions } from './store.ts'

/** A permission as everybody who is signed in may read it. */
export interface HeldPermission {
  id: string
  roles: string[]
  updatedAt: string
  setting: SettingPermission | undefined
}

const SETTING_PERMISSIONS: ReadonlyMap<string, SettingPermission> = new Map(
  listSettingPermissions().map((permission) => [permission.id, permission]),
)

/** All permissions, or those changed since. @throws ApiError */
export async function listHeldPermissions(
  ctx: AppContext,
  updatedSince: string | undefined,
): Promise<HeldPermission[]> {
  const since = updatedSince === undefined ? undefined : Date.parse(updatedSince)
  if (since !== undefined && Number.isNaN(since)) {
    throw new ApiError('error-roomId-param-invalid', {
      reason: 'The "updatedSince" query parameter must be a valid date.',
    })
  }
  const rows = await ctx.db.read((reader) =>
    listPermissions(reader, since === undefined ? undefined : isoTime(since)),
  )
  return rows.map(({ id, roles, updated_at }) => ({
    id,
    roles: JSON.parse(roles) as string[],
    updatedAt: updated_at,
    setting: SETTING_PERMISSIONS.get(id),
  }))
}

/**
 * Replaces the role lists of permissions, all or none; they hold from the next request on.
 * @throws ApiError
 */
export async function replacePermissions(
  ctx: AppContext,
  permissions: StoredPermissions,
  caller: Caller,
  wanted: readonly { id: string; roles: readonly string[] }[],
): Promise<void> {
  const lists = new Map(wanted.map(({ id, roles }) => [id, [...new Set(roles)]]))
  for (const id of lists.keys()) requireRight(ctx, caller, id)
  await ctx.db.transact(async (tx) => {
    await requireRoles(tx, [...lists.values()].flat())
    const known = await lockPermissions(tx, [...lists.keys()])
    for (const id of lists.keys()) {
      if (!known.has(id)) throw new ApiError('error-invalid-permission')
    }
    for (const [id, roles] of lists) {
      await permissions.set(tx, id, roles, ctx.clock.now())
      await audit(ctx, tx, caller, id, roles)
    }
  })
}

/** Gives a permission to one role, or takes it. @throws ApiError */
export async function setPermissionOfRole(
  ctx: AppContext,
  permissions: StoredPermissions,
  caller: Caller,
  input: { id: string; role: string; held: boolean },
): Promise<void> {
  const { id, role, held } = input
  requireRight(ctx, caller, id)
  await ctx.db.transact(async (tx) => {
    await requireRoles(tx, [role])
    const roles = (await lockPermissions(tx, [id])).get(id)
    if (roles === undefined) throw new ApiError('error-invalid-permission')
    if (roles.includes(role) === held) return
    const changed = held ? [...roles, role] : roles.filter((other) => other !== role)
    await permissions.set(tx, id, changed, ctx.clock.now())
    await audit(ctx, tx, caller, id, changed)
  })
}

/** Permissions of single settings are a lesser right; those of everything else are the highest. */
function requireRight({ permissions }: AppContext, { roles }: Caller, id: string): void {
  if (permissions.allow(roles, 'access-permissions')) return
  const lesser =
    SETTING_PERMISSIONS.has(id) && permissions.allow(roles, 'access-setting-permissions')
  if (!lesser) {
    throw new ApiError('error-edit-permissions-not-allowed', {
      reason: 'Editing permissions is not allowed',
    })
  }
}

async function requireRoles(tx: Tx, roles: readonly string[]): Promise<void> {
  const wanted = [...new Set(roles)]
  const known = await lockRoleIds(tx, wanted)
  if (wanted.some((role) => !known.has(role))) throw new ApiError('error-invalid-role')
}

const audit = (
  ctx: AppContext,
  tx: Tx,
  by: Caller,
  target: string,
  roles: readonly string[],
): Promise<void> =>
  recordAudit(tx, ctx.clock.now(), { by, action: 'permission.changed', target, details: { roles } })
