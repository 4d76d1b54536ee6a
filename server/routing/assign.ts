import type { AppContext } from '../context.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { lockRoom, updateRoom } from '../features/rooms/store.ts'
import { tellPush } from '../features/push/outbox.ts'
import { subscribe } from '../features/subscriptions/store.ts'
import { tellWebhook } from '../features/webhooks/outbox.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { availableAgents } from './agents.ts'
import {
  afterAssignment,
  chooseAgent,
  routingMethod,
  type Candidate,
  type RoutingMethod,
  type Wish,
} from './policy.ts'
import { queueOrder } from './queue-order.ts'
import { countRouted, lockRouting } from './routing-lock.ts'

/** Conversations assigned in one transaction; the rest follows in the next. */
const DRAIN_LIMIT = 50

/** The agent as author of his messages. */
export const agentAuthor = (agent: { id: string; username: string; name: string }): Author => ({
  type: 'agent',
  id: agent.id,
  username: agent.username,
  name: agent.name,
})

/** The routing method in force. */
export const methodOf = (ctx: AppContext): RoutingMethod =>
  routingMethod(ctx.settings.get('Livechat_Routing_Method'))

/**
 * Gives a queued room to an agent: the one write that makes a conversation somebody's. The caller
 * holds the routing lock, has locked the room and seen it queued.
 */
export async function takeRoom(
  ctx: AppContext,
  tx: Tx,
  room: Pick<Row<'room'>, 'id'>,
  agent: { id: string; username: string; name: string },
): Promise<void> {
  const now = ctx.clock.now()
  const at = isoTime(now)
  // `updated_at` is left to the messages below: times of changes strictly grow in a room.
  await updateRoom(tx, {
    id: room.id,
    state: 'taken',
    served_by_id: agent.id,
    served_by_username: agent.username,
    served_at: at,
    taken_at: at,
    queued_at: null,
    preferred_agent_id: null,
  })
  await subscribe(tx, room.id, agent.id, now)
  await countRouted(tx, agent.id)
  const message = { roomId: room.id, author: agentAuthor(agent), now }
  await appendSystemMessage(tx, { ...message, kind: 'command', text: 'connected' })
  await appendSystemMessage(tx, { ...message, kind: 'uj', text: agent.username })
  const servedBy = { id: agent.id, username: agent.username }
  await tellWebhook(ctx, tx, room.id, { type: 'LivechatSessionTaken', servedBy })
}

/**
 * Gives a queued room to whom the routing method chooses, the preferred agent first. The caller
 * holds the room, and the routing lock unless nobody else can see the room yet.
 * @returns whether somebody was found
 */
export async function routeRoom(
  ctx: AppContext,
  tx: Tx,
  room: { id: string } & Wish,
): Promise<boolean> {
  const method = methodOf(ctx)
  if (!method.config.autoAssignAgent) return false
  await lockRouting(tx)
  const chosen = chooseAgent(method, await availableAgents(ctx, tx), room)
  if (chosen === undefined) return false
  await takeRoom(ctx, tx, room, chosen)
  await tellPush(ctx, tx, room.id, chosen.id)
  return true
}

/**
 * Pulls waiting conversations, in the order of the queue, as long as the routing method finds
 * somebody (P8). To be called in every transaction that may have made capacity.
 * @returns whether more may be waiting than one transaction takes
 */
export async function drainQueue(ctx: AppContext, tx: Tx): Promise<boolean> {
  const method = methodOf(ctx)
  if (!method.config.autoAssignAgent) return false
  await lockRouting(tx)
  const waiting = await waitingRooms(ctx, tx)
  if (waiting.length === 0) return false
  let candidates: readonly Candidate[] = await availableAgents(ctx, tx)
  for (const { id, preferred_agent_id: preferredId } of waiting) {
    const chosen = chooseAgent(method, candidates, { preferredId })
    if (chosen === undefined) return false
    // Its visitor may be closing it at this moment; the agent is then free for the next one.
    const room = await lockRoom(tx, id)
    if (room?.state !== 'queued') continue
    await takeRoom(ctx, tx, room, chosen)
    await tellPush(ctx, tx, room.id, chosen.id)
    candidates = afterAssignment(candidates, chosen.id)
  }
  return waiting.length === DRAIN_LIMIT
}

const waitingRooms = (ctx: AppContext, tx: Tx) => {
  const order = queueOrder(ctx.settings.get('Omnichannel_sorting_mechanism'))
  let query = tx.q
    .selectFrom('room')
    .select(['id', 'preferred_agent_id'])
    .where('state', '=', 'queued')
  for (const [column, direction] of order) query = query.orderBy(column, direction)
  return query.limit(DRAIN_LIMIT).execute()
}
