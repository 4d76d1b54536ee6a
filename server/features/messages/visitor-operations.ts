import type { AppContext } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import { unescapeWidgetText } from '../../markup/unescape.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { accessVisitor, asVisitor, type VisitorIdentity } from '../visitors/access.ts'
import type { Author, Draft } from './append.ts'
import { deleteText, keepHistory, lockRoomForChange, type LockedRoom } from './change-store.ts'
import { readChanges, type Changes } from './changes.ts'
import type { MessageEditor } from './editor.ts'
import { assertWindow, ownMessage } from './own-message.ts'
import type { SendingRoom } from './room-activity.ts'
import { findMessage, findMessageInRoom, listMessages } from './store.ts'
import { textProblem } from './text.ts'

const DEFAULT_HISTORY = 20
const MAX_HISTORY = 100

/** Names a visitor's own room. */
interface OwnRoom {
  token: string
  roomId: string
}

/** What a visitor sends. */
export interface VisitorMessage extends OwnRoom {
  text: string
  id: string | undefined
  /** The stock widget of old escapes what it sends; its tree is made from what was typed. */
  escaped: boolean
}

/** What a visitor changes a message of his into. */
interface VisitorEdit extends OwnRoom {
  messageId: string
  text: string
  escaped: boolean
}

/**
 * Stores what a visitor wrote and returns it, durable (P1). With an id of his own the same message
 * may be sent any number of times (P2).
 */
export function sendVisitorMessage(
  ctx: AppContext,
  message: VisitorMessage,
): Promise<Row<'message'>> {
  return asVisitor(ctx, message.token, (visitor) => {
    const problem = textProblem(ctx.settings, message.text, 'visitor')
    const tree = problem === undefined ? treeOf(ctx, message) : null
    const send = (md: string | null) =>
      ctx.sendMessage(draftOf(ctx, visitor, message, { problem, md }))
    // Almost every text has its tree at once, and need not wait for a turn.
    return tree instanceof Promise ? tree.then(send) : send(tree)
  })
}

/** The tree of what was typed. */
const treeOf = (
  { markup }: AppContext,
  { text, escaped }: Pick<VisitorMessage, 'text' | 'escaped'>,
) => markup.markupOf(escaped ? unescapeWidgetText(text) : text)

const draftOf = (
  ctx: AppContext,
  visitor: VisitorIdentity,
  { roomId, id, text }: VisitorMessage,
  { problem, md }: { problem: ErrorCode | undefined; md: string | null },
): Draft => ({
  roomId,
  id,
  author: { type: 'visitor', id: visitor.id, username: visitor.username },
  text,
  md,
  now: ctx.clock.now(),
  owns: (room) => room.visitor_id === visitor.id,
  refuse: (room) => closedOr(room, problem === undefined ? undefined : new ApiError(problem)),
})

const closedOr = (room: SendingRoom, problem: ApiError | undefined): ApiError | undefined =>
  room.state === 'closed' ? new ApiError('room-closed') : problem

/** One message of the visitor's room. Deleted and hidden ones are absent. */
export function readVisitorMessage(
  ctx: AppContext,
  { token, roomId, messageId }: OwnRoom & { messageId: string },
): Promise<Row<'message'>> {
  return asVisitor(ctx, token, (visitor) =>
    ctx.db.read(async (reader) => {
      await accessOwnRoom(reader, visitor, roomId)
      const message = await findMessageInRoom(reader, roomId, messageId)
      if (message === undefined || message.deleted === 1 || message.hidden === 1) {
        throw new ApiError('invalid-message')
      }
      return message
    }),
  )
}

/** Edits what the visitor wrote; the same text again changes nothing and is no event (P6). */
export function editVisitorMessage(
  ctx: AppContext,
  editor: MessageEditor,
  { token, escaped, roomId, messageId, text }: VisitorEdit,
): Promise<Row<'message'>> {
  return asVisitor(ctx, token, async (visitor) => {
    const problem = textProblem(ctx.settings, text, 'visitor')
    const md = problem === undefined ? await treeOf(ctx, { text, escaped }) : null
    return editor({ visitor, roomId, messageId, text, md, problem, now: ctx.clock.now() })
  })
}

/** Deletes what the visitor wrote; again is answered like the first time. */
export function deleteVisitorMessage(
  ctx: AppContext,
  deletion: OwnRoom & { messageId: string },
): Promise<Row<'message'>> {
  return ctx.db.transact(async (tx) => {
    const { visitor, room, message } = await lockOwnMessage(tx, deletion)
    if (message.deleted === 1) return message
    if (room.state === 'closed') throw new ApiError('room-closed')
    assertWindow(ctx.settings, message, 'delete', ctx.clock.now())
    return remove(ctx, tx, room, message, authorOf(visitor))
  })
}

/**
 * Deletes by id alone, as the older published contract prints it. Works only while the
 * administrator has allowed it, and only for what a visitor wrote in an open room.
 */
