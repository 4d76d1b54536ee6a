import type { AppContext } from '../../context.ts'
import type { NewJob } from '../../jobs/queue.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** Kind of the jobs that deliver an event to the webhook. */
export const WEBHOOK_JOB = 'webhook'

/** Something that happened to a conversation. Names stand here as they were at that moment. */
export type RoomEvent =
  | { type: 'LivechatSessionStart' }
  | { type: 'LivechatSessionQueued' }
  | { type: 'LivechatSessionTaken'; servedBy: { id: string; username: string } }
  | {
      type: 'LivechatSessionForwarded'
      oldServedBy?: { id: string; username: string }
      oldDepartmentId?: string
    }
  | { type: 'LivechatSession' }
  | { type: 'LivechatEdit' }
  | { type: 'LivechatFeedback' }

/** What a delivery is made from: references, so that what was erased since is not sent. */
export type WebhookEvent =
  | RoomEvent
  | { type: 'Message'; messageId: string }
  | { type: 'LeadCapture'; messageId: string }
  | { type: 'LivechatOfflineMessage'; offlineMessageId: string }

/** What telling needs of the server. */
type Teller = Pick<AppContext, 'settings' | 'jobs'>

const SWITCHES = {
  LivechatSessionStart: 'Livechat_webhook_on_start',
  LivechatSessionQueued: 'Livechat_webhook_on_chat_queued',
  LivechatSessionTaken: 'Livechat_webhook_on_chat_taken',
  LivechatSessionForwarded: 'Livechat_webhook_on_forward',
  LivechatSession: 'Livechat_webhook_on_close',
  LivechatEdit: 'Livechat_webhook_on_close',
  LivechatFeedback: 'Foyer_webhook_on_feedback',
  LivechatOfflineMessage: 'Livechat_webhook_on_offline_msg',
} as const

const isWanted = ({ settings }: Teller, type: keyof typeof SWITCHES): boolean =>
  settings.get(SWITCHES[type]) && settings.get('Livechat_webhookUrl') !== ''

const jobOf = (event: WebhookEvent, roomId?: string): NewJob => ({
  kind: WEBHOOK_JOB,
  orderKey: `webhook:${roomId ?? ''}`,
  payload: { ...event },
  ...(roomId === undefined ? {} : { roomId }),
})

/**
 * Tells the webhook of an event of a room, if its setting is on: durable with the transaction that
 * the event is part of, delivered after it. The caller has locked the room, which gives events
 * their order.
 */
export async function tellWebhook(
  teller: Teller,
  tx: Tx,
  roomId: string,
  event: RoomEvent,
): Promise<void> {
  if (isWanted(teller, event.type)) await teller.jobs.add(tx, [jobOf(event, roomId)])
}

/** Tells the webhook of a message that a visitor left while nobody was there. */
export async function tellWebhookOffline(
  teller: Teller,
  tx: Tx,
  offlineMessageId: string,
): Promise<void> {
  const type = 'LivechatOfflineMessage'
  if (!isWanted(teller, type)) return
  const job = jobOf({ type, offlineMessageId })
  // Nothing has to come before it.
  await teller.jobs.add(tx, [{ ...job, orderKey: `webhook:offline:${offlineMessageId}` }])
}

/** Is told the messages that were just appended, in the transaction that appends them. */
export type AppendListener = (
  tx: Tx,
  messages: readonly Row<'message'>[],
) => Promise<void> | undefined

/**
 * Tells the webhook of what people write. While the settings are off this reads a few of them from
 * memory and no more; while they are on, a set of messages is one insert.
 */
export const webhookListener =
  (teller: Teller): AppendListener =>
  (tx, messages) => {
    const { settings } = teller
    if (settings.get('Livechat_webhookUrl') === '') return undefined
    const ofVisitors = settings.get('Livechat_webhook_on_visitor_message')
    const ofAgents = settings.get('Livechat_webhook_on_agent_message')
    const leads = settings.get('Livechat_webhook_on_capture')
    if (!ofVisitors && !ofAgents && !leads) return undefined
    const jobs: NewJob[] = []
    for (const { id: messageId, room_id: roomId, kind, author_type: author } of messages) {
      if (kind !== null || author === 'system') continue
      const byVisitor = author === 'visitor'
      if (byVisitor ? ofVisitors : ofAgents)
        jobs.push(jobOf({ type: 'Message', messageId }, roomId))
      if (byVisitor && leads) jobs.push(jobOf({ type: 'LeadCapture', messageId }, roomId))
    }
    return jobs.length === 0 ? undefined : teller.jobs.add(tx, jobs)
  }
