import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { requirePolicy } from '../accounts/password-policy.ts'
import { hashPassword, passwordDigest } from '../accounts/passwords.ts'
import { recordAudit } from '../audit/store.ts'
import { endAllSessions } from '../sessions/store.ts'
import type { StoredSettings } from '../settings/store.ts'
import { refuseTaken, replaceEmail, updateUser } from '../users/changes.ts'
import { checkEmail, checkName } from '../users/fields.ts'
import { lockUser, type User } from '../users/store.ts'
import { orTaken } from '../users/taken.ts'
import { findSetupOwner, SETUP_LINK } from './link.ts'

const linkEnded = (): ApiError => new ApiError('error-setup-link-ended')

/** Whom a link lets set up. @throws ApiError `error-setup-link-ended` */
export async function checkLink(ctx: AppContext, secret: string): Promise<User> {
  const owner = await ctx.db.read((reader) => findSetupOwner(reader, secret))
  if (owner === undefined) throw linkEnded()
  return owner
}

/** What the holder of the link says of the first administrator. */
export interface SetUp {
  secret: string
  name: string
  email: string
  password: string
  ip: string
}

/**
 * Gives the first administrator his name, address and password, and ends the link in the same
 * transaction: of two calls at once, one wins.
 * @throws ApiError `error-setup-link-ended`, and what the fields and the password policy refuse
 */
export async function setUpAdministrator(
  ctx: AppContext,
  settings: StoredSettings,
  input: SetUp,
): Promise<User> {
  // The link comes first: who has none learns nothing of addresses and rules.
  const owner = await checkLink(ctx, input.secret)
  const name = checkName(input.name)
  const email = checkEmail(ctx.settings, input.email)
  requirePolicy(ctx.settings, input.password)
  const passwordHash = await hashPassword(passwordDigest(input.password))
  return orTaken(
    ctx,
    { email },
    () =>
      ctx.db.transact(async (tx) => {
        await lockUser(tx, owner.id)
        const user = await findSetupOwner(tx, input.secret)
        if (user === undefined) throw linkEnded()
        await refuseTaken(tx, { email }, user.id)
        const now = ctx.clock.now()
        await updateUser(tx, user.id, {
          name,
          password_hash: passwordHash,
          require_password_change: 0,
          updated_at: isoTime(now),
        })
        await replaceEmail(tx, user.id, { address: email, verified: false })
        await endAllSessions(tx, user.id)
        await settings.set(tx, SETUP_LINK, '', now)
        await recordAudit(tx, now, {
          action: 'user.changed',
          target: user.id,
          details: { fields: ['name', 'email', 'password'], from: 'set-up link' },
          ip: input.ip,
        })
        return user
      }),
    owner.id,
  )
}
