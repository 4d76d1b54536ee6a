import type { AppContext } from '../context.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { updateRoom } from '../features/rooms/store.ts'
import { unsubscribe } from '../features/subscriptions/store.ts'
import { tellWebhook } from '../features/webhooks/outbox.ts'
import { transcriptAtClose, type TranscriptWish } from '../features/transcripts/schedule.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { drainQueue } from './assign.ts'

/** Who closes a room, and with what words. */
export interface Closing {
  by: Author
  comment: string
  tags: readonly string[]
  /** Whether a transcript is e-mailed; absent: by request and settings. */
  transcript?: TranscriptWish | 'none' | undefined
}

/**
 * Closes a room: nobody serves or follows it any more, its durations are settled, and the place it
 * frees is given to whoever waits (P8). The caller holds the routing lock, has locked the room and
 * seen it open.
 */
export async function closeLockedRoom(
  ctx: AppContext,
  tx: Tx,
  room: Row<'room'>,
  closing: Closing,
): Promise<void> {
  const now = ctx.clock.now()
  const { by, comment, tags } = closing
  const transcriptRequested = await transcriptAtClose(ctx, tx, room, closing.transcript)
  // Not before the last word: messages of one millisecond are told apart by later ones.
  const at = isoTime(Math.max(now, Date.parse(room.last_message_at)))
  const sinceStart = (from: string) => Math.max(0, (now - Date.parse(from)) / 1000)
  // `updated_at` is left to the messages below: times of changes strictly grow in a room.
  await updateRoom(tx, {
    id: room.id,
    state: 'closed',
    queued_at: null,
    preferred_agent_id: null,
    waiting_response: 0,
    visitor_status: 'offline',
    closed_at: at,
    closer: by.type === 'visitor' ? 'visitor' : 'user',
    closed_by_id: by.id,
    closed_by_username: by.username,
    tags: mergedTags(room.tags, tags),
    chat_duration: sinceStart(room.created_at),
    service_duration: room.served_at === null ? null : sinceStart(room.served_at),
    visitor_inactivity: inactivityOf(room, by, sinceStart),
    transcript_request: null,
  })
  await unsubscribe(tx, room.id, undefined, now)
  const message = { roomId: room.id, author: by, now }
  await appendSystemMessage(tx, {
    ...message,
    kind: 'livechat-close',
    text: comment,
    extra: { groupable: false, transcriptRequested },
  })
  if (promptsForTranscript(ctx)) {
    await appendSystemMessage(tx, { ...message, kind: 'command', text: 'promptTranscript' })
  }
  await tellWebhook(ctx, tx, room.id, { type: 'LivechatSession' })
  if (room.state === 'taken') await drainQueue(ctx, tx)
}

const promptsForTranscript = (ctx: AppContext): boolean =>
  ctx.settings.get('Livechat_enable_transcript') &&
  !ctx.settings.get('Livechat_transcript_send_always')

function mergedTags(before: string | null, added: readonly string[]): string | null {
  const known = before === null ? [] : (JSON.parse(before) as string[])
  const tags = [...new Set([...known, ...added])]
  return tags.length === 0 ? null : JSON.stringify(tags)
}

/** How long the visitor left an agent's answer alone, when the agent had the last word. */
const inactivityOf = (
  room: Row<'room'>,
  by: Author,
  sinceStart: (from: string) => number,
): number | null =>
  by.type === 'visitor' || room.responder_first_at === null
    ? null
    : sinceStart(room.responder_first_at)
