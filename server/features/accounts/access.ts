import type { AppContext, Caller } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { findUser, type UserKey } from '../users/store.ts'

interface CallerRow {
  id: string
  username: string
  name: string
  type: 'user' | 'bot'
  session_id: string
  roles: string | null
}

/**
 * The user of a token pair, or undefined when the session is unknown, expired or somebody else's,
 * or the user is deactivated. The database is asked every time: a revoked session ends at once,
 * on every node.
 */
export async function findCaller(
  ctx: AppContext,
  userId: string,
  token: string,
): Promise<Caller | undefined> {
  return select(ctx, BY_TOKEN, [hashSecret(token), userId])
}

/** The user of a session that was opened before, unless it has ended since. */
export const findCallerOfSession = (
  ctx: AppContext,
  sessionId: string,
): Promise<Caller | undefined> => select(ctx, BY_ID, [sessionId])

const CALLER = `
  select u.id, u.username, u.name, u.type, s.id as session_id,
         (select string_agg(r.role_id, ',') from user_role r where r.user_id = u.id) as roles
    from session s join "user" u on u.id = s.user_id
   where (s.expires_at is null or s.expires_at > $1) and u.active = 1`
const BY_TOKEN = `${CALLER} and s.token_hash = $2 and s.user_id = $3`
const BY_ID = `${CALLER} and s.id = $2`

async function select(
  ctx: AppContext,
  sql: string,
  key: readonly string[],
): Promise<Caller | undefined> {
  const now = isoTime(ctx.clock.now())
  const [row] = await ctx.db.read((reader) => reader.rows<CallerRow>(sql, [now, ...key]))
  if (row === undefined) return undefined
  return {
    userId: row.id,
    username: row.username,
    name: row.name,
    type: row.type,
    roles: row.roles?.split(',') ?? [],
    sessionId: row.session_id,
  }
}

/** How a login may name its user. */
interface NamedUser {
  user?: string | { username: string } | { email: string } | undefined
  username?: string | undefined
  email?: string | undefined
}

/** Whom a login names; a `user` with the sign @ is an address. */
export function userKeyOf({ user, username, email }: NamedUser): UserKey | undefined {
  if (typeof user === 'string') return user.includes('@') ? { email: user } : { username: user }
  if (user !== undefined) return user
  if (username !== undefined) return { username }
  return email === undefined ? undefined : { email }
}

/**
 * Whom guesses at a password are counted against: the account, by whichever of its names it is
 * called, else what was typed.
 */
export async function guessedAccount(ctx: AppContext, key: UserKey): Promise<string> {
  const found = await ctx.db.read((reader) => findUser(reader, key))
  return found?.id ?? Object.values(key).join(' ').toLowerCase()
}
