import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { recordAudit } from '../audit/store.ts'
import { requirePolicy } from '../accounts/password-policy.ts'
import { hashPassword, passwordDigest, verifyPassword } from '../accounts/passwords.ts'
import { endAllSessions } from '../sessions/store.ts'
import { lockEditableUser, mayEdit, notAllowed, refuseSystemUser } from './access.ts'
import * as changes from './changes.ts'
import { columnsOf } from './create-operations.ts'
import * as fields from './fields.ts'
import { jsonObject, preferencesOf } from './mappers.ts'
import { checkStatus } from './status.ts'
import { findUser, type User } from './store.ts'
import { orTaken } from './taken.ts'

/** What a user may change about himself. */
export interface OwnChanges {
  email?: string
  name?: string
  username?: string
  nickname?: string
  bio?: string
  status?: string
  statusText?: string
  currentPassword?: string
  newPassword?: string
  customFields?: Record<string, unknown>
}

/**
 * Changes the caller's own account. A new password or address needs the present password; a new
 * password ends every other session and token in the same transaction.
 */
export async function editOwnAccount(
  ctx: AppContext,
  caller: Caller,
  input: OwnChanges,
): Promise<User> {
  const { settings } = ctx
  const found = await ctx.db.read((reader) => findUser(reader, { id: caller.userId }))
  if (found === undefined) throw new ApiError('error-invalid-user')
  refuseSystemUser(found.id)
  const wanted = withoutUnchanged(found, input)
  requireOwnRights(ctx, wanted)
  const username =
    wanted.username === undefined ? undefined : fields.checkUsername(settings, wanted.username)
  const email = wanted.email === undefined ? undefined : fields.checkEmail(settings, wanted.email)
  const status = wanted.status === undefined ? undefined : checkStatus(settings, wanted.status)
  const columns = {
    ...columnsOf(wanted),
    ...(wanted.name === undefined ? {} : { name: fields.checkName(wanted.name) }),
    ...(username === undefined ? {} : { username, username_key: username.toLowerCase() }),
    ...(status === undefined ? {} : { status }),
  }
  const passwordHash = await newPasswordHash(ctx, found, wanted)

  const user = await orTaken(
    ctx,
    { username, email },
    () =>
      ctx.db.transact(async (tx) => {
        const current = await lockEditableUser(tx, found.id)
        // Somebody may have changed the password while it was hashed.
        if (passwordHash !== undefined && current.password_hash !== found.password_hash) {
          throw new ApiError('error-invalid-password')
        }
        await changes.refuseTaken(tx, { username, email }, found.id)
        await changes.updateUser(tx, found.id, {
          ...columns,
          ...(passwordHash === undefined
            ? {}
            : { password_hash: passwordHash, require_password_change: 0 }),
          updated_at: isoTime(ctx.clock.now()),
        })
        if (email !== undefined) {
          await changes.replaceEmail(tx, found.id, { address: email, verified: false })
        }
        if (passwordHash !== undefined) await endAllSessions(tx, found.id, caller.sessionId)
        const details = { fields: Object.keys(wanted).filter((name) => name !== 'currentPassword') }
        const now = ctx.clock.now()
        await recordAudit(tx, now, {
          by: caller,
          action: 'user.changed',
          target: found.id,
          details,
        })
        if (status !== undefined) await availabilityChanged(ctx, tx, found.id)
        return findUser(tx, { id: found.id })
      }),
    found.id,
  )
  if (user === undefined) throw new ApiError('error-invalid-user')
  return user
}

function withoutUnchanged(user: User, input: OwnChanges): OwnChanges {
  const wanted = { ...input }
  if (wanted.email?.trim().toLowerCase() === user.emails[0]?.address) delete wanted.email
  if (wanted.username?.trim() === user.username) delete wanted.username
  if (wanted.name?.trim() === user.name) delete wanted.name
  if (wanted.newPassword === '') delete wanted.newPassword
  return wanted
}

