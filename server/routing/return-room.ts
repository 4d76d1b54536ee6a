import type { AppContext } from '../context.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { updateRoom } from '../features/rooms/store.ts'
import { unsubscribe } from '../features/subscriptions/store.ts'
import { tellPush } from '../features/push/outbox.ts'
import { tellWebhook } from '../features/webhooks/outbox.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'

/** Why a conversation goes back to the queue, as its transfer message tells. */
export interface Return {
  by: { id: string; username: string; name: string; type: 'user' | 'system' }
  comment?: string
}

/**
 * Puts a served room back into the queue: nobody serves it, everybody has left it. The caller
 * holds the routing lock and has locked the room. Routing is the caller's next step.
 */
export async function returnToQueue(
  ctx: AppContext,
  tx: Tx,
  room: Row<'room'>,
  back: Return,
): Promise<void> {
  const now = ctx.clock.now()
  const at = isoTime(now)
  const { id, username, name, type } = back.by
  const author: Author = { type: type === 'system' ? 'system' : 'agent', id, username, name }
  await updateRoom(tx, {
    id: room.id,
    state: 'queued',
    queued_at: at,
    served_by_id: null,
    served_by_username: null,
    served_at: null,
    taken_at: null,
    waiting_response: 1,
    responder_id: null,
    responder_username: null,
    responder_first_at: null,
    responder_last_at: null,
  })
  await unsubscribe(tx, room.id, undefined, now)
  const transferredBy = { _id: id, username, name, userType: 'user' }
  const message = { roomId: room.id, author, now }
  await appendSystemMessage(tx, {
    ...message,
    kind: 'livechat_transfer_history',
    text: '',
    extra: {
      transferData: { transferredBy, ts: at, scope: 'queue', comment: back.comment ?? '' },
    },
  })
  await appendSystemMessage(tx, {
    ...message,
    kind: 'ul',
    text: room.served_by_username ?? username,
  })
  await tellWebhook(ctx, tx, room.id, { type: 'LivechatSessionQueued' })
  await tellPush(ctx, tx, room.id)
}
