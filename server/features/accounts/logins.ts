import type { AppContext } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import { dropOldSessions, insertSession } from '../sessions/store.ts'

const LOGINS_PER_USER = 50
const DAY_MS = 86_400_000

/** Opens a login session for a token that was just made up; the oldest beyond 50 end. */
export async function openLogin(
  ctx: AppContext,
  tx: Tx,
  login: { userId: string; token: string; ip: string; userAgent: string },
): Promise<void> {
  const now = ctx.clock.now()
  const days = Math.max(1, ctx.settings.get('Accounts_LoginExpiration'))
  await insertSession(tx, {
    id: newId(now),
    user_id: login.userId,
    token_hash: hashSecret(login.token),
    kind: 'login',
    name: null,
    hint: null,
    ip: login.ip,
    user_agent: login.userAgent.slice(0, 500),
    created_at: isoTime(now),
    expires_at: isoTime(Math.min(now + days * DAY_MS, LATEST)),
  })
  await dropOldSessions(tx, login.userId, LOGINS_PER_USER, isoTime(now))
}

// Beyond the year 9999 times no longer compare as text.
const LATEST = Date.parse('9999-12-31T00:00:00.000Z')
