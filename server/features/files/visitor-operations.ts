import type { AppContext } from '../../context.ts'
import { ApiError, unauthorized } from '../../contract/errors.ts'
import type { FileStores } from '../../files/file-store.ts'
import type { IncomingForm } from '../../files/incoming.ts'
import type { Row } from '../../storage/tables.ts'
import type { Author } from '../messages/append.ts'
import { takeIn } from './intake.ts'
import { textOf, type Words } from './message-text.ts'
import { dropRemoval, insertFile, uploadedToday } from './store.ts'
import { fileFields } from './wire.ts'

/** A file that a visitor sends. */
export interface VisitorUpload {
  /** From the header; absent ones are refused like foreign ones. */
  token: string | undefined
  roomId: string
  form: IncomingForm<Words>
}

/**
 * Stores a file and the message that carries it, in one transaction and durable (P1).
 * @throws TextError 403 alike for an unknown visitor and a room that is absent, foreign or closed
 */
export async function uploadAsVisitor(
  ctx: AppContext,
  stores: FileStores,
  { token, roomId, form }: VisitorUpload,
): Promise<Row<'message'>> {
  if (token === undefined) throw unauthorized()
  const { settings, clock } = ctx
  if (!settings.get('FileUpload_Enabled') || !settings.get('Livechat_fileupload_enabled')) {
    throw new ApiError('error-file-upload-disabled')
  }
  const visitor = await ctx.remembered.identities.find(ctx.db, token)
  if (visitor === undefined) throw unauthorized()
  const author: Author = { type: 'visitor', id: visitor.id, username: visitor.username }
  const quota = settings.get('Foyer_upload_daily_bytes')
  const used = await ctx.db.read(async (reader) => {
    const room = await reader.q
      .selectFrom('room')
      .select('id')
      .where('id', '=', roomId)
      .where('visitor_id', '=', visitor.id)
      .where('closed_at', 'is', null)
      .executeTakeFirst()
    if (room === undefined) throw unauthorized()
    return uploadedToday(reader, visitor.id, clock.now())
  })
  const sender = {
    roomId,
    visitorId: visitor.id,
    ownerType: 'visitor',
    ownerId: visitor.id,
    quotaLeft: Math.max(0, quota - used),
    codes: { type: 'error-type-not-allowed', size: 'error-size-not-allowed' },
  } as const
  return refusingRooms(() =>
    takeIn(ctx, stores.primary, sender, form, async (file, words) => {
      const { text, md, problem } = await textOf(ctx, words, 'visitor')
      return ctx.sendMessage({
        roomId,
        author,
        text,
        md,
        extra: fileFields(file, words.description),
        now: clock.now(),
        owns: (room) => room.visitor_id === visitor.id,
        refuse: (room) => (room.state === 'closed' ? new ApiError('room-closed') : problem),
        also: async (tx, message) => {
          if (!(await dropRemoval(tx, file.id))) throw new ApiError('invalid-file')
          // Uploads that ran beside this one did not count when it began.
          const now = clock.now()
          if ((await uploadedToday(tx, visitor.id, now)) + file.size > quota) {
            throw new ApiError('error-upload-quota-reached')
          }
          await insertFile(tx, { ...file, message_id: message.id, expires_at: null })
        },
      })
    }),
  )
}

/** A room that closed or went while the file came is refused like one that never was his. */
async function refusingRooms<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const gone =
      error instanceof ApiError && (error.code === 'invalid-room' || error.code === 'room-closed')
    throw gone ? unauthorized() : error
  }
}
