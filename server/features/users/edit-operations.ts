import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { recordAudit } from '../audit/store.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { requirePolicy } from '../accounts/password-policy.ts'
import { hashPassword, passwordDigest } from '../accounts/passwords.ts'
import { endAllSessions } from '../sessions/store.ts'
import * as access from './access.ts'
import * as changes from './changes.ts'
import { columnsOf, type Profile } from './create-operations.ts'
import * as fields from './fields.ts'
import { checkStatus, type Status } from './status.ts'
import { findUser, type User } from './store.ts'
import { orTaken } from './taken.ts'

const { notAllowed } = access

/** What users.update may change; what is absent stays. */
export interface AccountChanges extends Profile {
  email?: string
  name?: string
  username?: string
  password?: string
  status?: Status
}

/**
 * Changes a user by whoever may: himself within the limits of the settings, others by permission.
 * A right that is missing refuses the whole request; only a password is ignored, as clients that
 * send whole forms expect.
 */
export async function editUser(
  ctx: AppContext,
  caller: Caller,
  input: { userId: string; data: AccountChanges },
): Promise<User> {
  const { userId } = input
  const self = caller.userId === userId
  if (!access.mayEdit(ctx, caller, userId)) throw notAllowed('Editing user is not allowed')
  access.refuseSystemUser(userId)
  const found = await ctx.db.read((reader) => findUser(reader, { id: userId }))
  if (found === undefined) throw new ApiError('error-invalid-user')

  const data = withoutUnchanged(found, input.data)
  if (self) requireOwnRights(ctx, data)
  requireRights(ctx, caller, found, data)
  const wanted = checked(ctx, found, data)
  const password = passwordOf(ctx, caller, self, data)
  if (password !== undefined || wanted.email !== undefined) {
    access.requireRightOverCredentials(ctx, caller, found)
  }
  const passwordHash =
    password === undefined ? undefined : await hashPassword(passwordDigest(password))

  const user = await orTaken(
    ctx,
    wanted,
    () =>
      ctx.db.transact(async (tx) => {
        await access.lockRoles(tx, data.roles ?? [])
        const current = await access.lockEditableUser(tx, userId)
        if (data.roles !== undefined) {
          // Judged again under the lock: another request may have changed them.
          access.requireRightToAssign(ctx, caller, current.roles, data.roles)
        }
        if (passwordHash !== undefined || wanted.email !== undefined) {
          access.requireRightOverCredentials(ctx, caller, current)
        }
        const details = { fields: Object.keys(data) }
        const now = ctx.clock.now()
        await recordAudit(tx, now, { by: caller, action: 'user.changed', target: userId, details })
        return writeChanges(ctx, tx, current, { ...wanted, data, passwordHash })
      }),
    userId,
  )
  return user
}

interface CheckedChanges {
  username: string | undefined
  email: string | undefined
  columns: Partial<Row<'user'>>
}

async function writeChanges(
  ctx: AppContext,
  tx: Tx,
  user: User,
  change: CheckedChanges & { data: AccountChanges; passwordHash: string | undefined },
): Promise<User> {
  const { data, username, email, columns, passwordHash } = change
  const now = isoTime(ctx.clock.now())
  await changes.refuseTaken(tx, { username, email }, user.id)
  await changes.updateUser(tx, user.id, {
    ...columns,
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
    updated_at: now,
  })
  if (email !== undefined) {
    await changes.replaceEmail(tx, user.id, { address: email, verified: data.verified === true })
  } else if (data.verified !== undefined) {
    await changes.markEmailVerified(tx, user.id, data.verified)
  }
  if (data.roles !== undefined) {
    await changes.replaceRoles(tx, user, [...new Set(data.roles)], now)
  }
  if (data.roles !== undefined || data.active === false) await access.requireAdminLeft(tx)
  if (passwordHash !== undefined || data.active === false) await endAllSessions(tx, user.id)
  await availabilityChanged(ctx, tx, user.id)
  const changed = await findUser(tx, { id: user.id })
  if (changed === undefined) throw new ApiError('error-invalid-user')
  return changed
}

