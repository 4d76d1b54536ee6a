import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, type ErrorCode } from '../../contract/errors.ts'
import type { Row } from '../../storage/tables.ts'
import type { SendingRoom } from '../messages/room-activity.ts'
import { findMessage, findMessageInRoom } from '../messages/store.ts'
import { textProblem } from '../messages/text.ts'
import {
  accessWriting,
  allows,
  authorOf,
  isOwn,
  stillMayWrite,
  type WriteAccess,
} from './access.ts'
import { assertLink, keptAttachments, type Attachments } from './attachments.ts'

/** A client's clock may differ by this much before it is told so. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000

/** What a message carries beside its text. */
export interface Content {
  tmid?: string | undefined
  tshow?: boolean | undefined
  alias?: string | undefined
  emoji?: string | undefined
  avatar?: string | undefined
  attachments?: Attachments | undefined
  customFields?: Record<string, unknown> | undefined
  groupable?: boolean | undefined
  /** The message was posted by an integration, in the user's name. */
  bot?: boolean | undefined
}

/** What a signed-in user sends. */
export interface AgentMessage {
  roomId: string
  text: string
  /** Chosen by the client; sending it again is then the same message. */
  id?: string | undefined
  /** When the client says it is; the server's time counts. */
  clientTime?: string | undefined
  /** System message type, which nobody may send. */
  kind?: string | undefined
  content: Content
}

/**
 * Stores what an agent or bot wrote and returns it, durable (P1). With an id of his own the same
 * message may be sent any number of times, also after he has lost the room (P2).
 * @param refusal what an absent and an unreadable room are answered with, alike
 */
export async function sendAgentMessage(
  ctx: AppContext,
  caller: Caller,
  message: AgentMessage,
  refusal: ErrorCode = 'error-invalid-room',
): Promise<Row<'message'>> {
  assertWellFormed(ctx, message)
  const checked = await ctx.db.read(async (reader) => {
    const { id, roomId, content } = message
    const known = id === undefined ? undefined : await findMessage(reader, id)
    if (known !== undefined && isOwn(caller, known)) return { known }
    const access = await accessWriting(ctx, reader, caller, roomId, refusal)
    if (content.tmid !== undefined) {
      const parent = await findMessageInRoom(reader, roomId, content.tmid)
      if (parent === undefined || parent.hidden === 1) throw new ApiError('error-message-not-found')
    }
    return { access }
  })
  if (checked.known !== undefined) return checked.known
  const extra = extraOf(ctx, caller, message.content)
  const problem = problemOf(ctx, message)
  try {
    return await ctx.sendMessage({
      roomId: message.roomId,
      id: message.id,
      author: authorOf(caller),
      text: message.text,
      md: problem === undefined ? await ctx.markup.markupOf(message.text) : null,
      now: ctx.clock.now(),
      ...(extra === undefined ? {} : { extra }),
      refuse: (room) => refusalOf(room, caller, checked.access, problem),
    })
  } catch (error) {
    // The room went away between the check and the write: it is absent.
    if (error instanceof ApiError && error.code === 'invalid-room') throw new ApiError(refusal)
    throw error
  }
}

/** Sends the same message to several rooms, one after the other. Returns the first. */
export async function postToRooms(
  ctx: AppContext,
  caller: Caller,
  roomIds: readonly string[],
  message: Omit<AgentMessage, 'roomId'>,
): Promise<Row<'message'>> {
  let first: Row<'message'> | undefined
  for (const roomId of new Set(roomIds)) {
    const sent = await sendAgentMessage(ctx, caller, { ...message, roomId }, 'invalid-channel')
    first ??= sent
  }
  if (first === undefined) throw new ApiError('unknown-error')
  return first
}

function refusalOf(
  room: SendingRoom,
  caller: Caller,
  access: WriteAccess,
  problem: ErrorCode | undefined,
): ApiError | undefined {
  if (room.state === 'closed') return new ApiError('room-closed')
  if (!stillMayWrite(access, caller, room)) return new ApiError('error-not-allowed')
  return problem === undefined ? undefined : new ApiError(problem)
}

/** A message with attachments needs no text. */
function problemOf(ctx: AppContext, { text, content }: AgentMessage): ErrorCode | undefined {
  const problem = textProblem(ctx.settings, text, 'agent')
  const carries = (content.attachments ?? []).length > 0
  return problem === 'error-message-empty' && carries ? undefined : problem
}

function assertWellFormed(ctx: AppContext, { kind, clientTime, content }: AgentMessage): void {
  if (kind !== undefined) {
    throw new TextError(400, "Cannot send system messages using 'chat.sendMessage'")
  }
  if (content.tshow === true && content.tmid === undefined) {
    throw new ApiError('invalid-params', { reason: 'tshow needs a tmid' })
  }
  if (clientTime === undefined) return
  const time = Date.parse(clientTime)
  if (Number.isNaN(time)) throw new ApiError('invalid-params', { reason: 'ts must be a date' })
  if (Math.abs(time - ctx.clock.now()) > MAX_CLOCK_DIFFERENCE_MS) {
    throw new ApiError('error-message-ts-out-of-sync')
  }
}

function extraOf(
  ctx: AppContext,
  caller: Caller,
  content: Content,
): Record<string, unknown> | undefined {
  const { alias, emoji, avatar, attachments, customFields, ...rest } = content
  const looks = { alias, emoji, avatar }
  if (Object.values(looks).some((value) => value !== undefined)) {
    if (!allows(ctx, caller, 'message-impersonate')) throw new ApiError('error-not-allowed')
    assertLink(avatar)
  }
  if (customFields !== undefined && !ctx.settings.get('Message_CustomFields_Enabled')) {
    throw new ApiError('invalid-params', { reason: 'Custom fields of messages are switched off' })
  }
  const extra = present({
    ...rest,
    ...looks,
    customFields,
    attachments:
      attachments === undefined || attachments.length === 0
        ? undefined
        : keptAttachments(attachments),
  })
  return Object.keys(extra).length === 0 ? undefined : extra
}

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
