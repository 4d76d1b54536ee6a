import type { AppContext, Settings } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { VisitorIdentity } from '../visitors/access.ts'
import {
  CHANGING_COLUMNS,
  historyOf,
  withText,
  writeTexts,
  type ChangingRoom,
} from './change-store.ts'
import { assertWindow, ownMessage } from './own-message.ts'
import { MESSAGE_COLUMNS } from './store.ts'

/** A visitor's edit of a message. */
export interface Edit {
  visitor: VisitorIdentity
  roomId: string
  messageId: string
  text: string
  md: string | null
  /** What is wrong with the text. */
  problem: ErrorCode | undefined
  now: number
}

/** Changes the text of a visitor's message; concurrent calls share a commit and its statements. */
export type MessageEditor = (edit: Edit) => Promise<Row<'message'>>

/** Builds the editor of an installation. */
export const createMessageEditor = ({
  db,
  settings,
}: Pick<AppContext, 'db' | 'settings'>): MessageEditor =>
  db.batch<Edit, Row<'message'>>((tx, edits) => editMessages(settings, tx, edits))

async function editMessages(
  settings: Settings,
  tx: Tx,
  edits: readonly Edit[],
): Promise<(Row<'message'> | Error)[]> {
  const roomIds = [...new Set(edits.map(({ roomId }) => roomId))]
  const messageIds = [...new Set(edits.map(({ messageId }) => messageId))]
  // Rooms are locked first, as everywhere.
  const [lockedRooms, lockedMessages] = await Promise.all([
    tx.lockRows('room', roomIds, CHANGING_COLUMNS),
    tx.lockRows('message', messageIds, MESSAGE_COLUMNS),
  ])
  const rooms = new Map(lockedRooms.map((room) => [room.id, room]))
  const messages = new Map(lockedMessages.map((message) => [message.id, message]))
  const history: Row<'message_history'>[] = []
  const changedRooms = new Set<ChangingRoom>()
  const changed = new Set<string>()
  const outcomes = edits.map((edit) => {
    const room = rooms.get(edit.roomId)
    const found = messages.get(edit.messageId)
    const refusal = refusalOf(settings, edit, room, found)
    if (refusal !== undefined) return refusal
    const message = found as Row<'message'>
    if (message.text === edit.text) return message
    const by = { type: 'visitor', ...edit.visitor } as const
    if (settings.get('Message_KeepHistory')) history.push(historyOf(message, 'edit', by, edit.now))
    const after = withText(room as ChangingRoom, message, { ...edit, by })
    messages.set(after.id, after)
    changed.add(after.id)
    changedRooms.add(room as ChangingRoom)
    return after
  })
  await tx.insertRows('message_history', history)
  const written = [...changed].map((id) => messages.get(id) as Row<'message'>)
  await writeTexts(tx, [...changedRooms], written)
  return outcomes
}

function refusalOf(
  settings: Settings,
  edit: Edit,
  room: ChangingRoom | undefined,
  found: Row<'message'> | undefined,
): ApiError | undefined {
  try {
    const message = ownMessage(edit.visitor, room, found)
    if (message.deleted === 1) return new ApiError('invalid-message')
    if (room?.state === 'closed') return new ApiError('room-closed')
    assertWindow(settings, message, 'edit', edit.now)
    return edit.problem === undefined ? undefined : new ApiError(edit.problem)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}
