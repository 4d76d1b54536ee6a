import type { AppContext, Caller } from '../../context.ts'
import { ApiError, unauthorized } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { newId, newSecret } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import { openLogin } from '../accounts/logins.ts'
import type { AuditAction } from '../audit/contract.ts'
import { recordAudit } from '../audit/store.ts'
import * as sessions from '../sessions/store.ts'
import { lockEditableUser, requireRightOverCredentials } from './access.ts'
import { findUser, type UserKey } from './store.ts'

const HINT_CHARACTERS = 6

/** Opens a session for a user without his password. @throws ApiError */
export async function createToken(
  ctx: AppContext,
  caller: Caller,
  input: { key: UserKey; ip: string; userAgent: string },
): Promise<{ userId: string; token: string }> {
  const found = await ctx.db.read((reader) => findUser(reader, input.key))
  if (found?.id !== caller.userId) {
    if (!ctx.permissions.allow(caller.roles, 'user-generate-access-token')) {
      throw new ApiError('error-not-authorized')
    }
    if (found === undefined) throw new ApiError('error-invalid-user')
  }
  const token = newSecret()
  await ctx.db.transact(async (tx) => {
    const user = await lockEditableUser(tx, found.id)
    requireRightOverCredentials(ctx, caller, user)
    if (user.active === 0) throw new ApiError('error-user-deactivated')
    const { ip, userAgent } = input
    await openLogin(ctx, tx, { userId: user.id, token, ip, userAgent })
    await audit(ctx, tx, caller, 'token.created', user.id)
  })
  return { userId: found.id, token }
}

/** Makes a personal token; its text is told only now. @throws ApiError */
export async function generatePersonalToken(
  ctx: AppContext,
  caller: Caller,
  input: { name: string; ip: string; userAgent: string },
): Promise<string> {
  const token = newSecret()
  await ctx.db.transact(async (tx) => {
    // Held, so that two requests cannot both find the name free.
    const user = await lockEditableUser(tx, caller.userId)
    const tokens = await sessions.listPersonalTokens(tx, user.id)
    if (tokens.some(({ name }) => name === input.name)) {
      throw new ApiError('error-token-already-exists')
    }
    await insertPersonalToken(ctx, tx, caller, { ...input, token })
    await audit(ctx, tx, caller, 'token.created', user.id, { name: input.name })
  })
  return token
}

/** Replaces a personal token: the old text ends in the same moment. @throws ApiError */
export async function regeneratePersonalToken(
  ctx: AppContext,
  caller: Caller,
  input: { name: string; ip: string; userAgent: string },
): Promise<string> {
  const token = newSecret()
  await ctx.db.transact(async (tx) => {
    const user = await lockEditableUser(tx, caller.userId)
    if (!(await sessions.removePersonalToken(tx, user.id, input.name))) {
      throw new ApiError('error-token-does-not-exists')
    }
    await insertPersonalToken(ctx, tx, caller, { ...input, token })
    await audit(ctx, tx, caller, 'token.created', user.id, { name: input.name })
  })
  return token
}

const insertPersonalToken = (
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  input: { name: string; token: string; ip: string; userAgent: string },
): Promise<void> =>
  sessions.insertSession(tx, {
    id: newId(ctx.clock.now()),
    user_id: caller.userId,
    token_hash: hashSecret(input.token),
    kind: 'personal',
    name: input.name,
    hint: input.token.slice(-HINT_CHARACTERS),
    ip: input.ip,
    user_agent: input.userAgent.slice(0, 500),
    created_at: isoTime(ctx.clock.now()),
    expires_at: null,
  })

/** @throws ApiError `error-token-does-not-exists` */
export async function removePersonalToken(
  ctx: AppContext,
  caller: Caller,
  name: string,
): Promise<void> {
  const removed = await ctx.db.transact(async (tx) => {
    const known = await sessions.removePersonalToken(tx, caller.userId, name)
    if (known) await audit(ctx, tx, caller, 'token.removed', caller.userId, { name })
    return known
  })
  if (!removed) throw new ApiError('error-token-does-not-exists')
}

export const listPersonalTokens = (
  ctx: AppContext,
  caller: Caller,
): Promise<sessions.SessionRow[]> =>
  ctx.db.read((reader) => sessions.listPersonalTokens(reader, caller.userId))

/** Ends every session and token of a user. @throws TextError 403 */
export async function logoutEverywhere(
  ctx: AppContext,
  caller: Caller,
  userId: string,
): Promise<void> {
  if (userId !== caller.userId && !ctx.permissions.allow(caller.roles, 'logout-other-user')) {
    throw unauthorized()
  }
  await ctx.db.transact(async (tx) => {
    await sessions.endAllSessions(tx, userId)
    await audit(ctx, tx, caller, 'sessions.ended', userId)
  })
}

/** Ends the caller's other logins. @returns when the presented token expires */
export async function logoutOthers(
  ctx: AppContext,
  caller: Caller,
): Promise<{ expiresAt: string | null }> {
  const session = await ctx.db.transact(async (tx) => {
    await sessions.endOtherLogins(tx, caller.userId, caller.sessionId)
    await audit(ctx, tx, caller, 'sessions.ended', caller.userId, { others: true })
    return sessions.findSession(tx, caller.sessionId)
  })
  return { expiresAt: session?.expires_at ?? null }
}

const audit = (
  ctx: AppContext,
  tx: Tx,
  by: Caller,
  action: AuditAction,
  target: string,
  details: Record<string, unknown> = {},
): Promise<void> => recordAudit(tx, ctx.clock.now(), { by, action, target, details })
