import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { accessRoom, mayReadRows } from '../rooms/access.ts'
import {
  closingMessages,
  findVisitor,
  listChats,
  listPageVisits,
  searchVisitors,
  suggestVisitors,
  type ChatColumn,
  type ChatFilter,
  type PageColumn,
  type PastChat,
  type VisitorColumn,
} from './agent-store.ts'

const PAGE_KEYS = { ts: 'at', _id: 'id' } as const satisfies Record<string, PageColumn>

const CHAT_KEYS = {
  ts: 'created_at',
  lm: 'last_message_at',
  closedAt: 'closed_at',
  msgs: 'messages',
  _id: 'id',
} as const satisfies Record<string, ChatColumn>

const VISITOR_KEYS = {
  name: 'name',
  username: 'username',
  ts: 'created_at',
  'lastChat.ts': 'last_chat_at',
  _id: 'id',
} as const satisfies Record<string, VisitorColumn>

const SUGGESTIONS = 10

/** A visitor by his id. @throws ApiError `visitor-not-found` */
export async function readVisitorInfo(ctx: AppContext, id: string): Promise<Row<'visitor'>> {
  const visitor = await ctx.db.read((reader) => findVisitor(reader, id))
  if (visitor === undefined) throw new ApiError('visitor-not-found')
  return visitor
}

/** The pages that were seen during a conversation, latest first. @throws ApiError `invalid-room` */
export function listPagesOfRoom(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
  query: PageQuery,
): Promise<{ visits: Row<'page_visit'>[]; total: number; offset: number }> {
  const page = pageOf(ctx.settings, query, { allowed: PAGE_KEYS, default: [['at', 'desc']] })
  return ctx.db.snapshot(async (reader) => {
    const room = await accessRoom(ctx, reader, caller, roomId, 'invalid-room')
    return { ...(await listPageVisits(reader, room.id, page)), offset: page.offset }
  })
}

/** Which conversations of whom: those of the visitor of a room that the caller may read. */
export type HistoryQuery = PageQuery & ChatFilter & { roomId: string }

/** A page of a visitor's conversations, with the last words of those the reader may open. */
export interface HistoryPage {
  chats: { chat: PastChat; closing: Row<'message'> | undefined }[]
  total: number
  offset: number
}

/**
 * All conversations of a room's visitor, latest first.
 * @throws ApiError `invalid-room`, `error-not-allowed` for anybody but the room's visitor
 */
export function listHistory(
  ctx: AppContext,
  caller: Caller,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const page = pageOf(ctx.settings, query, {
    allowed: CHAT_KEYS,
    default: [['created_at', 'desc']],
  })
  return ctx.db.snapshot(async (reader) => {
    const room = await accessRoom(ctx, reader, caller, query.roomId, 'invalid-room')
    if (room.visitor_id !== query.visitorId) throw new ApiError('error-not-allowed')
    const { chats, total } = await listChats(reader, query, mayReadRows(ctx, caller), page)
    const closing = await closingOf(reader, chats)
    return {
      chats: chats.map((chat) => ({ chat, closing: closing.get(chat.id) })),
      total,
      offset: page.offset,
    }
  })
}

const closingOf = (
  reader: Reader,
  chats: readonly PastChat[],
): Promise<Map<string, Row<'message'>>> =>
  closingMessages(
    reader,
    chats.filter(({ readable, state }) => readable && state === 'closed').map(({ id }) => id),
  )

/** Visitors whose name, address or number holds the term; `*` finds all. */
export async function findVisitors(
  ctx: AppContext,
  query: PageQuery & { term: string },
): Promise<{ visitors: Row<'visitor'>[]; total: number; offset: number }> {
  const page = pageOf(ctx.settings, query, {
    allowed: VISITOR_KEYS,
    default: [
      ['name', 'asc'],
      ['username', 'asc'],
    ],
  })
  const term = query.term.trim()
  const text = term === '' || term === '*' ? undefined : term
  const found = await ctx.db.snapshot((reader) => searchVisitors(reader, text, page))
  return { ...found, offset: page.offset }
}

/** The first few visitors whose name holds the term, by name. */
export const completeVisitor = (
  ctx: AppContext,
  { term = '', exceptions = [] }: { term?: string; exceptions?: readonly string[] },
): Promise<Row<'visitor'>[]> =>
  ctx.db.read((reader) => suggestVisitors(reader, term.trim(), exceptions, SUGGESTIONS))
