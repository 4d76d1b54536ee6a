import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { hashSecret } from '../../lib/hash.ts'
import { openRoom } from '../../routing/open-room.ts'
import { isUniqueViolation, type Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { accessRoom } from '../rooms/access.ts'
import { insertVisitor } from '../visitors/store.ts'
import { webhookListener } from '../webhooks/outbox.ts'
import { appendMessages, type Draft } from './append.ts'
import { attachQuotes } from './quotes.ts'
import { listSaid, type SaidColumn } from './said-store.ts'
import { assertText } from './text.ts'

const SORT_KEYS = { ts: 'seq', _updatedAt: 'changed_seq' } as const satisfies Record<
  string,
  SaidColumn
>

/** Kinds of system messages that belong to what was said. */
const CLOSING_KIND = 'livechat-close'

/** Messages that another system brings in for a visitor. */
export interface ImportedMessages {
  token: string
  texts: readonly string[]
}

/**
 * Stores messages as the visitor's own, in their order, in his one open room; the visitor is
 * registered and the room opened when there is none. All of it happens, or nothing.
 * @throws ApiError
 */
export async function importMessages(
  ctx: AppContext,
  { token, texts }: ImportedMessages,
): Promise<Row<'message'>[]> {
  if (token.trim() === '') throw new ApiError('error-invalid-token')
  const bodies: Pick<Draft, 'text' | 'md'>[] = []
  for (const text of texts) {
    assertText(ctx.settings, text, 'visitor')
    bodies.push({ text, md: await ctx.markup.markupOf(text) })
  }
  const store = () => ctx.db.transact((tx) => writeImported(ctx, tx, hashSecret(token), bodies))
  try {
    return await store()
  } catch (error) {
    // The visitor or his room came into being at this very moment: now they are found.
    if (isUniqueViolation(error)) return store()
    throw error
  }
}

async function writeImported(
  ctx: AppContext,
  tx: Tx,
  tokenHash: string,
  bodies: readonly Pick<Draft, 'text' | 'md'>[],
): Promise<Row<'message'>[]> {
  const now = ctx.clock.now()
  const known = await tx.q
    .selectFrom('visitor')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  const visitor = known ?? (await insertVisitor(tx, tokenHash, {}, now))
  const { roomId } = await openRoom(ctx, tx, visitor, {
    source: { type: 'api' },
    preferredAgentId: undefined,
    pageVisits: [],
  })
  const { id, username } = visitor
  const drafts = bodies.map((body): Draft => ({
    ...body,
    roomId,
    author: { type: 'visitor', id, username },
    now,
    refuse: (room) => (room.state === 'closed' ? new ApiError('room-closed') : undefined),
  }))
  const quoting = await attachQuotes(tx, drafts, ctx.config.rootUrl)
  const outcomes = await appendMessages(tx, quoting, webhookListener(ctx))
  const stored: Row<'message'>[] = []
  for (const outcome of outcomes) {
    if (outcome instanceof Error) throw outcome
    stored.push(outcome)
  }
  tx.afterCommit(() => ctx.metrics.messagesStored('visitor', stored.length))
  return stored
}

/** What an agent reads of a room. */
export interface RoomMessagesQuery extends PageQuery {
  roomId: string
  searchTerm: string | undefined
}

/**
 * A page of what was said in a room, newest first unless told otherwise.
 * @throws ApiError `invalid-room`, alike for absent rooms and those of others
 */
export function readRoomMessages(
  ctx: AppContext,
  caller: Caller,
  query: RoomMessagesQuery,
): Promise<{ messages: Row<'message'>[]; offset: number; total: number }> {
  const page = pageOf(ctx.settings, query, { allowed: SORT_KEYS, default: [['seq', 'desc']] })
  return ctx.db.snapshot(async (reader) => {
    const room = await accessRoom(ctx, reader, caller, query.roomId, 'invalid-room')
    const found = await listSaid(reader, room.id, {
      term: query.searchTerm,
      kinds: [CLOSING_KIND],
      page,
    })
    return { ...found, offset: page.offset }
  })
}
