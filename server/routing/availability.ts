import type { AppContext } from '../context.ts'
import { lockRoom } from '../features/rooms/store.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import { isAgent } from './agents.ts'
import { drainQueue, returnToQueue, routeRoom } from './assign.ts'

/** Who signs what the server does by itself. */
export const SYSTEM_USER = {
  id: 'rocket.cat',
  username: 'rocket.cat',
  name: 'Rocket.Cat',
  type: 'system',
} as const

/**
 * To be called in the transaction that changed a user's status, availability, roles or activity.
 * A user who is no active agent any more loses his conversations to the queue at once; one who
 * went offline starts the leave timer; one who became available draws from the queue (P8).
 */
export async function availabilityChanged(ctx: AppContext, tx: Tx, userId: string): Promise<void> {
  if (!(await isAgent(tx, userId))) {
    await releaseConversations(ctx, tx, userId)
    return
  }
  const user = await tx.q
    .selectFrom('user')
    .select(['status', 'availability', 'left_at', 'type'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  const gone = user.status === 'offline' && user.type !== 'bot'
  const leftAt = gone ? (user.left_at ?? isoTime(ctx.clock.now())) : null
  if (leftAt !== user.left_at) {
    await tx.updateRows('user', [{ id: userId, left_at: leftAt }])
  }
  if (!gone && user.availability === 'available') await drainQueue(ctx, tx)
}

/** Queues every conversation of a user again and routes each anew. */
export async function releaseConversations(ctx: AppContext, tx: Tx, userId: string): Promise<void> {
  const rooms = await tx.q
    .selectFrom('room')
    .select('id')
    .where('served_by_id', '=', userId)
    .where('closed_at', 'is', null)
    .orderBy('id')
    .execute()
  for (const { id } of rooms) {
    const room = await lockRoom(tx, id)
    if (room === undefined || room.served_by_id !== userId || room.closed_at !== null) continue
    await returnToQueue(ctx, tx, room, { by: SYSTEM_USER })
    await routeRoom(ctx, tx, { ...room, preferred_agent_id: null })
  }
}
