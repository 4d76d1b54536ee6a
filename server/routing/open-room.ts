import type { AppContext } from '../context.ts'
import { ApiError } from '../contract/errors.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { insertPageVisits } from '../features/page-visits/store.ts'
import type { PageVisit } from '../features/page-visits/recent.ts'
import { findOpenRoom } from '../features/rooms/store.ts'
import { tellPush } from '../features/push/outbox.ts'
import { tellWebhook } from '../features/webhooks/outbox.ts'
import { isoTime } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { isOnline } from './agents.ts'
import { routeRoom } from './assign.ts'

/** How a new room comes about. */
export interface NewRoom {
  /** Where the visitor came from; the wire's `source`. */
  source: Record<string, unknown>
  preferredAgentId: string | undefined
  /** Pages seen before the conversation. */
  pageVisits: readonly PageVisit[]
}

/** A room and whether this call made it. */
export interface OpenedRoom {
  roomId: string
  created: boolean
}

/**
 * The visitor's open room, made and routed when there is none. That there is only one is held by
 * the database: of two calls at the same moment one makes the room, the other fails with a unique
 * violation and finds it when it is run again (P7).
 * @throws ApiError `error-omnichannel-is-disabled`, `no-agent-online`, `invalid-token`
 */
export async function openRoom(
  ctx: AppContext,
  tx: Tx,
  visitor: Row<'visitor'>,
  request: NewRoom,
): Promise<OpenedRoom> {
  const open = await findOpenRoom(tx, visitor.id)
  if (open !== undefined) return { roomId: open.id, created: false }
  if (!ctx.settings.get('Livechat_enabled')) throw new ApiError('error-omnichannel-is-disabled')
  if (!(await isOnline(ctx, tx))) throw new ApiError('no-agent-online')

  // His erasure holds the row, too: nobody who is erased gets a room.
  const [held] = await tx.lockRows('visitor', [visitor.id], ['id'])
  if (held === undefined) throw new ApiError('invalid-token')
  const preferredId = request.preferredAgentId ?? (await lastAgent(ctx, tx, visitor.id))
  const now = ctx.clock.now()
  const at = isoTime(now)
  const id = newId(now)
  await tx.insertRows('room', [
    {
      id,
      visitor_id: visitor.id,
      state: 'queued',
      seq: 0,
      messages: 0,
      label: visitor.name ?? visitor.username,
      source: JSON.stringify(request.source),
      department_id: visitor.department_id,
      visitor_status: visitor.status,
      inquiry_id: newId(now),
      queued_at: at,
      preferred_agent_id: preferredId ?? null,
      waiting_response: 1,
      created_at: at,
      // One before the first message, whose time is then the room's.
      last_message_at: isoTime(now - 1),
      updated_at: at,
    },
  ])
  await tx.updateRows('visitor', [
    { id: visitor.id, last_chat_id: id, last_chat_at: at, updated_at: at },
  ])
  await appendSystemMessage(tx, {
    roomId: id,
    author: visitorAuthor(visitor),
    kind: 'livechat-started',
    text: '',
    extra: { groupable: false },
    now,
  })
  await insertPageVisits(tx, visitor.id, id, request.pageVisits)
  await tellWebhook(ctx, tx, id, { type: 'LivechatSessionStart' })
  if (!(await routeRoom(ctx, tx, { id, preferredId }))) {
    await tellWebhook(ctx, tx, id, { type: 'LivechatSessionQueued' })
    await tellPush(ctx, tx, id)
  }
  return { roomId: id, created: true }
}

/** Who served the visitor last, where the site wants them to meet again. */
async function lastAgent(
  ctx: AppContext,
  tx: Tx,
  visitorId: string,
): Promise<string | null | undefined> {
  if (!ctx.settings.get('Livechat_last_chatted_agent_routing')) return undefined
  const last = await tx.q
    .selectFrom('room')
    .select('served_by_id')
    .where('visitor_id', '=', visitorId)
    .where('served_by_id', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.served_by_id
}

const visitorAuthor = (visitor: Row<'visitor'>): Author => ({
  type: 'visitor',
  id: visitor.id,
  username: visitor.username,
})