export async function deleteMessageWithoutToken(
  ctx: AppContext,
  messageId: string,
): Promise<Row<'message'>> {
  if (!ctx.settings.get('Livechat_allow_delete_without_token')) {
    throw new ApiError('invalid-params', {
      reason: 'Send the token and the rid of the room, in the JSON body or the query string',
    })
  }
  const found = await ctx.db.read((reader) => findMessage(reader, messageId))
  if (found === undefined) throw new ApiError('invalid-message')
  return ctx.db.transact(async (tx) => {
    const room = await lockRoomForChange(tx, found.room_id)
    const message = await findMessageInRoom(tx, room.id, messageId)
    if (message?.author_type !== 'visitor') throw new ApiError('invalid-message')
    if (message.deleted === 1) return message
    if (message.kind !== null) throw new ApiError('error-action-not-allowed')
    if (room.state === 'closed') throw new ApiError('room-closed')
    assertWindow(ctx.settings, message, 'delete', ctx.clock.now())
    const { author_id: id, author_username: username } = message
    return remove(ctx, tx, room, message, { type: 'visitor', id, username })
  })
}

/** A page of the visitor's room, newest first, and the head of the room at the same moment. */
export function readVisitorHistory(
  ctx: AppContext,
  page: OwnRoom & { limit: number | undefined; end: string | undefined; offset: number },
): Promise<{ messages: Row<'message'>[]; seq: number }> {
  return asVisitor(ctx, page.token, (visitor) =>
    ctx.db.snapshot(async (reader) => {
      const room = await accessOwnRoom(reader, visitor, page.roomId)
      const messages = await listMessages(reader, room.id, {
        limit: cappedLimit(page.limit),
        offset: page.offset,
        withoutKinds: ctx.settings.get('Hide_System_Messages'),
        ...(page.end === undefined ? {} : { before: isoOf(page.end) }),
      })
      return { messages, seq: room.seq }
    }),
  )
}

/** Everything that changed in the visitor's room after `afterSeq`, without a gap (P4). */
export function readVisitorChanges(
  ctx: AppContext,
  { token, roomId, afterSeq, limit }: OwnRoom & { afterSeq: number; limit: number | undefined },
): Promise<Changes> {
  const size = limit === undefined || limit === 0 ? MAX_HISTORY : cappedLimit(limit)
  return asVisitor(ctx, token, (visitor) =>
    ctx.db.snapshot(async (reader) => {
      const room = await accessOwnRoom(reader, visitor, roomId)
      return readChanges(reader, room, afterSeq, size)
    }),
  )
}

/** Moves the visitor's read position on, never back; a move is an event of the room. */
export function markVisitorRead(
  ctx: AppContext,
  { token, roomId, seq }: OwnRoom & { seq: number },
): Promise<number> {
  return ctx.db.transact(async (tx) => {
    await accessOwnRoom(tx, await accessVisitor(tx, token), roomId)
    const [room] = await tx.lockRows('room', [roomId], ['id', 'seq', 'visitor_read_seq'])
    if (room === undefined) throw new ApiError('invalid-room')
    const position = Math.min(seq, room.seq)
    if (position <= room.visitor_read_seq) return room.visitor_read_seq
    await tx.updateRows('room', [{ id: room.id, seq: room.seq + 1, visitor_read_seq: position }])
    return position
  })
}

async function remove(
  ctx: AppContext,
  tx: Tx,
  room: LockedRoom,
  message: Row<'message'>,
  by: Author,
): Promise<Row<'message'>> {
  const now = ctx.clock.now()
  if (ctx.settings.get('Message_KeepHistory')) await keepHistory(tx, message, 'delete', by, now)
  return deleteText(tx, room, message, {
    by,
    now,
    showMark: ctx.settings.get('Message_ShowDeletedStatus'),
    jobs: ctx.jobs,
  })
}

type OwnRoomState = Pick<Row<'room'>, 'id' | 'seq' | 'pruned_seq' | 'state'>

/** The room of this id if it is this visitor's; absent and foreign are answered alike (S1). */
async function accessOwnRoom(
  reader: Reader,
  visitor: { id: string },
  roomId: string,
): Promise<OwnRoomState> {
  const [room] = await reader.rows<OwnRoomState>(
    'select id, seq, pruned_seq, state from room where id = $1 and visitor_id = $2',
    [roomId, visitor.id],
  )
  if (room === undefined) throw new ApiError('invalid-room')
  return room
}

async function lockOwnMessage(
  tx: Tx,
  { token, roomId, messageId }: OwnRoom & { messageId: string },
) {
  const visitor = await accessVisitor(tx, token)
  const room = await lockRoomForChange(tx, roomId)
  const message = await findMessageInRoom(tx, roomId, messageId)
  return { visitor, room, message: ownMessage(visitor, room, message) }
}

const authorOf = (visitor: Row<'visitor'>): Author => ({
  type: 'visitor',
  id: visitor.id,
  username: visitor.username,
})

const cappedLimit = (limit: number | undefined): number =>
  limit === undefined ? DEFAULT_HISTORY : limit === 0 ? MAX_HISTORY : Math.min(limit, MAX_HISTORY)

function isoOf(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new ApiError('invalid-params', { reason: 'end must be a valid date' })
  }
  return new Date(time).toISOString()
}
