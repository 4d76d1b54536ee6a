import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import type { Tx } from '../../storage/database.ts'
import { countActiveAdmins } from './changes.ts'
import type { View } from './mappers.ts'
import { lockUser, SYSTEM_USER_ID, type User } from './store.ts'

const ADMIN = 'admin'

/** How much of a user the caller may know. */
export function viewOf(ctx: AppContext, caller: Caller, userId: string): View {
  if (caller.userId === userId) return 'full'
  return ctx.permissions.allow(caller.roles, 'view-full-other-user-info') ? 'full' : 'public'
}

/** Whether the caller may change accounts like this one: his own, or by permission. */
export const mayEdit = (ctx: AppContext, caller: Caller, userId: string): boolean =>
  caller.userId === userId || ctx.permissions.allow(caller.roles, 'edit-other-user-info')

/** Reads and locks a user who may be changed. @throws ApiError */
export async function lockEditableUser(tx: Tx, userId: string): Promise<User> {
  const user = await lockUser(tx, userId)
  if (user === undefined) throw new ApiError('error-invalid-user')
  refuseSystemUser(user.id)
  return user
}

/** The user who signs system messages stays as the installation made him. */
export function refuseSystemUser(userId: string): void {
  if (userId === SYSTEM_USER_ID) throw notAllowed('The system user cannot be changed')
}

/**
 * Who can sign in as an administrator is one: passwords, addresses and tokens of administrators
 * are for those who may make administrators.
 */
export function requireRightOverCredentials(
  ctx: AppContext,
  caller: Caller,
  target: Pick<User, 'id' | 'roles'>,
): void {
  if (target.id === caller.userId || !target.roles.includes(ADMIN)) return
  if (!ctx.permissions.allow(caller.roles, 'assign-admin-role')) {
    throw notAllowed('Changing how an administrator signs in is not allowed')
  }
}

/** Whether the caller may turn one list of roles into another. @throws ApiError */
export function requireRightToAssign(
  ctx: AppContext,
  caller: Caller,
  before: readonly string[],
  after: readonly string[],
): void {
  const changed = [
    ...after.filter((role) => !before.includes(role)),
    ...before.filter((role) => !after.includes(role)),
  ]
  if (changed.length === 0) return
  if (!ctx.permissions.allow(caller.roles, 'assign-roles')) {
    throw notAllowed('Assign roles is not allowed')
  }
  if (changed.includes(ADMIN) && !ctx.permissions.allow(caller.roles, 'assign-admin-role')) {
    throw notAllowed('Assigning admin is not allowed')
  }
}

/**
 * Holds roles until the commit, so that none is deleted while it is given away and no two requests
 * take the last administrators away together.
 * @throws ApiError where one does not exist or holds only inside a room
 */
export async function lockRoles(tx: Tx, roles: readonly string[]): Promise<void> {
  const wanted = new Set(roles)
  const known = await tx.lockRows('role', [...new Set([...roles, ADMIN])].sort(), ['id', 'scope'])
  for (const { id, scope } of known) {
    if (scope === 'Users') wanted.delete(id)
  }
  if (wanted.size > 0) throw notAllowed('The field Roles consist invalid role id')
}

/** To be called after a change, with the roles locked. @throws ApiError */
export async function requireAdminLeft(tx: Tx): Promise<void> {
  if ((await countActiveAdmins(tx)) === 0) {
    throw notAllowed('Leaving the app without an active admin is not allowed')
  }
}

export const notAllowed = (reason: string): ApiError =>
  new ApiError('error-action-not-allowed', { reason })
