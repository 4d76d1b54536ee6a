import type { AppContext } from '../context.ts'
import { appendSystemMessage, type Author } from '../features/messages/append.ts'
import { updateRoom } from '../features/rooms/store.ts'
import { unsubscribe } from '../features/subscriptions/store.ts'
import { isoTime } from '../lib/clock.ts'
import type { Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { drainQueue } from './assign.ts'

/** Who closes a room, and with what words. */
export interface Closing {
  by: Author
  comment: string
  tags: readonly string[]
}

/**
 * Closes a room that the caller has locked and seen open: nobody serves or follows it any more,
 * its durations are settled, and the place it frees is given to whoever waits (P8).
 */
export async function closeLockedRoom(
  ctx: AppContext,
  tx: Tx,
  room: Row<'room'>,
  closing: Closing,
): Promise<void> {
  const now = ctx.clock.now()
  const { by, comment, tags } = closing
  await appendSystemMessage(tx, {
    roomId: room.id,
    author: by,
    kind: 'livechat-close',
    text: comment,
    extra: { groupable: false, transcriptRequested: false },
    now,
  })
  if (promptsForTranscript(ctx)) {
    await appendSystemMessage(tx, {
      roomId: room.id,
      author: by,
      kind: 'command',
      text: 'promptTranscript',
      now,
    })
  }
  const at = isoTime(now)
  const sinceStart = (from: string) => Math.max(0, (now - Date.parse(from)) / 1000)
  await updateRoom(tx, {
    id: room.id,
    state: 'closed',
    queued_at: null,
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
    updated_at: at,
  })
  await unsubscribe(tx, room.id, undefined, now)
  if (room.served_by_id !== null) await drainQueue(ctx, tx)
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
