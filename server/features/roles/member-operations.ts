import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import { recordAudit } from '../audit/store.ts'
import { lockEditableUser, notAllowed } from '../users/access.ts'
import { countActiveAdmins, replaceRoles } from '../users/changes.ts'
import { findUser, type User, type UserKey } from '../users/store.ts'
import * as store from './store.ts'

const ADMIN = 'admin'

/** Who gets or loses which role. */
export interface Membership {
  user: UserKey | undefined
  roleId: string | undefined
  roleName: string | undefined
  /** Given by clients that mean a role inside one room. */
  roomId: string | undefined
}

/** Gives a user a role; who becomes an agent is available. @throws ApiError */
export async function addUserToRole(
  ctx: AppContext,
  caller: Caller,
  input: Membership,
): Promise<store.RoleRow> {
  const { role, userId } = await resolve(ctx, caller, input, 'error-role-not-found')
  await ctx.db.transact(async (tx) => {
    const user = await lockBoth(tx, role.id, userId)
    if (user.roles.includes(role.id)) throw new ApiError('error-user-already-in-role')
    await changeRoles(ctx, tx, user, [...user.roles, role.id])
    const details = { role: role.id }
    const entry = { by: caller, action: 'role.given', target: userId, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
  return role
}

/**
 * Takes a role from a user. Who is no agent any more hands his conversations back to the queue in
 * the same transaction. The last active administrator stays one.
 * @throws ApiError
 */
export async function removeUserFromRole(
  ctx: AppContext,
  caller: Caller,
  input: Membership,
): Promise<store.RoleRow> {
  const { role, userId } = await resolve(ctx, caller, input, 'error-invalid-roleId')
  await ctx.db.transact(async (tx) => {
    const user = await lockBoth(tx, role.id, userId)
    if (!user.roles.includes(role.id)) throw new ApiError('error-user-not-in-role')
    await changeRoles(
      ctx,
      tx,
      user,
      user.roles.filter((held) => held !== role.id),
    )
    if (role.id === ADMIN && (await countActiveAdmins(tx)) === 0) {
      throw new ApiError('error-admin-required')
    }
    const details = { role: role.id }
    const entry = { by: caller, action: 'role.taken', target: userId, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
  return role
}

async function resolve(
  ctx: AppContext,
  caller: Caller,
  input: Membership,
  missing: 'error-role-not-found' | 'error-invalid-roleId',
): Promise<{ role: store.RoleRow; userId: string }> {
  const { user: key } = input
  if (key === undefined) throw new ApiError('error-invalid-user')
  const { role, user } = await ctx.db.read(async (reader) => ({
    role: await namedRole(reader, input),
    user: await findUser(reader, key),
  }))
  if (role === undefined) throw new ApiError(missing)
  if (input.roomId !== undefined || role.scope !== 'Users') {
    throw notAllowed('Roles inside single rooms do not exist on this server')
  }
  if (role.id === ADMIN && !ctx.permissions.allow(caller.roles, 'assign-admin-role')) {
    throw notAllowed('Assigning admin is not allowed')
  }
  if (user === undefined) throw new ApiError('error-invalid-user')
  return { role, userId: user.id }
}

async function namedRole(reader: Reader, input: Membership): Promise<store.RoleRow | undefined> {
  if (input.roleId !== undefined) return store.findRole(reader, input.roleId)
  if (input.roleName === undefined) throw new ApiError('error-invalid-role-properties')
  return (
    (await store.findRole(reader, input.roleName)) ??
    (await store.findRoleByName(reader, input.roleName))
  )
}

/** Roles are locked before users, here as everywhere. */
async function lockBoth(tx: Tx, roleId: string, userId: string): Promise<User> {
  if ((await store.lockRole(tx, roleId)) === undefined) throw new ApiError('error-invalid-roleId')
  return lockEditableUser(tx, userId)
}

async function changeRoles(
  ctx: AppContext,
  tx: Tx,
  user: User,
  roles: readonly string[],
): Promise<void> {
  await replaceRoles(tx, user, roles, isoTime(ctx.clock.now()))
  await availabilityChanged(ctx, tx, user.id)
}
