import type { AppContext, Caller } from '../../context.ts'
import { ApiError, unauthorized } from '../../contract/errors.ts'
import type { FileStores } from '../../files/file-store.ts'
import type { IncomingForm } from '../../files/incoming.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { accessWriting, authorOf, stillMayWrite, type WriteAccess } from '../chat/access.ts'
import { findMessageInRoom } from '../messages/store.ts'
import { mayReadRoom } from '../rooms/access.ts'
import { findRoom, lockRoom, type RoomWithVisitor } from '../rooms/store.ts'
import { fileName } from './file-name.ts'
import { takeIn } from './intake.ts'
import { textOf, type Words } from './message-text.ts'
import { carryFile, dropRemoval, findFile, insertFile, removeFiles } from './store.ts'
import { fileFields } from './wire.ts'

/** Stores a file that an agent is about to send; nobody sees it until it is confirmed. */
export async function storeMedia(
  ctx: AppContext,
  stores: FileStores,
  caller: Caller,
  { roomId, form }: { roomId: string; form: IncomingForm<unknown> },
): Promise<Row<'file'>> {
  const { room, access } = await ctx.db.read((reader) =>
    accessForFiles(ctx, reader, caller, roomId),
  )
  if (room.state === 'closed') throw new ApiError('room-closed')
  if (!ctx.settings.get('FileUpload_Enabled')) throw new ApiError('error-file-upload-disabled')
  const { type, id: ownerId } = authorOf(caller)
  const sender = {
    roomId,
    visitorId: room.visitor_id,
    ownerType: type,
    ownerId,
    codes: { type: 'error-invalid-file-type', size: 'error-file-too-large' },
  } as const
  return takeIn(ctx, stores.primary, sender, form, (file) =>
    ctx.db.transact(async (tx) => {
      await assertStillWritable(tx, caller, access, roomId)
      await insertFile(tx, file)
      return file
    }),
  )
}

/** What an agent says with a file when he sends it. */
export interface Confirmation extends Words {
  roomId: string
  fileId: string
  /** Another name than the file came with. */
  fileName?: string | undefined
  tmid?: string | undefined
  groupable?: boolean | undefined
}

/** Sends a stored file as a message. Confirming again answers with the message of the first time. */
export async function confirmMedia(
  ctx: AppContext,
  caller: Caller,
  confirmation: Confirmation,
): Promise<Row<'message'>> {
  const { roomId, fileId, tmid, groupable } = confirmation
  const author = authorOf(caller)
  const checked = await ctx.db.read(async (reader) => {
    const { access } = await accessForFiles(ctx, reader, caller, roomId)
    const file = await findOwnFile(reader, author, roomId, fileId)
    const sent =
      file.message_id === null
        ? undefined
        : await findMessageInRoom(reader, roomId, file.message_id)
    if (tmid !== undefined) {
      const parent = await findMessageInRoom(reader, roomId, tmid)
      if (parent === undefined || parent.hidden === 1) throw new ApiError('error-message-not-found')
    }
    return { access, file, sent }
  })
  if (checked.sent !== undefined) return checked.sent
  const { text, md, problem } = await textOf(ctx, confirmation, 'agent')
  const name = confirmation.fileName === undefined ? undefined : fileName(confirmation.fileName)
  const file = { ...checked.file, ...(name === undefined ? {} : { name }) }
  const now = ctx.clock.now()
  return ctx.sendMessage({
    roomId,
    author,
    text,
    md,
    now,
    extra: {
      ...fileFields(file, confirmation.description),
      ...(tmid === undefined ? {} : { tmid }),
      ...(groupable === undefined ? {} : { groupable }),
    },
    refuse: (room) => {
      if (room.state === 'closed') return new ApiError('room-closed')
      return stillMayWrite(checked.access, caller, room)
        ? problem
        : new ApiError('error-not-allowed')
    },
    also: async (tx, message) => {
      const [present] = await tx.lockRows('file', [fileId], ['id', 'message_id', 'expires_at'])
      const waits =
        present !== undefined &&
        present.message_id === null &&
        present.expires_at !== null &&
        present.expires_at > isoTime(now)
      if (!waits || !(await dropRemoval(tx, fileId))) throw new ApiError('invalid-file')
      await carryFile(tx, file, message.id)
    },
  })
}

/**
 * Removes a file that its author stored and did not send; the bytes follow. One that was sent is
 * refused like an absent one.
 */
export async function dropMedia(ctx: AppContext, caller: Caller, fileId: string): Promise<void> {
  const author = authorOf(caller)
  await ctx.db.transact(async (tx) => {
    await tx.lockRows('file', [fileId], ['id'])
    const file = await findFile(tx, fileId)
    if (file === undefined || !isOwn(file, author) || file.message_id !== null) {
      throw new ApiError('invalid-file')
    }
    await removeFiles(tx, ctx.jobs, [file])
  })
}

/** The room for somebody who may write there; absent and unreadable ones are refused alike. */
async function accessForFiles(
  ctx: AppContext,
  reader: Reader,
  caller: Caller,
  roomId: string,
): Promise<{ room: RoomWithVisitor; access: WriteAccess }> {
  const room = await findRoom(reader, roomId)
  if (room === undefined || !(await mayReadRoom(ctx, reader, caller, room))) throw unauthorized()
  const access = await accessWriting(ctx, reader, caller, roomId, 'error-not-allowed')
  return { room, access }
}

async function assertStillWritable(
  tx: Tx,
  caller: Caller,
  access: WriteAccess,
  roomId: string,
): Promise<void> {
  const room = await lockRoom(tx, roomId)
  if (room === undefined) throw unauthorized()
  if (room.state === 'closed') throw new ApiError('room-closed')
  if (!stillMayWrite(access, caller, room)) throw new ApiError('error-not-allowed')
}

/** A file that this author stored for this room; absent and foreign ones are refused alike. */
async function findOwnFile(
  reader: Reader,
  author: Owner,
  roomId: string,
  fileId: string,
): Promise<Row<'file'>> {
  const file = await findFile(reader, fileId)
  const own = file !== undefined && file.room_id === roomId && isOwn(file, author)
  if (!own) throw new ApiError('invalid-file')
  return file
}

interface Owner {
  type: Row<'file'>['owner_type']
  id: string
}

const isOwn = (file: Row<'file'>, { type, id }: Owner): boolean =>
  file.owner_type === type && file.owner_id === id