function requireOwnRights({ settings }: AppContext, wanted: OwnChanges): void {
  const refusals: [boolean, string][] = [
    [!settings.get('Accounts_AllowUserProfileChange'), 'Profile changes are not allowed'],
    [
      wanted.username !== undefined && !settings.get('Accounts_AllowUsernameChange'),
      'Changing the username is not allowed',
    ],
    [
      wanted.name !== undefined && !settings.get('Accounts_AllowRealNameChange'),
      'Changing the name is not allowed',
    ],
    [
      wanted.email !== undefined && !settings.get('Accounts_AllowEmailChange'),
      'Changing the email is not allowed',
    ],
    [
      wanted.newPassword !== undefined && !settings.get('Accounts_AllowPasswordChange'),
      'Changing the password is not allowed',
    ],
    [
      wanted.statusText !== undefined && !settings.get('Accounts_AllowUserStatusMessageChange'),
      'Change status is not allowed',
    ],
  ]
  for (const [refused, reason] of refusals) {
    if (refused) throw new ApiError('error-not-allowed', { reason })
  }
}

/** Checks the present password where one is needed. @returns the hash of the new one, if any */
async function newPasswordHash(
  ctx: AppContext,
  user: User,
  { email, currentPassword, newPassword }: OwnChanges,
): Promise<string | undefined> {
  if (email === undefined && newPassword === undefined) return undefined
  if (currentPassword === undefined || !(await isPassword(user, currentPassword))) {
    throw new ApiError('error-invalid-password')
  }
  if (newPassword === undefined) return undefined
  requirePolicy(ctx.settings, newPassword)
  const digest = passwordDigest(newPassword)
  if (await verifyPassword(digest, user.password_hash)) {
    throw new ApiError('error-password-same-as-current')
  }
  return hashPassword(digest)
}

/** Clients send the present password as its SHA-256; people with curl as text. */
async function isPassword(user: User, text: string): Promise<boolean> {
  if (await verifyPassword(passwordDigest(text), user.password_hash)) return true
  const looksHashed = /^[0-9a-f]{64}$/i.test(text)
  return looksHashed && verifyPassword(text.toLowerCase(), user.password_hash)
}

/** Whether the caller could take a username; his own counts as free. */
export async function isUsernameAvailable(
  ctx: AppContext,
  caller: Caller,
  text: string,
): Promise<boolean> {
  const username = text.trim()
  if (username.toLowerCase() === caller.username.toLowerCase()) return true
  if (!fields.isFreeToTake(ctx.settings, username)) return false
  return (await ctx.db.read((reader) => findUser(reader, { username }))) === undefined
}

/** Adds choices to those a user made before. @throws ApiError */
export async function setPreferences(
  ctx: AppContext,
  caller: Caller,
  input: { userId: string; data: Record<string, unknown> },
): Promise<{ userId: string; preferences: Record<string, unknown> }> {
  if (!mayEdit(ctx, caller, input.userId)) throw notAllowed('Editing user is not allowed')
  const user = await ctx.db.transact(async (tx) => {
    const current = await lockEditableUser(tx, input.userId)
    const { language } = input.data
    const merged = { ...jsonObject(current.preferences), ...input.data }
    await changes.updateUser(tx, current.id, {
      preferences: JSON.stringify(merged),
      ...(typeof language === 'string' ? { language } : {}),
      updated_at: isoTime(ctx.clock.now()),
    })
    return findUser(tx, { id: current.id })
  })
  if (user === undefined) throw new ApiError('error-invalid-user')
  return { userId: user.id, preferences: preferencesOf(ctx.settings, user) }
}

/** The caller's preferences, completed by the defaults of the installation. */
export async function getPreferences(
  ctx: AppContext,
  caller: Caller,
): Promise<Record<string, unknown>> {
  const user = await ctx.db.read((reader) => findUser(reader, { id: caller.userId }))
  if (user === undefined) throw new ApiError('error-invalid-user')
  return preferencesOf(ctx.settings, user)
}
