import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, unauthorized } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { recordAudit } from '../audit/store.ts'
import { endAllSessions } from '../sessions/store.ts'
import * as access from './access.ts'
import * as changes from './changes.ts'
import { statusTextOf } from './fields.ts'
import { checkStatus } from './status.ts'
import { findUser, lockUser, type UserKey } from './store.ts'

/**
 * Activates or deactivates a user. Deactivating ends his sessions and hands his conversations back
 * to the queue in the same transaction.
 */
export async function setActive(
  ctx: AppContext,
  caller: Caller,
  input: { userId: string; active: boolean },
): Promise<void> {
  access.refuseSystemUser(input.userId)
  await ctx.db.transact(async (tx) => {
    await access.lockRoles(tx, [])
    const user = await lockUser(tx, input.userId)
    if (user === undefined) throw new TextError(400, 'User not found')
    await changes.updateUser(tx, user.id, {
      active: input.active ? 1 : 0,
      updated_at: isoTime(ctx.clock.now()),
    })
    if (!input.active) {
      await access.requireAdminLeft(tx)
      await endAllSessions(tx, user.id)
    }
    await availabilityChanged(ctx, tx, user.id)
    const details = { active: input.active }
    const entry = { by: caller, action: 'user.activity', target: user.id, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
}

/**
 * Deletes a user with everything that is only his. His conversations go back to the queue first, in
 * the same transaction.
 */
export async function deleteUser(
  ctx: AppContext,
  caller: Caller,
  key: UserKey | undefined,
): Promise<void> {
  if (!ctx.permissions.allow(caller.roles, 'delete-user')) throw unauthorized()
  if (key === undefined) throw new ApiError('error-user-param-not-provided')
  const found = await ctx.db.read((reader) => findUser(reader, key))
  if (found === undefined) throw new ApiError('error-invalid-user')
  access.refuseSystemUser(found.id)
  await ctx.db.transact(async (tx) => {
    await access.lockRoles(tx, [])
    const user = await access.lockEditableUser(tx, found.id)
    const updated_at = isoTime(ctx.clock.now())
    await changes.updateUser(tx, user.id, { active: 0, updated_at })
    await changes.replaceRoles(tx, user, [], updated_at)
    await access.requireAdminLeft(tx)
    await availabilityChanged(ctx, tx, user.id)
    await changes.removeUser(tx, user.id)
    const details = { username: user.username }
    const entry = { by: caller, action: 'user.deleted', target: user.id, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
}

/** What a user says of himself, or who may speak for him. */
export interface StatusChange {
  key: UserKey | undefined
  status?: string
  message?: string
}

/** Sets status and status text. @throws ApiError, or TextError 403 for somebody else's */
export async function setStatus(
  ctx: AppContext,
  caller: Caller,
  input: StatusChange,
): Promise<void> {
  const key = input.key ?? { id: caller.userId }
  const found = await ctx.db.read((reader) => findUser(reader, key))
  if (found?.id !== caller.userId) {
    if (!ctx.permissions.allow(caller.roles, 'edit-other-user-info')) throw unauthorized()
    if (found === undefined) throw new ApiError('error-invalid-user')
  }
  if (input.status === undefined && input.message === undefined) {
    throw new ApiError('error-invalid-status')
  }
  const status = input.status === undefined ? undefined : checkStatus(ctx.settings, input.status)
  if (input.message !== undefined && !ctx.settings.get('Accounts_AllowUserStatusMessageChange')) {
    throw new ApiError('error-not-allowed', { reason: 'Change status is not allowed' })
  }
  const status_text = input.message === undefined ? undefined : statusTextOf(input.message)
  await ctx.db.transact(async (tx) => {
    const user = await access.lockEditableUser(tx, found.id)
    await changes.updateUser(tx, user.id, {
      ...(status === undefined ? {} : { status }),
      ...(status_text === undefined ? {} : { status_text }),
      updated_at: isoTime(ctx.clock.now()),
    })
    if (status !== undefined) await availabilityChanged(ctx, tx, user.id)
  })
}
