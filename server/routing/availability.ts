import type { AppContext } from '../context.ts'
import { lockRoom } from '../features/rooms/store.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import { findServer } from './agents.ts'
import { drainQueue } from './assign.ts'
import { returnToQueue } from './return-room.ts'
import { lockRouting } from './routing-lock.ts'
import { SYSTEM_USER } from './system-user.ts'

/**
 * To be called in the transaction that changed a user's status, availability, roles or activity,
 * after the change. A user who can serve nobody any more (deactivated, deleted, neither agent nor
 * manager) loses his conversations to the queue at once; one who went offline starts the leave
 * timer, one who came back stops it; whoever can take more draws from the queue (P8). Who only
 * says that he is not available keeps what he serves.
 */
export async function availabilityChanged(ctx: AppContext, tx: Tx, userId: string): Promise<void> {
  const [user] = await tx.lockRows('user', [userId], ['id', 'status', 'type', 'left_at'])
  const serving = (await findServer(ctx, tx, userId)) !== undefined
  const gone = serving && user?.status === 'offline' && user.type !== 'bot'
  const leftAt = gone ? (user.left_at ?? isoTime(ctx.clock.now())) : null
  if (user !== undefined && leftAt !== user.left_at) {
    await tx.updateRows('user', [{ id: userId, left_at: leftAt }])
  }
  if (!serving) await releaseConversations(ctx, tx, userId)
  else if (!gone) await drainQueue(ctx, tx)
}

/** Queues every conversation of a user again and gives them out anew. */
async function releaseConversations(ctx: AppContext, tx: Tx, userId: string): Promise<void> {
  await lockRouting(tx)
  const rooms = await tx.q
    .selectFrom('room')
    .select('id')
    .where('served_by_id', '=', userId)
    .where('closed_at', 'is', null)
    .orderBy('id')
    .execute()
  if (rooms.length === 0) return
  for (const { id } of rooms) {
    const room = await lockRoom(tx, id)
    // It may have been closed while this transaction waited for it.
    if (room === undefined || room.state === 'closed') continue
    await returnToQueue(ctx, tx, room, { by: SYSTEM_USER })
  }
  await drainQueue(ctx, tx)
}
