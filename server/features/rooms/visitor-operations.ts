import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { hashSecret } from '../../lib/hash.ts'
import { isUniqueViolation } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { openRoom, type OpenedRoom } from '../../routing/open-room.ts'
import { lastMessage } from '../messages/store.ts'
import { accessVisitor, asVisitor } from '../visitors/access.ts'
import { tellWebhook } from '../webhooks/outbox.ts'
import { closeLockedRoom } from '../../routing/close-room.ts'
import { lockRouting } from '../../routing/routing-lock.ts'
import { findOpenRoom, findRoom, lockRoom, updateRoom, type RoomWithVisitor } from './store.ts'

const SURVEY_ITEMS: ReadonlySet<string> = new Set([
  'satisfaction',
  'agentKnowledge',
  'agentResposiveness',
  'agentFriendliness',
])
const SURVEY_VALUES: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5'])
const FREE_TEXT_ITEM = 'additionalFeedback'

/** A room with the message that lists show of it. */
export interface RoomView {
  room: RoomWithVisitor
  lastMessage: Row<'message'> | undefined
}

/** What a visitor asks a room with. */
export interface RoomRequest {
  token: string
  roomId: string | undefined
  preferredAgentId: string | undefined
  source: Record<string, unknown>
}

/** The visitor's open room, made when there is none; with a `roomId` only that one. */
export async function getOrOpenRoom(
  ctx: AppContext,
  request: RoomRequest,
): Promise<RoomView & { created: boolean }> {
  const opened =
    request.roomId === undefined
      ? await openRoomOnce(ctx, request)
      : { roomId: request.roomId, created: false }
  const view = await asVisitor(ctx, request.token, (visitor) =>
    ctx.db.read(async (reader) => {
      const room = await findRoom(reader, opened.roomId)
      if (room?.visitor_id !== visitor.id || room.state === 'closed') {
        throw new ApiError('invalid-room')
      }
      return { room, lastMessage: await lastMessage(reader, room.id) }
    }),
  )
  return { ...view, created: opened.created }
}

async function openRoomOnce(ctx: AppContext, request: RoomRequest): Promise<OpenedRoom> {
  // Opening is rare, asking again is not: what is there needs no write.
  const existing = await ctx.db.read(async (reader) => {
    const visitor = await accessVisitor(reader, request.token)
    return findOpenRoom(reader, visitor.id)
  })
  if (existing !== undefined) return { roomId: existing.id, created: false }
  const pageVisits = ctx.remembered.pageVisits.of(request.token, ctx.clock.now())
  const open = () =>
    ctx.db.transact(async (tx) =>
      openRoom(ctx, tx, await accessVisitor(tx, request.token), {
        source: request.source,
        preferredAgentId: request.preferredAgentId,
        pageVisits,
      }),
    )
  try {
    const opened = await open()
    if (opened.created) ctx.remembered.pageVisits.forget(hashSecret(request.token))
    return opened
  } catch (error) {
    // Another call opened the visitor's room at this very moment.
    if (isUniqueViolation(error)) return open()
    throw error
  }
}

/** Closes the visitor's conversation, if the site lets visitors do that. */
export function closeVisitorRoom(
  ctx: AppContext,
  { token, roomId, comment }: { token: string; roomId: string; comment: string },
): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    await lockRouting(tx)
    const room = await lockRoom(tx, roomId)
    if (room?.visitor_id !== visitor.id) throw new ApiError('invalid-room')
    if (room.state === 'closed') throw new ApiError('room-closed')
    if (!ctx.settings.get('Omnichannel_allow_visitors_to_close_conversation')) {
      throw new ApiError('error-not-allowed-to-close-conversation')
    }
    await closeLockedRoom(ctx, tx, room, {
      by: { type: 'visitor', id: visitor.id, username: visitor.username },
      comment,
      tags: [],
    })
  })
}

/** Stores the visitor's rating of an open or closed conversation. */
export function rateRoom(
  ctx: AppContext,
  rating: { token: string; roomId: string; answers: readonly { name: string; value: string }[] },
): Promise<Record<string, string>> {
  return ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, rating.token)
    const room = await lockRoom(tx, rating.roomId)
    if (room?.visitor_id !== visitor.id) throw new ApiError('invalid-room')
    const known = rating.answers.filter(
      ({ name, value }) =>
        name === FREE_TEXT_ITEM || (SURVEY_ITEMS.has(name) && SURVEY_VALUES.has(value)),
    )
    if (known.length === 0 || known.length < rating.answers.length) {
      throw new ApiError('invalid-data')
    }
    const data = Object.fromEntries(known.map(({ name, value }) => [name, value]))
    const before = room.survey === null ? {} : (JSON.parse(room.survey) as Record<string, string>)
    await updateRoom(tx, { id: room.id, survey: JSON.stringify({ ...before, ...data }) })
    await tellWebhook(ctx, tx, room.id, { type: 'LivechatFeedback' })
    return data
  })
}
