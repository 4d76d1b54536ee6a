import { Type } from 'typebox'
import type { AppContext, Caller } from '../context.ts'
import { ApiError, type LoginError } from '../contract/errors.ts'
import { findCaller, guessedAccount, userKeyOf } from '../features/accounts/access.ts'
import * as contract from '../features/accounts/contract.ts'
import * as accounts from '../features/accounts/operations.ts'
import { passwordDigest } from '../features/accounts/passwords.ts'
import { InvalidParamsError } from '../features/method-calls/define.ts'
import { matches } from '../features/method-calls/matches.ts'
import { findLiveSession } from '../features/sessions/store.ts'
import { limitCaller, limitSubject } from '../http/limit-classes.ts'
import type { RateLimits } from '../http/limits.ts'
import { isoTime } from '../lib/clock.ts'
import { hashSecret } from '../lib/hash.ts'
import type { Origin } from './session.ts'

const Name = Type.String({ minLength: 1, maxLength: 254 })
const Resume = Type.Object({ resume: Type.String({ minLength: 1, maxLength: 300 }) })
const Credentials = Type.Object({
  user: Type.Union([
    Type.Object({ username: Name }, { additionalProperties: false }),
    Type.Object({ email: Name }, { additionalProperties: false }),
    Name,
  ]),
  password: Type.Union([
    Type.String({ minLength: 1, maxLength: 1000 }),
    Type.Object({
      digest: Type.String({ pattern: '^[0-9a-fA-F]{64}$' }),
      algorithm: Type.Literal('sha-256'),
    }),
  ]),
})

/** Told of tokens that do not expire: clients want some date. */
const FOREVER = Date.parse('9999-12-31T00:00:00.000Z')

/** A login that holds, as it is answered over sockets. */
export interface SocketLogin {
  caller: Caller
  token: string
  answer: { id: string; token: string; tokenExpires: { $date: number }; type: string }
}

/**
 * The login of the REST contract, over a socket: the same operations, the same limits, the same
 * answer to an unknown user and a wrong password (S10, S11).
 * @throws LoginError, InvalidParamsError, ApiError
 */
export async function loginOverSocket(
  ctx: AppContext,
  limits: RateLimits,
  origin: Origin,
  [input]: readonly unknown[],
): Promise<SocketLogin> {
  if (matches(Resume, input)) {
    const { token } = await accounts.resumeLogin(ctx, input.resume).catch((error: unknown) => {
      // Only failures count: a whole office comes back at once when the server restarts.
      countLogin(ctx, limits, origin, undefined)
      throw error
    })
    return answerOf(ctx, origin, token, 'resume')
  }
  if (!matches(Credentials, input)) throw new InvalidParamsError()
  const { user, password } = input
  const key = userKeyOf({ user })
  if (key === undefined) throw new InvalidParamsError()
  countLogin(ctx, limits, origin, await guessedAccount(ctx, key))
  const digest =
    typeof password === 'string' ? passwordDigest(password) : password.digest.toLowerCase()
  const { token } = await accounts.loginWithPassword(ctx, { key, digest, origin })
  return answerOf(ctx, origin, token, 'password')
}

function countLogin(
  ctx: AppContext,
  limits: RateLimits,
  { ip }: Origin,
  account: string | undefined,
): void {
  if (!ctx.settings.get('API_Enable_Rate_Limiter')) return
  const { method, path } = contract.login
  const subject = { ip, route: `${method} ${path}`, userId: undefined }
  limitCaller(limits, ctx.settings, 'login', subject)
  if (account !== undefined) limitSubject(limits, ctx.settings, 'login', path, account)
}

async function answerOf(
  ctx: AppContext,
  origin: Origin,
  token: string,
  type: 'resume' | 'password',
): Promise<SocketLogin> {
  const now = isoTime(ctx.clock.now())
  const session = await ctx.db.read((reader) => findLiveSession(reader, hashSecret(token), now))
  const caller = session === undefined ? undefined : await findCaller(ctx, session.user_id, token)
  if (session === undefined || caller === undefined) throw new ApiError('error-invalid-user')
  const expires = session.expires_at === null ? FOREVER : Date.parse(session.expires_at)
  return {
    caller: { ...caller, ip: origin.ip },
    token,
    answer: { id: caller.userId, token, tokenExpires: { $date: expires }, type },
  }
}

/** A refused login in the words of the reference. */
export const loginRefusal = ({ error, message }: LoginError): [number | string, string] =>
  error === 'Unauthorized' ? [403, 'User not found'] : [error, message]
