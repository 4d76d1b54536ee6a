import type { AppContext, Caller } from '../../context.ts'
import { TextError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { isoTime } from '../../lib/clock.ts'
import { recordAudit } from '../audit/store.ts'
import * as store from './store.ts'

const SORTING = {
  loginAt: 'created_at',
  // A device is read out of the user agent, so its order groups alike devices.
  'device.name': 'user_agent',
  'device.os.name': 'user_agent',
  'device.os.version': 'user_agent',
  '_user.name': 'user_name',
  '_user.username': 'username',
} as const satisfies Record<string, store.SessionColumn>

export interface SessionPage {
  sessions: store.OwnedSession[]
  offset: number
  total: number
}

/** Logins that still hold: of one user, or of everybody. */
export async function listSessions(
  ctx: AppContext,
  query: PageQuery & { filter?: string; userId: string | undefined },
): Promise<SessionPage> {
  const page = pageOf<store.SessionColumn>(ctx.settings, query, {
    allowed: SORTING,
    default: [['created_at', 'desc']],
  })
  const filter = { userId: query.userId, text: query.filter, now: isoTime(ctx.clock.now()) }
  const { sessions, total } = await ctx.db.snapshot((reader) =>
    store.listSessions(reader, filter, page),
  )
  return { sessions, total, offset: page.offset }
}

/** One login; with `userId` only that user's. @throws TextError 404 */
export async function readSession(
  ctx: AppContext,
  input: { sessionId: string; userId: string | undefined },
): Promise<store.OwnedSession> {
  const now = isoTime(ctx.clock.now())
  const session = await ctx.db.read((reader) => store.findLogin(reader, { ...input, now }))
  if (session === undefined) throw notFound()
  return session
}

/** Ends a login at once; with `userId` only that user's. @throws TextError 404 */
export async function endSession(
  ctx: AppContext,
  caller: Caller,
  input: { sessionId: string; userId: string | undefined },
): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const ended = await store.endLogin(tx, input.userId, input.sessionId)
    if (!ended) throw notFound()
    const entry = { by: caller, action: 'session.ended', target: input.sessionId } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
}

const notFound = (): TextError => new TextError(404, 'Session not found')
