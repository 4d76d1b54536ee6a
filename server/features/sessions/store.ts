import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

export type SessionRow = Row<'session'>

/** A session with whose it is. */
export interface OwnedSession extends SessionRow {
  username: string
  user_name: string
}

export const insertSession = (tx: Tx, session: SessionRow): Promise<void> =>
  tx.insertRows('session', [session])

/** The login session of a token, unless it has expired or its user is deactivated. */
export const findLiveSession = (
  reader: Reader,
  tokenHash: string,
  now: string,
): Promise<SessionRow | undefined> =>
  reader.q
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.user_id')
    .selectAll('session')
    .where('token_hash', '=', tokenHash)
    .where('user.active', '=', 1)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirst()

/** Drops what has expired and the oldest logins beyond `keep`. */
export async function dropOldSessions(
  tx: Tx,
  userId: string,
  keep: number,
  now: string,
): Promise<void> {
  await tx.q
    .deleteFrom('session')
    .where('user_id', '=', userId)
    .where('expires_at', '<=', now)
    .execute()
  const logins = await tx.q
    .selectFrom('session')
    .select('id')
    .where('user_id', '=', userId)
    .where('kind', '=', 'login')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  await endSessions(
    tx,
    logins.slice(keep).map(({ id }) => id),
  )
}

async function endSessions(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.q.deleteFrom('session').where('id', 'in', ids).execute()
}

/** Ends one login of a user. @returns whether there was one */
export async function endLogin(tx: Tx, userId: string, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.q
    .deleteFrom('session')
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

/** Ends every login and personal token of a user, except one session. */
export async function endAllSessions(tx: Tx, userId: string, except?: string): Promise<void> {
  let query = tx.q.deleteFrom('session').where('user_id', '=', userId)
  if (except !== undefined) query = query.where('id', '!=', except)
  await query.execute()
}

/** Ends every login of a user except one; personal tokens stay. */
export async function endOtherLogins(tx: Tx, userId: string, except: string): Promise<void> {
  await tx.q
    .deleteFrom('session')
    .where('user_id', '=', userId)
    .where('kind', '=', 'login')
    .where('id', '!=', except)
    .execute()
}

export const listPersonalTokens = (reader: Reader, userId: string): Promise<SessionRow[]> =>
  reader.q
    .selectFrom('session')
    .selectAll()
    .where('user_id', '=', userId)
    .where('kind', '=', 'personal')
    .orderBy('created_at')
    .orderBy('id')
    .execute()

/** Removes a personal token by its name. @returns whether there was one */
export async function removePersonalToken(tx: Tx, userId: string, name: string): Promise<boolean> {
  const { numDeletedRows } = await tx.q
    .deleteFrom('session')
    .where('user_id', '=', userId)
    .where('kind', '=', 'personal')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}
