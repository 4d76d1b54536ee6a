import type { Settings } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import type { Row } from '../../storage/tables.ts'

/**
 * The message, if this visitor wrote it in this room of his.
 * @throws ApiError alike for absent and foreign rooms, and for absent messages and those elsewhere
 */
export function ownMessage(
  visitor: { id: string },
  room: Pick<Row<'room'>, 'id' | 'visitor_id'> | undefined,
  message: Row<'message'> | undefined,
): Row<'message'> {
  if (room?.visitor_id !== visitor.id) throw new ApiError('invalid-room')
  if (message?.room_id !== room.id) throw new ApiError('invalid-message')
  const mine = message.author_type === 'visitor' && message.author_id === visitor.id
  if (!mine || (message.kind !== null && message.deleted === 0)) {
    throw new ApiError('error-action-not-allowed')
  }
  return message
}

/** @throws ApiError where such changes are switched off, or it is too late for this one */
export function assertWindow(
  settings: Settings,
  message: Row<'message'>,
  change: 'edit' | 'delete',
  now: number,
): void {
  const allowed = settings.get(change === 'edit' ? 'Message_AllowEditing' : 'Message_AllowDeleting')
  const minutes = settings.get(
    change === 'edit'
      ? 'Message_AllowEditing_BlockEditInMinutes'
      : 'Message_AllowDeleting_BlockDeleteInMinutes',
  )
  const late = minutes > 0 && now > Date.parse(message.ts) + minutes * 60_000
  if (!allowed || late) throw new ApiError('error-action-not-allowed')
}
