import type { AppContext } from '../context.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { lockRoom, updateRoom } from '../features/rooms/store.ts'
import { subscribe, unsubscribe } from '../features/subscriptions/store.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { availableAgents } from './agents.ts'
import { routingMethod, withCapacity, type Candidate } from './policy.ts'

/** Conversations assigned in one transaction; the rest follows in the next. */
const DRAIN_LIMIT = 50

/** The agent as author of his messages. */
export const agentAuthor = (agent: { id: string; username: string; name: string }): Author => ({
  type: 'agent',
  id: agent.id,
  username: agent.username,
  name: agent.name,
})

/**
 * Gives a queued room to an agent: the one write that makes a conversation somebody's. The caller
 * has locked the room and seen it queued.
 */
export async function takeRoom(
  ctx: AppContext,
  tx: Tx,
  room: Pick<Row<'room'>, 'id'>,
  agent: { id: string; username: string; name: string },
): Promise<void> {
  const now = ctx.clock.now()
  const at = isoTime(now)
  await updateRoom(tx, {
    id: room.id,
    state: 'taken',
    served_by_id: agent.id,
    served_by_username: agent.username,
    served_at: at,
    taken_at: at,
    queued_at: null,
    preferred_agent_id: null,
    updated_at: at,
  })
  await subscribe(tx, room.id, agent.id, now)
  await tx.q
    .updateTable('user')
    .set((row) => ({ routed_count: row('routed_count', '+', 1), last_routed_at: at }))
    .where('id', '=', agent.id)
    .execute()
  const author = agentAuthor(agent)
  await appendSystemMessage(tx, {
    roomId: room.id,
    author,
    kind: 'command',
    text: 'connected',
    now,
  })
  await appendSystemMessage(tx, {
    roomId: room.id,
    author,
    kind: 'uj',
    text: agent.username,
    now,
  })
}

/**
 * Gives a queued room to whom the routing method chooses, the preferred agent first.
 * @returns whether somebody was found
 */
export async function routeRoom(
  ctx: AppContext,
  tx: Tx,
  room: Pick<Row<'room'>, 'id' | 'preferred_agent_id'>,
): Promise<boolean> {
  const method = routingMethod(ctx.settings.get('Livechat_Routing_Method'))
  if (!method.config.autoAssignAgent) return false
  const limit = ctx.settings.get('Livechat_maximum_chats_per_agent')
  const candidates = withCapacity(await availableAgents(ctx, tx), limit)
  const preferred = candidates.find(({ id }) => id === room.preferred_agent_id)
  const chosen = preferred ?? method.choose(candidates)
  if (chosen === undefined) return false
  if (!(await stillFree(ctx, tx, chosen, limit))) return false
  await takeRoom(ctx, tx, room, chosen)
  return true
}

/**
 * Two transactions may have chosen the same agent for his last place: under his lock the count
 * tells which came first. Where nobody has a limit there is nothing to lock for.
 */
async function stillFree(
  ctx: AppContext,
  tx: Tx,
  agent: Candidate,
  limit: number,
): Promise<boolean> {
  if ((agent.maxChats ?? limit) <= 0) return true
  await tx.lockRows('user', [agent.id], ['id'])
  const now = await availableAgents(ctx, tx)
  return withCapacity(now, limit).some(({ id }) => id === agent.id)
}

/**
 * Pulls waiting conversations, oldest first, as long as the routing method finds somebody (P8). To
 * be called in every transaction that may have made capacity.
 * @returns whether more may be waiting than one transaction takes
 */
export async function drainQueue(ctx: AppContext, tx: Tx): Promise<boolean> {
  if (!routingMethod(ctx.settings.get('Livechat_Routing_Method')).config.autoAssignAgent) {
    return false
  }
  const waiting = await tx.q
    .selectFrom('room')
    .select('id')
    .where('state', '=', 'queued')
    .orderBy('created_at')
    .limit(DRAIN_LIMIT)
    .execute()
  for (const { id } of waiting) {
    const room = await lockRoom(tx, id)
    if (room?.state !== 'queued') continue
    if (!(await routeRoom(ctx, tx, room))) return false
  }
  return waiting.length === DRAIN_LIMIT
}

/** Why a conversation goes back to the queue, as its transfer message tells. */
export interface Return {
  by: { id: string; username: string; name: string; type: 'user' | 'system' }
  comment?: string
}

/**
 * Puts a served room back into the queue: nobody serves it, everybody has left it. The caller has
 * locked the room. Routing is the caller's next step.
 */
export async function returnToQueue(
  ctx: AppContext,
  tx: Tx,
  room: Row<'room'>,
  back: Return,
): Promise<void> {
  const now = ctx.clock.now()
  const at = isoTime(now)
  const { by } = back
  const author: Author = {
    type: by.type === 'system' ? 'system' : 'agent',
    id: by.id,
    username: by.username,
    name: by.name,
  }
  await updateRoom(tx, {
    id: room.id,
    state: 'queued',
    queued_at: at,
    served_by_id: null,
    served_by_username: null,
    served_at: null,
    taken_at: null,
    waiting_response: 1,
    updated_at: at,
  })
  await unsubscribe(tx, room.id, undefined, now)
  await appendSystemMessage(tx, {
    roomId: room.id,
    author,
    kind: 'livechat_transfer_history',
    text: '',
    now,
    extra: {
      transferData: {
        transferredBy: {
          _id: by.id,
          username: by.username,
          name: by.name,
          userType: 'user',
        },
        ts: at,
        scope: 'queue',
        comment: back.comment ?? '',
      },
    },
  })
  await appendSystemMessage(tx, {
    roomId: room.id,
    author,
    kind: 'ul',
    text: room.served_by_username ?? by.username,
    now,
  })
}
