import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { hashSecret } from '../../lib/hash.ts'
import { mailAddress } from '../../mail/addresses.ts'
import { countMail } from './quota.ts'
import { canSendMail } from '../../mail/smtp.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { findVisitorOf } from './store.ts'

/** Kind of the job that sends a transcript. */
export const TRANSCRIPT_MAIL = 'transcript.mail'

/** Where a transcript is to go. */
export interface TranscriptWish {
  email: string
  /** Chosen by somebody of the organisation; a visitor's transcript has the installation's. */
  subject?: string | undefined
}

/** What `room.transcript_request` holds: sent at close. */
export interface TranscriptRequest extends TranscriptWish {
  requestedAt: string
  requestedBy: { _id: string; username: string; name: string }
}

/** What the job carries; the text is read from the room when it is sent. */
export interface TranscriptJob extends TranscriptWish {
  roomId: string
  /** Last place of the room that belongs to it. */
  upTo: number
  /** Language of the request; absent: the visitor's. */
  language?: string | undefined
}

type TranscriptRoom = Pick<
  Row<'room'>,
  'id' | 'visitor_id' | 'seq' | 'answered_at' | 'transcript_request'
>

/**
 * Whether a visitor's own doing may send a transcript: only once somebody of the organisation has
 * written. Without that a stranger could have any text sent to any address he registers with.
 */
export const isAnswered = (room: Pick<Row<'room'>, 'answered_at'>): boolean =>
  room.answered_at !== null

/**
 * Enqueues a transcript of what the locked room holds now.
 * @returns false when there is no mail server, or the day's number for room or address is used up
 */
export async function enqueueTranscript(
  ctx: AppContext,
  tx: Tx,
  room: TranscriptRoom,
  wish: TranscriptWish & { language?: string | undefined },
): Promise<boolean> {
  const address = mailAddress(wish.email)
  if (address === undefined || !canSendMail(ctx)) {
    ctx.log.warn({ room: room.id }, 'a transcript is not sent: no mail server, or no address')
    return false
  }
  const counted = [`room:${room.id}`, `to:${hashSecret(address.toLowerCase())}`]
  const limit = ctx.settings.get('Foyer_transcripts_per_day')
  if (!(await countMail(tx, ctx.clock.now(), counted, limit))) {
    ctx.log.warn({ room: room.id }, 'a transcript is not sent: too many today')
    return false
  }
  const payload: TranscriptJob = { ...wish, email: address, roomId: room.id, upTo: room.seq }
  await ctx.jobs.add(tx, [
    {
      kind: TRANSCRIPT_MAIL,
      orderKey: `${TRANSCRIPT_MAIL}:${room.id}`,
      payload: { ...payload },
      roomId: room.id,
      visitorId: room.visitor_id,
    },
  ])
  return true
}

/**
 * Sends the transcript that is due when the locked room closes: the one that the closing agent
 * wants, else the one that was requested, else the visitor's where the site always sends it.
 * @param wanted `none` takes an earlier request back
 * @returns whether one is on its way
 */
export async function transcriptAtClose(
  ctx: AppContext,
  tx: Tx,
  room: TranscriptRoom,
  wanted: TranscriptWish | 'none' | undefined,
): Promise<boolean> {
  const wish = wanted === 'none' ? undefined : (wanted ?? requestOf(room))
  if (wish !== undefined) {
    return enqueueTranscript(ctx, tx, room, { email: wish.email, subject: wish.subject })
  }
  if (!ctx.settings.get('Livechat_transcript_send_always') || !isAnswered(room)) return false
  const visitor = await findVisitorOf(tx, room)
  if (visitor === undefined || visitor.email === null) return false
  return enqueueTranscript(ctx, tx, room, { email: visitor.email })
}

/** The request that waits for the room's end. */
export const requestOf = (room: TranscriptRoom): TranscriptRequest | undefined =>
  room.transcript_request === null
    ? undefined
    : (JSON.parse(room.transcript_request) as TranscriptRequest)

/** What the agent who closes a conversation says of its transcript. */
export interface TranscriptChoice {
  sendToVisitor: boolean
  requestData?: TranscriptWish
}

/**
 * What a closing agent's choice comes to. To any other address than the visitor's own, and against
 * somebody's request, it takes the permission to send transcripts.
 * @throws ApiError
 */
export async function wishOfAgent(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  room: TranscriptRoom,
  choice: TranscriptChoice | undefined,
): Promise<TranscriptWish | 'none' | undefined> {
  if (choice === undefined) return undefined
  const permitted = ctx.permissions.allow(caller.roles, 'send-omnichannel-chat-transcript')
  if (!choice.sendToVisitor) return permitted ? 'none' : undefined
  const own = (await findVisitorOf(tx, room))?.email ?? undefined
  const { email = own, subject } = choice.requestData ?? {}
  if (email === undefined) return undefined
  const address = mailAddress(email)
  if (address === undefined) throw new ApiError('error-invalid-email')
  if (!permitted && address.toLowerCase() !== own?.toLowerCase()) {
    throw new ApiError('error-not-allowed')
  }
  return { email: address, subject }
}
