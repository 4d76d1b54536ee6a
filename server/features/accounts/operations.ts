import type { AppContext, Caller } from '../../context.ts'
import { ApiError, LoginError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { newSecret } from '../../lib/ids.ts'
import { recordAudit } from '../audit/store.ts'
import { endPresented, findLiveSession } from '../sessions/store.ts'
import { updateUser } from '../users/changes.ts'
import { findUser, lockUser, type User, type UserKey } from '../users/store.ts'
import { openLogin } from './logins.ts'
import { verifyPassword } from './passwords.ts'

/** Where a login comes from; kept with the session, so that its owner recognises it. */
export interface Origin {
  ip: string
  userAgent: string
}

/** A login that holds. */
export interface Login {
  token: string
  user: User
}

/**
 * Signs in with a password. The password is hashed once whoever is named, so that neither answer
 * nor time tell an unknown user from a wrong password.
 * @throws LoginError
 */
export async function loginWithPassword(
  ctx: AppContext,
  input: { key: UserKey; digest: string; origin: Origin },
): Promise<Login> {
  const found = await ctx.db.read((reader) => findUser(reader, input.key))
  const right = await verifyPassword(input.digest, found?.password_hash ?? null)
  if (found === undefined || !right) {
    await recordFailure(ctx, found, input.origin)
    throw wrongCredentials()
  }
  const token = newSecret()
  const login = await ctx.db.transact(async (tx) => {
    const user = await lockUser(tx, found.id)
    // Somebody may have changed the password while it was hashed.
    if (user === undefined || user.password_hash !== found.password_hash) throw wrongCredentials()
    if (user.active === 0) return notActivated()
    const now = ctx.clock.now()
    const last_login_at = isoTime(now)
    await openLogin(ctx, tx, { userId: user.id, token, ...input.origin })
    await updateUser(tx, user.id, { last_login_at, updated_at: last_login_at })
    const by = { userId: user.id, username: user.username, ip: input.origin.ip }
    await recordAudit(tx, now, { by, action: 'login', target: user.id })
    return { token, user: { ...user, last_login_at } }
  })
  if (!(login instanceof LoginError)) return login
  await recordFailure(ctx, found, input.origin)
  throw login
}

/**
 * What was typed as a name is not kept: it may be a password in the wrong field. Unknown users cost
 * the same write, so that time does not tell them apart.
 */
const recordFailure = (ctx: AppContext, user: User | undefined, { ip }: Origin): Promise<void> =>
  ctx.db.transact((tx) =>
    recordAudit(tx, ctx.clock.now(), {
      action: 'login.failed',
      target: user?.id ?? '',
      details: user === undefined ? {} : { username: user.username },
      ip,
    }),
  )

/**
 * Signs in again with a token that still holds; the same token comes back.
 * @throws LoginError
 */
export async function resumeLogin(ctx: AppContext, token: string): Promise<Login> {
  const now = isoTime(ctx.clock.now())
  const user = await ctx.db.read(async (reader) => {
    const session = await findLiveSession(reader, hashSecret(token), now)
    return session === undefined ? undefined : findUser(reader, { id: session.user_id })
  })
  if (user === undefined) {
    throw new LoginError(403, "You've been logged out by the server. Please log in again.")
  }
  return { token, user }
}

/** Ends the session that the caller presented. */
export async function logout(ctx: AppContext, caller: Caller): Promise<void> {
  await ctx.db.transact(async (tx) => {
    await endPresented(tx, caller.sessionId)
    const entry = { by: caller, action: 'logout', target: caller.userId } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
}

export async function readMe(ctx: AppContext, caller: Caller): Promise<User> {
  const user = await ctx.db.read((reader) => findUser(reader, { id: caller.userId }))
  if (user === undefined) throw new ApiError('error-invalid-user')
  return user
}

/** A body that names nobody, or gives neither password nor token. */
export const unusableLogin = (): LoginError => wrongCredentials()

const wrongCredentials = (): LoginError => new LoginError('Unauthorized', 'Unauthorized')

const notActivated = (): LoginError =>
  new LoginError('error-user-is-not-activated', 'User is not activated')
