import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import {
  listChangedBetween,
  searchMessages as searchStore,
  type ChangePage,
} from '../messages/reader-store.ts'
import { listMessages, visible } from '../messages/store.ts'
import { accessRoom } from '../rooms/access.ts'
import { findReadable } from './access.ts'

const MAX_SYNC = 5000
const MAX_PAGE = 100
const DEFAULT_PAGE = 20

type Message = Row<'message'>

/** One message of a room that the caller may read; absent, deleted and foreign are alike. */
export async function readMessage(
  ctx: AppContext,
  caller: Caller,
  messageId: string,
): Promise<Message> {
  const message = await ctx.db.read((reader) => findReadable(ctx, reader, caller, messageId))
  if (message === undefined || message.deleted === 1) {
    throw new ApiError('error-message-not-found')
  }
  return message
}

/** What changed in a room since a time, oldest change first. */
export function readChangedSince(
  ctx: AppContext,
  caller: Caller,
  { roomId, since }: { roomId: string; since: string },
): Promise<{ updated: Message[]; deleted: Message[] }> {
  const after = isoOf(since, 'lastUpdate')
  return ctx.db.snapshot(async (reader) => {
    await accessRoom(ctx, reader, caller, roomId, 'error-not-allowed')
    const page = { after, limit: MAX_SYNC }
    return {
      updated: await listChangedBetween(reader, roomId, { type: 'updated', ...page }),
      deleted: await listChangedBetween(reader, roomId, { type: 'deleted', ...page }),
    }
  })
}

/** One page of changes of one kind, from a cursor on or back. */
export interface CursorPage {
  roomId: string
  type: ChangePage['type']
  /** Milliseconds since the Unix epoch, as text; one of the two. */
  next?: string | undefined
  previous?: string | undefined
  count?: number | undefined
}

/** Changes after `next`, or before `previous`, ascending, with the cursors to go on from. */
export function readChangePage(
  ctx: AppContext,
  caller: Caller,
  { roomId, type, next, previous, count }: CursorPage,
): Promise<{ messages: Message[]; next: string | null; previous: string | null }> {
  const size = pageSize(count, 50)
  const bounds =
    previous === undefined ? { after: isoOfCursor(next ?? '0') } : { before: isoOfCursor(previous) }
  return ctx.db.snapshot(async (reader) => {
    await accessRoom(ctx, reader, caller, roomId, 'error-not-allowed')
    const rows = await listChangedBetween(reader, roomId, { type, ...bounds, limit: size + 1 })
    const more = rows.length > size
    const page = rows.slice(0, size)
    if (previous !== undefined) page.reverse()
    const last = cursorOf(page.at(-1))
    const first = cursorOf(page[0])
    return previous === undefined
      ? { messages: page, next: more ? last : null, previous: first }
      : { messages: page, next: last, previous: more ? first : null }
  })
}

/** What people wrote in a room that contains the text, newest first. */
export function searchMessages(
  ctx: AppContext,
  caller: Caller,
  search: { roomId: string; text: string; count?: number | undefined; offset: number },
): Promise<Message[]> {
  return ctx.db.read(async (reader) => {
    await accessRoom(ctx, reader, caller, search.roomId, 'error-not-allowed')
    if (search.text.trim() === '') return []
    const page = { limit: pageSize(search.count, DEFAULT_PAGE), offset: search.offset }
    return searchStore(reader, search.roomId, search.text, page)
  })
}

/** A page of a room's history. */
export interface HistoryRequest {
  roomId: string
  /** Only messages before this time. */
  before?: string | undefined
  /** Only messages after this time. */
  after?: string | undefined
  limit?: number | undefined
  ascending?: boolean
}

/** Messages of a room, newest first unless told otherwise. */
export function readHistory(
  ctx: AppContext,
  caller: Caller,
  request: HistoryRequest,
): Promise<Message[]> {
  return ctx.db.read(async (reader) => {
    await accessRoom(ctx, reader, caller, request.roomId, 'error-not-allowed')
    return historyOf(ctx, reader, request)
  })
}

