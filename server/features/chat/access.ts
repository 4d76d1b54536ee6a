import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, type ErrorCode } from '../../contract/errors.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { PermissionId } from '../permissions/catalogue.ts'
import type { Author } from '../messages/append.ts'
import { findMessage, findMessageInRoom } from '../messages/store.ts'
import { mayReadRoom, mayWriteRoom } from '../rooms/access.ts'
import { findRoom, lockRoom } from '../rooms/store.ts'
import { isMember } from '../subscriptions/store.ts'

/** The caller as author of his messages. */
export const authorOf = (caller: Caller): Author => ({
  type: caller.type === 'bot' ? 'bot' : 'agent',
  id: caller.userId,
  username: caller.username,
  name: caller.name,
})

/** Whether the signed-in user wrote the message: the type of the author is part of who he is. */
export const isOwn = (
  caller: Caller,
  message: Pick<Row<'message'>, 'author_type' | 'author_id'>,
): boolean =>
  (message.author_type === 'agent' || message.author_type === 'bot') &&
  message.author_id === caller.userId

export const allows = (ctx: AppContext, caller: Caller, permission: PermissionId): boolean =>
  ctx.permissions.allow(caller.roles, permission)

/** Where a message is, for who may read its room; absent, deleted and foreign are alike (S1). */
export async function findReadable(
  ctx: AppContext,
  reader: Reader,
  caller: Caller,
  messageId: string,
): Promise<Row<'message'> | undefined> {
  const message = await findMessage(reader, messageId)
  if (message === undefined || message.hidden === 1) return undefined
  const room = await findRoom(reader, message.room_id)
  if (room === undefined || !(await mayReadRoom(ctx, reader, caller, room))) return undefined
  return message
}

/** Why a caller may write into a room, to be decided again once it is locked. */
export interface WriteAccess {
  manager: boolean
  member: boolean
  servedBy: string | null
}

/**
 * @param refusal what an absent and an unreadable room are answered with, alike
 * @throws ApiError `error-not-allowed` for a room that may be read only
 */
export async function accessWriting(
  ctx: AppContext,
  reader: Reader,
  caller: Caller,
  roomId: string,
  refusal: ErrorCode,
): Promise<WriteAccess> {
  const room = await findRoom(reader, roomId)
  if (room === undefined || !(await mayReadRoom(ctx, reader, caller, room))) {
    throw new ApiError(refusal)
  }
  if (!(await mayWriteRoom(ctx, reader, caller, room))) throw new ApiError('error-not-allowed')
  return {
    manager: allows(ctx, caller, 'view-livechat-rooms'),
    member: await isMember(reader, roomId, caller.userId),
    servedBy: room.served_by_id,
  }
}

/**
 * Whether what `accessWriting` saw still holds for the locked room. A membership cannot be read
 * here; it ends when the room changes hands, so it counts only while the room has not.
 */
export const stillMayWrite = (
  access: WriteAccess,
  caller: Caller,
  room: Pick<Row<'room'>, 'served_by_id'>,
): boolean =>
  access.manager ||
  room.served_by_id === caller.userId ||
  (access.member && room.served_by_id === access.servedBy)

/** A message and its room, as somebody names them who wants to change the message. */
export interface MessageKey {
  messageId: string
  /** Where the client believes the message to be. */
  roomId?: string | undefined
}

/** The room of a message, before it is locked: a message never moves. */
export async function roomOfMessage(ctx: AppContext, key: MessageKey): Promise<string> {
  const message = await ctx.db.read((reader) => findMessage(reader, key.messageId))
  if (message === undefined) throw noSuchMessage(key.messageId)
  return message.room_id
}

/**
 * Locks the room of a message for who may read it. Absent and foreign messages are answered alike.
 * @throws TextError in the words of the reference
 */
export async function lockMessage(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  roomId: string,
  key: MessageKey,
): Promise<{ room: Row<'room'>; message: Row<'message'> }> {
  const room = await lockRoom(tx, roomId)
  if (room === undefined || !(await mayReadRoom(ctx, tx, caller, room))) {
    throw noSuchMessage(key.messageId)
  }
  const message = await findMessageInRoom(tx, roomId, key.messageId)
  if (message === undefined || message.hidden === 1) throw noSuchMessage(key.messageId)
  if (key.roomId !== undefined && key.roomId !== roomId) {
    throw new TextError(400, 'The room id provided does not match where the message is from.')
  }
  return { room, message }
}

/** The reference's words for a message that is not there for the caller. */
export const noSuchMessage = (messageId: string): TextError =>
  new TextError(400, `No message found with the id of "${messageId}".`)
