import { createHmac } from 'node:crypto'
import { validateHeaderValue } from 'node:http'
import type { AppContext, Settings } from '../../context.ts'
import type { Job, JobHandler } from '../../jobs/worker.ts'
import type { Outbound, OutboundAnswer } from '../../outbound/outbound.ts'
import type { Reader } from '../../storage/database.ts'
import { findLeads } from './leads.ts'
import type { WebhookEvent } from './outbox.ts'
import * as store from './store.ts'
import { fieldsOf, toWireEvent, toWireOffline } from './wire.ts'

/** With the waits between them, a receiver may be away for two hours. */
const ATTEMPTS = 14
const CONCURRENCY = 16
const SHORTEST_TIMEOUT_MS = 100
const LONGEST_TIMEOUT_MS = 30_000
const MAX_CRM_DATA = 5000

/** Delivers webhook events, in order within a room, until the receiver answers 2xx. */
export const webhookHandler = (ctx: AppContext, outbound: Outbound): JobHandler => ({
  attempts: ATTEMPTS,
  concurrency: CONCURRENCY,
  run: async (job, signal) => {
    const url = ctx.settings.get('Livechat_webhookUrl')
    // Switched off since: there is nobody to tell.
    if (url === '') return
    const event = await ctx.db.read((reader) => payloadOf(ctx.settings, reader, job))
    if (event === undefined) return
    const answer = await postEvent(ctx, outbound, { url, id: job.id, event, signal })
    if (!isTaken(answer)) throw new Error(`the receiver answered ${answer.status}`)
    await keepAnswer(ctx, job.room_id, answer.body)
  },
})

/** A 2xx says that the receiver has the event. */
export const isTaken = ({ status }: OutboundAnswer): boolean => status >= 200 && status < 300

/** An event on its way to the receiver. */
export interface Post {
  url: string
  /** The same with every try, so that the receiver can tell what he has already. */
  id: string
  event: Record<string, unknown>
  signal?: AbortSignal
}

/** Sends an event once, signed. @throws OutboundRefusedError, OutboundFailedError */
export function postEvent(
  ctx: AppContext,
  outbound: Outbound,
  { url, id, event, signal }: Post,
): Promise<OutboundAnswer> {
  const body = JSON.stringify(event)
  const timeout = ctx.settings.get('Livechat_http_timeout')
  return outbound({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Foyer',
      'X-Foyer-Event-Id': id,
      ...proofOf(ctx.settings, body, Math.floor(ctx.clock.now() / 1000)),
    },
    body,
    timeoutMs: Math.min(LONGEST_TIMEOUT_MS, Math.max(SHORTEST_TIMEOUT_MS, timeout)),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** Headers by which the receiver knows that we sent this body, and when. */
function proofOf(settings: Settings, body: string, seconds: number): Record<string, string> {
  const secret = settings.get('Livechat_secret_token')
  if (secret === '') return {}
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return {
    ...(isHeaderValue(secret) ? { 'X-RocketChat-Livechat-Token': secret } : {}),
    'X-Foyer-Signature': `t=${seconds},v1=${signature}`,
  }
}

function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue('X-RocketChat-Livechat-Token', text)
    return true
  } catch {
    return false
  }
}

/** What is to be told now; undefined when it was deleted or erased since. */
async function payloadOf(
  settings: Settings,
  reader: Reader,
  job: Job,
): Promise<Record<string, unknown> | undefined> {
  const event = JSON.parse(job.payload) as WebhookEvent
  if (event.type === 'LivechatOfflineMessage') {
    const row = await store.findOfflineMessage(reader, event.offlineMessageId)
    return row === undefined ? undefined : toWireOffline(row)
  }
  const facts = await store.findRoomFacts(reader, job.room_id ?? '')
  if (facts === undefined) return undefined
  if (event.type === 'Message' || event.type === 'LeadCapture') {
    const message = await store.findTellable(reader, event.messageId)
    if (message === undefined) return undefined
    if (event.type === 'Message') return toWireEvent('Message', facts, [message])
    return leadsOf(settings, facts, message)
  }
  const withNavigation = settings.get('Send_visitor_navigation_history_livechat_webhook_request')
  const messages = await store.listTellable(reader, facts.room.id, withNavigation)
  return toWireEvent(event.type, facts, messages, fieldsOf(event, facts.room))
}

/** The visitor's record stays as it is: what somebody types may be anybody's address. */
function leadsOf(
  settings: Settings,
  facts: store.RoomFacts,
  message: Parameters<typeof toWireEvent>[2][number],
): Record<string, unknown> | undefined {
  const emails = findLeads(message.text, settings.get('Livechat_lead_email_regex'))
  const phones = findLeads(message.text, settings.get('Livechat_lead_phone_regex'))
  if (emails.length === 0 && phones.length === 0) return undefined
  const leads = {
    email: emails.map((address) => ({ address })),
    phone: phones.map((phoneNumber) => ({ phoneNumber })),
  }
  return toWireEvent('LeadCapture', facts, [message], { leads })
}

/** The text of the answer belongs to the receiver; it comes back to him with later events. */
async function keepAnswer(ctx: AppContext, roomId: string | null, body: string): Promise<void> {
  const text = body.replaceAll('\0', '').trim().slice(0, MAX_CRM_DATA).toWellFormed()
  if (roomId === null || text === '') return
  const room = await ctx.db.read((reader) =>
    reader.q.selectFrom('room').select('crm_data').where('id', '=', roomId).executeTakeFirst(),
  )
  if (room === undefined || room.crm_data === text) return
  await ctx.db.transact((tx) => store.saveCrmData(tx, roomId, text))
}