/** Forms send every field; one that says what already holds needs no right. */
function withoutUnchanged(user: User, data: AccountChanges): AccountChanges {
  const wanted = { ...data }
  const [email] = user.emails
  if (wanted.email?.trim().toLowerCase() === email?.address) delete wanted.email
  if (wanted.username?.trim() === user.username) delete wanted.username
  if (wanted.name?.trim() === user.name) delete wanted.name
  if (wanted.active === (user.active === 1)) delete wanted.active
  if (wanted.verified === email?.verified && wanted.email === undefined) delete wanted.verified
  if (wanted.roles !== undefined && sameSet(wanted.roles, user.roles)) delete wanted.roles
  if (wanted.requirePasswordChange === (user.require_password_change === 1)) {
    delete wanted.requirePasswordChange
  }
  if (wanted.password === '') delete wanted.password
  return wanted
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  new Set(one).size === new Set(other).size && one.every((entry) => other.includes(entry))

/** What the settings keep a user from changing about himself. */
function requireOwnRights(ctx: AppContext, data: AccountChanges): void {
  const { settings } = ctx
  if (!settings.get('Accounts_AllowUserProfileChange')) {
    throw notAllowed('Editing user is not allowed')
  }
  if (data.username !== undefined && !settings.get('Accounts_AllowUsernameChange')) {
    throw notAllowed('Edit username is not allowed')
  }
  if (data.name !== undefined && !settings.get('Accounts_AllowRealNameChange')) {
    throw notAllowed('Edit user real name is not allowed')
  }
  if (data.statusText !== undefined && !settings.get('Accounts_AllowUserStatusMessageChange')) {
    throw notAllowed('Edit user status is not allowed')
  }
  if (data.email !== undefined) {
    throw notAllowed(
      'Change your own email with users.updateOwnBasicInfo, which asks for the password',
    )
  }
}

function requireRights(ctx: AppContext, caller: Caller, user: User, data: AccountChanges): void {
  const allow = (permission: Parameters<typeof ctx.permissions.allow>[1]) =>
    ctx.permissions.allow(caller.roles, permission)
  if (data.verified !== undefined && !allow('edit-other-user-info')) {
    throw notAllowed('Editing email verification is not allowed')
  }
  if (data.roles !== undefined) {
    access.requireRightToAssign(ctx, caller, user.roles, data.roles)
  }
  if (data.active !== undefined && !allow('edit-other-user-active-status')) {
    throw notAllowed('Edit user active status is not allowed')
  }
  if (data.requirePasswordChange !== undefined && !allow('edit-other-user-password')) {
    throw notAllowed('Edit user password is not allowed')
  }
  if (data.setRandomPassword === true) throw new ApiError('error-email-send-failed')
}

function checked(ctx: AppContext, user: User, data: AccountChanges): CheckedChanges {
  const { settings } = ctx
  const username =
    data.username === undefined ? undefined : fields.checkUsername(settings, data.username)
  const email = data.email === undefined ? undefined : fields.checkEmail(settings, data.email)
  const status = data.status === undefined ? undefined : checkStatus(settings, data.status)
  return {
    username,
    email,
    columns: {
      ...columnsOf(data),
      ...(data.name === undefined ? {} : { name: fields.checkName(data.name) }),
      ...(username === undefined ? {} : { username, username_key: username.toLowerCase() }),
      ...(status === undefined || status === user.status ? {} : { status }),
    },
  }
}

/** The password to set, if it is to be set at all. */
function passwordOf(
  ctx: AppContext,
  caller: Caller,
  self: boolean,
  { password }: AccountChanges,
): string | undefined {
  if (password === undefined) return undefined
  if (!ctx.permissions.allow(caller.roles, 'edit-other-user-password')) return undefined
  if (self) {
    throw notAllowed(
      'Change your own password with users.updateOwnBasicInfo, which asks for the present one',
    )
  }
  requirePolicy(ctx.settings, password)
  return password
}
