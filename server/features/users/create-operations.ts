import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { recordAudit } from '../audit/store.ts'
import type { Row } from '../../storage/tables.ts'
import { requirePolicy } from '../accounts/password-policy.ts'
import { hashPassword, passwordDigest } from '../accounts/passwords.ts'
import { lockRoles, requireRightToAssign } from './access.ts'
import { insertUser, refuseTaken } from './changes.ts'
import * as fields from './fields.ts'
import { findUser, type User } from './store.ts'
import { orTaken } from './taken.ts'

/** Roles that a new user has unless others are named, and that anybody may give who creates. */
const DEFAULT_ROLES = ['user'] as const

/** What can be said of an account, new or not. */
export interface Profile {
  bio?: string
  nickname?: string
  statusText?: string
  roles?: readonly string[]
  active?: boolean
  requirePasswordChange?: boolean
  setRandomPassword?: boolean
  verified?: boolean
  customFields?: Record<string, unknown>
}

export interface NewAccount extends Profile {
  email: string
  name: string
  username: string
  password: string
}

/**
 * Creates a user.
 * @throws ApiError when a field is not acceptable or taken, or a role may not be given
 */
export async function createUser(
  ctx: AppContext,
  caller: Caller,
  input: NewAccount,
): Promise<User> {
  const name = fields.checkName(input.name)
  const username = fields.checkUsername(ctx.settings, input.username)
  const email = fields.checkEmail(ctx.settings, input.email)
  if (input.setRandomPassword === true) throw new ApiError('error-email-send-failed')
  if (input.password === '') throw fields.required('Password')
  requirePolicy(ctx.settings, input.password)
  const roles = [...new Set(input.roles ?? DEFAULT_ROLES)]
  const added = roles.filter((role) => role !== DEFAULT_ROLES[0])
  requireRightToAssign(ctx, caller, [], added)
  const more = columnsOf(input)
  await ctx.db.read((reader) => refuseTaken(reader, { username, email }))
  const passwordHash = await hashPassword(passwordDigest(input.password))

  const now = ctx.clock.now()
  const id = newId(now)
  const user = await orTaken(ctx, { username, email }, () =>
    ctx.db.transact(async (tx) => {
      await lockRoles(tx, roles)
      await insertUser(tx, {
        id,
        username,
        name,
        type: 'user',
        passwordHash,
        roles,
        email: { address: email, verified: input.verified === true },
        now: isoTime(now),
        more,
      })
      await availabilityChanged(ctx, tx, id)
      const details = { roles }
      await recordAudit(tx, now, { by: caller, action: 'user.created', target: id, details })
      return findUser(tx, { id })
    }),
  )
  if (user === undefined) throw new ApiError('error-invalid-user')
  return user
}

/** The columns of what a request says; what it does not say is not touched. */
export function columnsOf(input: Profile): Partial<Row<'user'>> {
  return {
    ...(input.bio === undefined ? {} : { bio: fields.checkBio(input.bio) }),
    ...(input.nickname === undefined ? {} : { nickname: fields.checkNickname(input.nickname) }),
    ...(input.statusText === undefined
      ? {}
      : { status_text: fields.statusTextOf(input.statusText) }),
    ...(input.active === undefined ? {} : { active: input.active ? 1 : 0 }),
    ...(input.requirePasswordChange === undefined
      ? {}
      : { require_password_change: input.requirePasswordChange ? 1 : 0 }),
    ...(input.customFields === undefined
      ? {}
      : { custom_fields: fields.checkCustomFields(input.customFields) }),
  }
}
