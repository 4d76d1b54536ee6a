import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { agentAuthor } from '../../routing/assign.ts'
import { closeLockedRoom } from '../../routing/close-room.ts'
import { lockRouting } from '../../routing/routing-lock.ts'
import { appendSystemMessage } from '../messages/append.ts'
import { subscribe } from '../subscriptions/store.ts'
import { wishOfAgent, type TranscriptChoice } from '../transcripts/schedule.ts'
import { lockReadableRoom } from './access.ts'

/** What an agent closes a conversation with. */
export interface AgentClosing {
  roomId: string
  comment: string | undefined
  tags: readonly string[]
  transcript?: TranscriptChoice | undefined
}

/** Closes a conversation: one's own, others' by permission. @throws ApiError */
export function closeRoomAsAgent(
  ctx: AppContext,
  caller: Caller,
  closing: AgentClosing,
): Promise<void> {
  const comment = closing.comment?.trim() ?? ''
  return ctx.db.transact(async (tx) => {
    await lockRouting(tx)
    const room = await lockReadableRoom(ctx, tx, caller, closing.roomId, 'error-invalid-room')
    if (room.state === 'closed') throw new ApiError('error-room-already-closed')
    const mine = room.served_by_id === caller.userId
    if (!mine && !ctx.permissions.allow(caller.roles, 'close-others-livechat-room')) {
      throw new ApiError('error-not-authorized')
    }
    const wanted = ctx.settings.get('Livechat_request_comment_when_closing_conversation')
    if (wanted && comment === '') throw new ApiError('error-comment-is-required')
    await closeLockedRoom(ctx, tx, room, {
      by: agentAuthor({ id: caller.userId, username: caller.username, name: caller.name }),
      comment,
      tags: closing.tags.map((tag) => tag.trim()).filter((tag) => tag !== ''),
      transcript: await wishOfAgent(ctx, tx, caller, room, closing.transcript),
    })
  })
}

/**
 * Makes the caller a member of a conversation that somebody else serves; again is no change. What
 * waits in the queue is taken, not joined, except by who looks after all conversations.
 * @throws ApiError
 */
export function joinRoom(ctx: AppContext, caller: Caller, roomId: string): Promise<void> {
  const { userId: id, username, name } = caller
  return ctx.db.transact(async (tx) => {
    const room = await lockReadableRoom(ctx, tx, caller, roomId, 'error-invalid-room')
    if (room.state === 'closed') throw new ApiError('room-closed')
    if (room.state === 'queued' && !ctx.permissions.allow(caller.roles, 'view-livechat-rooms')) {
      throw new ApiError('error-not-allowed')
    }
    const now = ctx.clock.now()
    if (!(await subscribe(tx, room.id, id, now))) return
    const author = agentAuthor({ id, username, name })
    await appendSystemMessage(tx, { roomId: room.id, author, kind: 'uj', text: username, now })
  })
}