/** Everything in a room after a time, newest first; only the newest of very many. */
export function readMissed(
  ctx: AppContext,
  caller: Caller,
  { roomId, since }: { roomId: string; since: string },
): Promise<Message[]> {
  return ctx.db.read(async (reader) => {
    await accessRoom(ctx, reader, caller, roomId, 'error-not-allowed')
    return listMessages(reader, roomId, {
      after: since,
      limit: MAX_SYNC,
      withoutKinds: ctx.settings.get('Hide_System_Messages'),
    })
  })
}

/** A page of history, newest first, with what the reader missed before it. */
export function readHistoryWithUnread(
  ctx: AppContext,
  caller: Caller,
  request: HistoryRequest & { lastSeen?: string | undefined },
): Promise<{ messages: Message[]; firstUnread: Message | undefined; unreadNotLoaded: number }> {
  return ctx.db.snapshot(async (reader) => {
    await accessRoom(ctx, reader, caller, request.roomId, 'error-not-allowed')
    const messages = await historyOf(ctx, reader, request)
    const oldest = messages.at(-1)
    const { lastSeen } = request
    if (lastSeen === undefined || oldest === undefined || oldest.ts <= lastSeen) {
      return { messages, firstUnread: undefined, unreadNotLoaded: 0 }
    }
    const missed = visible(reader, request.roomId)
      .where('ts', '>', lastSeen)
      .where('ts', '<', oldest.ts)
    const firstUnread = await missed.selectAll().orderBy('seq').limit(1).executeTakeFirst()
    const { count } = await missed
      .select((row) => row.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return { messages, firstUnread: firstUnread ?? oldest, unreadNotLoaded: count }
  })
}

/** The messages around one, oldest first. */
export function readSurrounding(
  ctx: AppContext,
  caller: Caller,
  { roomId, messageId, limit }: { roomId: string; messageId: string; limit?: number | undefined },
): Promise<{ messages: Message[]; moreBefore: boolean; moreAfter: boolean }> {
  const half = Math.ceil(pageSize(limit, 50) / 2)
  return ctx.db.snapshot(async (reader) => {
    await accessRoom(ctx, reader, caller, roomId, 'error-not-allowed')
    const middle = await visible(reader, roomId)
      .selectAll()
      .where('id', '=', messageId)
      .executeTakeFirst()
    if (middle === undefined) throw new ApiError('error-message-not-found')
    const before = await listMessages(reader, roomId, { before: middle.ts, limit: half + 1 })
    const after = await listMessages(reader, roomId, {
      after: middle.ts,
      limit: half + 1,
      ascending: true,
    })
    return {
      messages: [...before.slice(0, half).reverse(), middle, ...after.slice(0, half)],
      moreBefore: before.length > half,
      moreAfter: after.length > half,
    }
  })
}

const historyOf = (
  ctx: AppContext,
  reader: Reader,
  { roomId, before, after, limit, ascending }: HistoryRequest,
): Promise<Message[]> =>
  listMessages(reader, roomId, {
    limit: pageSize(limit, DEFAULT_PAGE),
    withoutKinds: ctx.settings.get('Hide_System_Messages'),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(ascending === undefined ? {} : { ascending }),
  })

const pageSize = (count: number | undefined, usual: number): number =>
  count === undefined ? usual : count === 0 ? MAX_PAGE : Math.min(count, MAX_PAGE)

const cursorOf = (message: Message | undefined): string | null =>
  message === undefined ? null : String(Date.parse(message.changed_at))

function isoOf(text: string, name: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new ApiError('error-roomId-param-invalid', {
      reason: `The "${name}" query parameter must be a valid date.`,
    })
  }
  return new Date(time).toISOString()
}

function isoOfCursor(text: string): string {
  const time = Number(text)
  if (!/^\d{1,15}$/.test(text) || time > 8.64e15) {
    throw new ApiError('invalid-params', { reason: 'A cursor is a number of milliseconds' })
  }
  return new Date(time).toISOString()
}
