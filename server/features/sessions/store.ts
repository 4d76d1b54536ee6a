import { sql } from 'kysely'
import type { PageRequest } from '../../contract/paging.ts'
import { contains } from '../../storage/contains.ts'
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
  tx.ring(`user:${userId}`)
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

/** Ends one login; with `userId` only that user's. @returns whether there was one */
export async function endLogin(
  tx: Tx,
  userId: string | undefined,
  sessionId: string,
): Promise<boolean> {
  let query = tx.q.deleteFrom('session').where('id', '=', sessionId).where('kind', '=', 'login')
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  const ended = await query.returning('user_id').execute()
  for (const { user_id } of ended) tx.ring(`user:${user_id}`)
  return ended.length > 0
}

/** Ends the session that a request came with, whatever its kind. */
export async function endPresented(tx: Tx, sessionId: string): Promise<void> {
  const ended = await tx.q
    .deleteFrom('session')
    .where('id', '=', sessionId)
    .returning('user_id')
    .execute()
  for (const { user_id } of ended) tx.ring(`user:${user_id}`)
}

/** Ends every login and personal token of a user, except one session. */
export async function endAllSessions(tx: Tx, userId: string, except?: string): Promise<void> {
  let query = tx.q.deleteFrom('session').where('user_id', '=', userId)
  if (except !== undefined) query = query.where('id', '!=', except)
  await query.execute()
  tx.ring(`user:${userId}`)
}

/** Ends every login of a user except one; personal tokens stay. */
export async function endOtherLogins(tx: Tx, userId: string, except: string): Promise<void> {
  await tx.q
    .deleteFrom('session')
    .where('user_id', '=', userId)
    .where('kind', '=', 'login')
    .where('id', '!=', except)
    .execute()
  tx.ring(`user:${userId}`)
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
  tx.ring(`user:${userId}`)
  return numDeletedRows > 0n
}

export const findSession = (reader: Reader, id: string): Promise<SessionRow | undefined> =>
  reader.q.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()

/** What a list of sessions may be sorted by. */
export type SessionColumn = 'created_at' | 'user_agent' | 'user_name' | 'username'

const COLUMNS = {
  created_at: 'session.created_at',
  user_agent: 'session.user_agent',
  user_name: 'user.name',
  username: 'user.username_key',
} as const satisfies Record<SessionColumn, string>

const selectLogins = (reader: Reader, now: string) =>
  reader.q
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.user_id')
    .where('session.kind', '=', 'login')
    .where('session.expires_at', '>', now)

/** A page of logins that still hold. */
export async function listSessions(
  reader: Reader,
  filter: { userId: string | undefined; text: string | undefined; now: string },
  page: PageRequest<SessionColumn>,
): Promise<{ sessions: OwnedSession[]; total: number }> {
  const { userId, text, now } = filter
  let query = selectLogins(reader, now)
  if (userId !== undefined) query = query.where('session.user_id', '=', userId)
  if (text !== undefined && text !== '') {
    const columns = ['session.user_agent', 'session.ip', 'user.username', 'user.name']
    query = query.where(
      contains(
        columns.map((column) => sql.ref(column)),
        text,
      ),
    )
  }
  let sorted = query.selectAll('session').select(['user.username', 'user.name as user_name'])
  for (const [column, direction] of page.order) sorted = sorted.orderBy(COLUMNS[column], direction)
  const sessions = await sorted
    .orderBy('session.id')
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  const { total } = await query
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { sessions, total }
}

export async function findLogin(
  reader: Reader,
  key: { sessionId: string; userId: string | undefined; now: string },
): Promise<OwnedSession | undefined> {
  let query = selectLogins(reader, key.now).where('session.id', '=', key.sessionId)
  if (key.userId !== undefined) query = query.where('session.user_id', '=', key.userId)
  return query
    .selectAll('session')
    .select(['user.username', 'user.name as user_name'])
    .executeTakeFirst()
}
