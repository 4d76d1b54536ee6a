import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { mailAddress } from '../../mail/addresses.ts'
import { agentAuthor } from '../../routing/assign.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { languageFor, textOf } from '../../texts/texts.ts'
import { appendSystemMessage } from '../messages/append.ts'
import { lockReadableRoom } from '../rooms/access.ts'
import { lockRoom, updateRoom } from '../rooms/store.ts'
import { accessVisitor } from '../visitors/access.ts'
import {
  enqueueTranscript,
  isAnswered,
  requestOf,
  type TranscriptRequest,
  type TranscriptWish,
} from './schedule.ts'

/** What a visitor asks for. */
export interface VisitorTranscript {
  token: string
  roomId: string
  email: string
  /** The request's `Accept-Language`. */
  language: string | undefined
}

/**
 * Sends the visitor a transcript of his own conversation, open or closed, as it stands now. It goes
 * to the address of his record and to no other.
 * @returns what to tell the visitor @throws ApiError, or TextError in the visitor's language
 */
export async function sendVisitorTranscript(
  ctx: AppContext,
  wish: VisitorTranscript,
): Promise<string> {
  const language = languageFor(wish.language, ctx.settings.get('Language'))
  await ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, wish.token).catch((error: unknown) => {
      throw error instanceof ApiError ? new ApiError('error-invalid-visitor') : error
    })
    const room = await lockRoom(tx, wish.roomId)
    if (room?.visitor_id !== visitor.id) throw new ApiError('error-invalid-room')
    const email = mailAddress(wish.email)?.toLowerCase()
    const known = mailAddress(visitor.email ?? '')?.toLowerCase()
    const sent =
      email !== undefined &&
      email === known &&
      isAnswered(room) &&
      (await enqueueTranscript(ctx, tx, room, { email, language: wish.language && language }))
    if (!sent) throw new TextError(400, textOf(language, 'transcript.failed'), { shown: true })
  })
  return textOf(language, 'transcript.sent')
}

/** Has a transcript sent when the open conversation is closed. @throws ApiError */
export function requestTranscriptAtClose(
  ctx: AppContext,
  caller: Caller,
  wish: { roomId: string; email: string; subject: string },
): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const room = await lockOpenRoom(ctx, tx, caller, wish.roomId)
    if (requestOf(room) !== undefined) throw new ApiError('error-transcript-already-requested')
    const email = mailAddress(wish.email)
    if (email === undefined) throw new ApiError('error-invalid-email')
    const request: TranscriptRequest = {
      email,
      subject: wish.subject,
      requestedAt: isoTime(ctx.clock.now()),
      requestedBy: { _id: caller.userId, username: caller.username, name: caller.name },
    }
    await note(ctx, tx, caller, room, JSON.stringify(request))
  })
}

/** Takes the request back. @throws ApiError */
export function cancelTranscriptAtClose(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const room = await lockOpenRoom(ctx, tx, caller, roomId)
    if (requestOf(room) === undefined) throw new ApiError('error-transcript-not-requested')
    await note(ctx, tx, caller, room, null)
  })
}

/** Sends a transcript of what the conversation, open or closed, holds now. @throws ApiError */
export function sendTranscriptAsAgent(
  ctx: AppContext,
  caller: Caller,
  roomId: string,
  wish: TranscriptWish,
): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const room = await lockReadableRoom(ctx, tx, caller, roomId, 'error-invalid-room')
    const email = mailAddress(wish.email)
    if (email === undefined) throw new ApiError('error-invalid-email')
    if (!(await enqueueTranscript(ctx, tx, room, { ...wish, email }))) {
      throw new ApiError('error-transcript-not-sent')
    }
  })
}

async function lockOpenRoom(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  roomId: string,
): Promise<Row<'room'>> {
  const room = await lockReadableRoom(ctx, tx, caller, roomId, 'error-invalid-room')
  if (room.state === 'closed') throw new ApiError('error-invalid-room')
  return room
}

/** Stores what was decided, and tells it in the conversation without naming the address. */
async function note(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  room: Row<'room'>,
  request: string | null,
): Promise<void> {
  const { userId: id, username, name } = caller
  await updateRoom(tx, { id: room.id, transcript_request: request })
  await appendSystemMessage(tx, {
    roomId: room.id,
    author: agentAuthor({ id, username, name }),
    kind: 'livechat_transcript_history',
    text: '',
    extra: { requestData: { type: 'user', user: { _id: id, username, name } } },
    now: ctx.clock.now(),
  })
}
