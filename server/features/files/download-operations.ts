import type { AppContext, Caller } from '../../context.ts'
import { TextError, unauthorized } from '../../contract/errors.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { findCaller } from '../accounts/access.ts'
import { mayReadRoom } from '../rooms/access.ts'
import { findRoom } from '../rooms/store.ts'
import { findFile } from './store.ts'

/** One way in which a request says who it is from. */
export type Credential =
  | { type: 'user'; userId: string; token: string }
  /** `roomId` is only told by clients that say it; the token alone decides. */
  | { type: 'visitor'; token: string; roomId?: string }

/** Somebody whose credential holds. */
type Reading =
  | { type: 'user'; caller: Caller }
  | { type: 'visitor'; visitorId: string; roomId: string | undefined }

/**
 * The file of an id, for who may read the conversation that it belongs to; any one of the
 * credentials is enough, since a browser may carry those of the widget and of the desk.
 * @throws TextError 403 for nobody, 404 alike for a file that is absent and one that is foreign
 */
export async function accessFile(
  ctx: AppContext,
  fileId: string,
  signedIn: Caller | undefined,
  credentials: readonly Credential[],
): Promise<Row<'file'>> {
  const readers: Reading[] = signedIn === undefined ? [] : [{ type: 'user', caller: signedIn }]
  for (const credential of credentials) {
    const reading = await checked(ctx, credential)
    if (reading !== undefined) readers.push(reading)
  }
  const open = !ctx.settings.get('FileUpload_ProtectFiles')
  if (readers.length === 0 && !open) throw unauthorized()
  return ctx.db.read(async (reader) => {
    const file = await findFile(reader, fileId)
    if (file !== undefined) {
      if (open && file.message_id !== null) return file
      for (const reading of readers) if (await mayRead(ctx, reader, reading, file)) return file
    }
    throw notFound()
  })
}

/** Nothing there, or nothing for this reader. */
const notFound = (): TextError => new TextError(404, 'File not found')

async function checked(ctx: AppContext, credential: Credential): Promise<Reading | undefined> {
  if (credential.type === 'user') {
    const caller = await findCaller(ctx, credential.userId, credential.token)
    return caller === undefined ? undefined : { type: 'user', caller }
  }
  const visitor = await ctx.remembered.identities.find(ctx.db, credential.token)
  if (visitor === undefined) return undefined
  return { type: 'visitor', visitorId: visitor.id, roomId: credential.roomId }
}

async function mayRead(
  ctx: AppContext,
  reader: Reader,
  reading: Reading,
  file: Row<'file'>,
): Promise<boolean> {
  if (reading.type === 'visitor') {
    if (file.message_id === null) return false
    if (reading.roomId !== undefined && reading.roomId !== file.room_id) return false
    return file.visitor_id === reading.visitorId
  }
  // Until it is sent, a file is its author's alone.
  if (file.message_id === null && file.owner_id !== reading.caller.userId) return false
  const room = await findRoom(reader, file.room_id)
  return room !== undefined && mayReadRoom(ctx, reader, reading.caller, room)
}
