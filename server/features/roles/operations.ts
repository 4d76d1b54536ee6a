import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { AuditAction } from '../audit/contract.ts'
import { recordAudit } from '../audit/store.ts'
import { removeRoleEverywhere, type StoredPermissions } from '../permissions/store.ts'
import { viewOf } from '../users/access.ts'
import type { View } from '../users/mappers.ts'
import { listUsers, type User } from '../users/store.ts'
import * as store from './store.ts'

/** What an administrator says of a role. */
export interface RoleProperties {
  name: string
  description?: string
  scope?: 'Users' | 'Subscriptions'
  mandatory2fa?: boolean
}

export const listRoles = (ctx: AppContext): Promise<store.RoleRow[]> =>
  ctx.db.read((reader) => store.listRoles(reader))

/** @throws ApiError `error-updatedSince-param-invalid` */
export async function listRolesSince(ctx: AppContext, since: string): Promise<store.RoleRow[]> {
  const time = Date.parse(since)
  if (Number.isNaN(time)) throw new ApiError('error-updatedSince-param-invalid')
  return ctx.db.read((reader) => store.listRolesSince(reader, isoTime(time)))
}

/** @throws ApiError */
export async function createRole(
  ctx: AppContext,
  caller: Caller,
  properties: RoleProperties,
): Promise<store.RoleRow> {
  const now = ctx.clock.now()
  const role: store.RoleRow = {
    id: newId(now),
    name: checkedName(properties.name),
    scope: properties.scope ?? 'Users',
    description: properties.description ?? '',
    mandatory2fa: properties.mandatory2fa === true ? 1 : 0,
    protected: 0,
    updated_at: isoTime(now),
  }
  await ctx.db.transact(async (tx) => {
    await store.lockRoleTable(tx)
    await refuseTakenName(tx, role)
    await store.insertRole(tx, role)
    await audit(ctx, tx, caller, 'role.created', role)
  })
  return role
}

/** @throws ApiError */
export async function updateRole(
  ctx: AppContext,
  caller: Caller,
  input: RoleProperties & { id: string },
): Promise<store.RoleRow> {
  const name = checkedName(input.name)
  const role = await ctx.db.transact(async (tx) => {
    const current = await store.lockRole(tx, input.id)
    if (current === undefined) throw new ApiError('error-invalid-roleId')
    const scope = input.scope ?? current.scope
    if (current.protected === 1 && scope !== current.scope) {
      throw new ApiError('error-role-protected', { reason: 'Role is protected' })
    }
    const { mandatory2fa } = input
    const changed: store.RoleRow = {
      ...current,
      name,
      scope,
      description: input.description ?? current.description,
      mandatory2fa: mandatory2fa === undefined ? current.mandatory2fa : mandatory2fa ? 1 : 0,
      updated_at: isoTime(ctx.clock.now()),
    }
    await refuseTakenName(tx, changed)
    await store.updateRole(tx, changed)
    await audit(ctx, tx, caller, 'role.changed', changed)
    return changed
  })
  return role
}

/** Deletes a role that nobody has, and takes it off every permission. @throws ApiError */
export async function deleteRole(
  ctx: AppContext,
  permissions: StoredPermissions,
  caller: Caller,
  id: string,
): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const role = await store.lockRole(tx, id)
    if (role === undefined) throw new ApiError('error-invalid-roleId')
    if (role.protected === 1) throw new ApiError('error-role-protected')
    if (await store.isRoleInUse(tx, id)) throw new ApiError('error-role-in-use')
    await removeRoleEverywhere(tx, permissions, id, ctx.clock.now())
    await store.deleteRole(tx, id)
    await audit(ctx, tx, caller, 'role.deleted', role)
  })
}

/** Who has a role. @throws ApiError */
export async function listUsersInRole(
  ctx: AppContext,
  caller: Caller,
  query: PageQuery & { role: string | undefined },
): Promise<{ users: User[]; total: number; view: (user: User) => View }> {
  const { role } = query
  if (role === undefined) throw new ApiError('error-param-not-provided')
  const page = pageOf(ctx.settings, query, {
    allowed: { username: 'username_key', name: 'name' },
    default: [['username_key', 'asc']],
  })
  const found = await ctx.db.read(async (reader) => {
    if ((await store.findRole(reader, role)) === undefined) {
      throw new ApiError('error-invalid-roleId')
    }
    return listUsers(reader, { roles: [role] }, page)
  })
  return { ...found, view: (user) => viewOf(ctx, caller, user.id) }
}

/** Active users with their roles other than the one everybody has. */
export async function listRoleHolders(
  ctx: AppContext,
): Promise<{ id: string; username: string; roles: string[] }[]> {
  const rows = await ctx.db.read((reader) => store.listMemberships(reader))
  const users = new Map<string, { id: string; username: string; roles: string[] }>()
  for (const { id, username, role_id } of rows) {
    const user = users.get(id) ?? { id, username, roles: [] }
    user.roles.push(role_id)
    users.set(id, user)
  }
  return [...users.values()]
}

function checkedName(text: string): string {
  const name = text.trim()
  if (name === '' || /\p{Cc}/u.test(name)) throw new ApiError('error-invalid-role-properties')
  return name
}

async function refuseTakenName(tx: Tx, role: store.RoleRow): Promise<void> {
  const holder =
    (await store.findRoleByName(tx, role.name)) ?? (await store.findRole(tx, role.name))
  if (holder !== undefined && holder.id !== role.id) {
    throw new ApiError('error-duplicate-role-names-not-allowed')
  }
}

const audit = (
  ctx: AppContext,
  tx: Tx,
  by: Caller,
  action: AuditAction,
  { id: target, name }: store.RoleRow,
): Promise<void> => recordAudit(tx, ctx.clock.now(), { by, action, target, details: { name } })
