import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { deviceOf } from './device.ts'
import * as operations from './operations.ts'
import type { OwnedSession } from './store.ts'

export function sessionRoutes({ router, ctx }: RouteParts): void {
  const host = ctx.config.rootUrl

  router.add(contract.listOwnSessions, async ({ query }, { caller }) =>
    toPage(host, await operations.listSessions(ctx, { ...query, userId: caller.userId }), false),
  )
  router.add(contract.listAllSessions, async ({ query }) =>
    toPage(host, await operations.listSessions(ctx, { ...query, userId: undefined }), true),
  )
  router.add(contract.ownSession, async ({ query }, { caller }) => {
    const { sessionId } = query
    const input = { sessionId, userId: caller.userId }
    return toSession(host, await operations.readSession(ctx, input), false)
  })
  router.add(contract.anySession, async ({ query }) => {
    const { sessionId } = query
    const input = { sessionId, userId: undefined }
    return toSession(host, await operations.readSession(ctx, input), true)
  })
  router.add(contract.endOwnSession, async ({ body }, { caller }) => {
    const { sessionId } = body
    await operations.endSession(ctx, caller, { sessionId, userId: caller.userId })
    return { sessionId }
  })
  router.add(contract.endAnySession, async ({ body }, { caller }) => {
    const { sessionId } = body
    await operations.endSession(ctx, caller, { sessionId, userId: undefined })
    return { sessionId }
  })
}

function toSession(host: string, row: OwnedSession, withUser: boolean): contract.Session {
  const device = deviceOf(row.user_agent)
  return {
    _id: row.id,
    sessionId: row.id,
    userId: row.user_id,
    device: {
      type: device.type,
      name: device.name,
      longVersion: device.version,
      version: device.version.split('.', 1)[0] ?? '',
      os: device.os,
    },
    host,
    ip: row.ip,
    loginAt: row.created_at,
    ...(withUser ? { _user: { name: row.user_name, username: row.username } } : {}),
  }
}

const toPage = (
  host: string,
  { sessions, offset, total }: operations.SessionPage,
  withUser: boolean,
) => ({
  sessions: sessions.map((row) => toSession(host, row, withUser)),
  count: sessions.length,
  offset,
  total,
})
