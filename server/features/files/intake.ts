import type { AppContext } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import type { FileStore } from '../../files/file-store.ts'
import { dimensionsOf } from '../../files/image-dimensions.ts'
import type { IncomingFile, IncomingForm } from '../../files/incoming.ts'
import { HEAD_BYTES, listHas, mediaTypeOf } from '../../files/media-type.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { passedThrough } from '../../lib/young-garbage.ts'
import type { Row } from '../../storage/tables.ts'
import { fileName } from './file-name.ts'
import { dropRemoval, findFile, planRemoval } from './store.ts'

/** What a form may weigh beside its file. */
const FRAME_BYTES = 1_000_000
/** The free room of the store is looked at again after so many bytes. */
const ROOM_CHECK_BYTES = 16 * 1024 * 1024
const UNITS = ['B', 'KB', 'MB', 'GB'] as const

/** Who sends a file, into which conversation, and how he is refused. */
export interface Sender {
  roomId: string
  visitorId: string
  ownerType: Row<'file'>['owner_type']
  ownerId: string
  /** Bytes that he may still send today; absent where that is not bounded. */
  quotaLeft?: number
  codes: { type: ErrorCode; size: ErrorCode }
}

/** The record of a file whose bytes are stored, not yet in the database. */
export type StoredFile = Row<'file'>

/**
 * Reads a form and stores its file under the rules of the settings: type from the bytes, size
 * while it streams. Then `finish` makes the record; when it fails, the bytes are removed.
 * @throws ApiError with the sender's codes, `error-file-storage-full`, `error-upload-quota-reached`
 */
export async function takeIn<Fields, Result>(
  ctx: AppContext,
  store: FileStore,
  sender: Sender,
  form: IncomingForm<Fields>,
  finish: (file: StoredFile, fields: Fields) => Promise<Result>,
): Promise<Result> {
  const limit = new SizeLimit(ctx, sender)
  if (form.announcedBytes !== undefined) limit.assert(form.announcedBytes - FRAME_BYTES)
  await assertRoom(ctx, store)
  const id = newId(ctx.clock.now())
  let planned = false
  try {
    const { taken, fields } = await form.read(async (incoming) => {
      const { head, rest } = await splitHead(incoming.bytes)
      const type = await allowedType(ctx, sender, head, incoming)
      const removal = { fileId: id, store: store.name }
      const now = ctx.clock.now()
      const expiresAt = await ctx.db.transact((tx) => planRemoval(tx, ctx.jobs, now, removal))
      planned = true
      await store.put(id, counted(ctx, store, rest, limit))
      const dimensions = await dimensionsOf(head, type)
      return {
        id,
        room_id: sender.roomId,
        owner_type: sender.ownerType,
        owner_id: sender.ownerId,
        visitor_id: sender.visitorId,
        message_id: null,
        name: fileName(incoming.name),
        type,
        size: limit.bytes,
        width: dimensions?.width ?? null,
        height: dimensions?.height ?? null,
        store: store.name,
        created_at: isoTime(now),
        expires_at: expiresAt,
      }
    })
    return await finish(taken, fields)
  } catch (error) {
    if (planned) await discard(ctx, store, id)
    throw error
  }
}

/**
 * Removes at once what would be removed later; where that does not work, the job does it. A commit
 * whose answer was lost may have made the record after all: then the bytes stay.
 */
async function discard(ctx: AppContext, store: FileStore, id: string): Promise<void> {
  try {
    const recorded = await ctx.db.transact((tx) => findFile(tx, id))
    if (recorded !== undefined) return
    await store.delete(id)
    await ctx.db.transact((tx) => dropRemoval(tx, id))
  } catch (error) {
    ctx.log.warn({ err: error }, 'a refused upload is removed later')
  }
}

/** Counts what arrives and stops at the limit, before it is stored. */
class SizeLimit {
  readonly #limit: number
  readonly #refusal: ApiError
  bytes = 0

  constructor(ctx: AppContext, { quotaLeft = Infinity, codes }: Sender) {
    const allowed = ctx.settings.get('FileUpload_MaxFileSize')
    const largest = allowed < 0 ? Infinity : allowed
    this.#limit = Math.min(largest, quotaLeft)
    this.#refusal =
      quotaLeft < largest
        ? new ApiError('error-upload-quota-reached')
        : new ApiError(codes.size, { details: { sizeAllowed: sizeText(largest) } })
  }

  add(bytes: number): void {
    this.bytes += bytes
    this.assert(this.bytes)
  }

  assert(bytes: number): void {
    if (bytes > this.#limit) throw this.#refusal
  }
}

async function* counted(
  ctx: AppContext,
  store: FileStore,
  bytes: AsyncIterable<Uint8Array>,
  limit: SizeLimit,
): AsyncGenerator<Uint8Array> {
  let nextCheck = ROOM_CHECK_BYTES
  for await (const chunk of bytes) {
    limit.add(chunk.length)
    yield chunk
    passedThrough(chunk.length)
    if (limit.bytes < nextCheck) continue
    nextCheck = limit.bytes + ROOM_CHECK_BYTES
    await assertRoom(ctx, store)
  }
}

async function assertRoom(ctx: AppContext, store: FileStore): Promise<void> {
  const free = await store.freeBytes()
  if (free !== undefined && free < ctx.settings.get('Foyer_upload_free_bytes')) {
    throw new ApiError('error-file-storage-full')
  }
}

async function allowedType(
  ctx: AppContext,
  { codes }: Sender,
  head: Uint8Array,
  { claimedType }: IncomingFile,
): Promise<string> {
  const type = await mediaTypeOf(head, claimedType)
  const allowed = ctx.settings.get('FileUpload_MediaTypeWhiteList')
  const blocked = ctx.settings.get('FileUpload_MediaTypeBlackList')
  const fits = allowed.trim() === '' || listHas(allowed, type)
  if (!fits || listHas(blocked, type)) throw new ApiError(codes.type)
  return type
}

/** Reads as much as the type is told by; `rest` has all the bytes, from the first. */
async function splitHead(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  let ended = false
  while (length < HEAD_BYTES && !ended) {
    const next = await iterator.next()
    if (next.done === true) {
      ended = true
    } else {
      chunks.push(next.value)
      length += next.value.length
    }
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield* chunks
    if (!ended) yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { head: Buffer.concat(chunks), rest: rest() }
}

/** As the reference writes it: `100.00 MB`. */
function sizeText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${UNITS[unit] ?? ''}`
}
