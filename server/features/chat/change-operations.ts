import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError } from '../../contract/errors.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { Author } from '../messages/append.ts'
import { changeText, deleteText, keepHistory } from '../messages/change-store.ts'
import { textProblem } from '../messages/text.ts'
import { mayWriteRoom } from '../rooms/access.ts'
import {
  allows,
  authorOf,
  isOwn,
  lockMessage,
  noSuchMessage,
  roomOfMessage,
  type MessageKey,
} from './access.ts'

/**
 * Edits a message: one's own, or with `edit-message` anybody's. The same text again changes
 * nothing and is no event (P6).
 */
export async function editMessage(
  ctx: AppContext,
  caller: Caller,
  edit: MessageKey & { text: string },
): Promise<Row<'message'>> {
  const problem = textProblem(ctx.settings, edit.text, 'agent')
  const md = problem === undefined ? await ctx.markup.markupOf(edit.text) : null
  const roomId = await roomOfMessage(ctx, edit)
  return ctx.db.transact(async (tx) => {
    const { room, message } = await lockMessage(ctx, tx, caller, roomId, edit)
    if (message.deleted === 1) throw noSuchMessage(edit.messageId)
    if (message.kind !== null || !(await mayEdit(ctx, tx, caller, room, message))) {
      throw new ApiError('error-action-not-allowed', { reason: 'Message editing not allowed' })
    }
    if (room.state === 'closed') throw new ApiError('room-closed')
    if (isLate(ctx, caller, message, 'Message_AllowEditing_BlockEditInMinutes')) {
      throw new ApiError('error-message-editing-blocked')
    }
    if (problem !== undefined && !(problem === 'error-message-empty' && hasAttachments(message))) {
      throw new ApiError(problem)
    }
    if (message.text === edit.text) return message
    const by = authorOf(caller)
    const now = ctx.clock.now()
    if (ctx.settings.get('Message_KeepHistory')) await keepHistory(tx, message, 'edit', by, now)
    return changeText(tx, room, message, { text: edit.text, md, by, now })
  })
}

/** Deletes a message; again is answered like the first time (P6). */
export async function deleteMessage(
  ctx: AppContext,
  caller: Caller,
  deletion: MessageKey & { asAuthor?: boolean },
): Promise<Row<'message'>> {
  const roomId = await roomOfMessage(ctx, deletion)
  return ctx.db.transact(async (tx) => {
    const { room, message } = await lockMessage(ctx, tx, caller, roomId, deletion)
    const force = allows(ctx, caller, 'force-delete-message')
    const asAuthor = deletion.asAuthor === true && !isOwn(caller, message)
    if (asAuthor && !force) {
      throw new TextError(
        400,
        'Unauthorized. You must have the permission "force-delete-message" to delete other\'s message as them.',
      )
    }
    // A deleted message has the kind of its mark; before that a kind says that nobody wrote it.
    const byPerson = message.kind === null || message.deleted === 1
    if (!byPerson || !(force || (await mayDelete(ctx, tx, caller, room, message)))) {
      throw new ApiError('error-action-not-allowed', { reason: 'Not allowed' })
    }
    if (message.deleted === 1) return message
    // Somebody must be able to take back what never should have been written, also afterwards.
    if (room.state === 'closed' && !force) throw new ApiError('room-closed')
    const now = ctx.clock.now()
    const by = authorOf(caller)
    if (ctx.settings.get('Message_KeepHistory')) await keepHistory(tx, message, 'delete', by, now)
    return deleteText(tx, room, message, {
      by: asAuthor ? writerOf(message) : by,
      now,
      showMark: ctx.settings.get('Message_ShowDeletedStatus'),
      jobs: ctx.jobs,
    })
  })
}

async function mayEdit(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  room: Row<'room'>,
  message: Row<'message'>,
): Promise<boolean> {
  const ownAndAllowed = isOwn(caller, message) && ctx.settings.get('Message_AllowEditing')
  if (!ownAndAllowed && !allows(ctx, caller, 'edit-message')) return false
  return room.state === 'closed' || mayWriteRoom(ctx, tx, caller, room)
}

async function mayDelete(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  room: Row<'room'>,
  message: Row<'message'>,
): Promise<boolean> {
  const own = isOwn(caller, message)
  if (message.deleted === 1) return own || allows(ctx, caller, 'delete-message')
  if (!ctx.settings.get('Message_AllowDeleting')) return false
  const permitted =
    allows(ctx, caller, 'delete-message') || (own && allows(ctx, caller, 'delete-own-message'))
  if (!permitted) return false
  if (isLate(ctx, caller, message, 'Message_AllowDeleting_BlockDeleteInMinutes')) return false
  return room.state === 'closed' || mayWriteRoom(ctx, tx, caller, room)
}

function isLate(
  ctx: AppContext,
  caller: Caller,
  message: Row<'message'>,
  setting: 'Message_AllowEditing_BlockEditInMinutes' | 'Message_AllowDeleting_BlockDeleteInMinutes',
): boolean {
  const minutes = ctx.settings.get(setting)
  if (minutes <= 0 || allows(ctx, caller, 'bypass-time-limit-edit-and-delete')) return false
  return ctx.clock.now() > Date.parse(message.ts) + minutes * 60_000
}

const hasAttachments = (message: Row<'message'>): boolean =>
  message.extra !== null && 'attachments' in (JSON.parse(message.extra) as object)

const writerOf = (message: Row<'message'>): Author => ({
  type: message.author_type,
  id: message.author_id,
  username: message.author_username,
})
