import type { AppContext, Caller } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'

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
