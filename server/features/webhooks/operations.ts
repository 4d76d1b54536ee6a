import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import {
  OutboundFailedError,
  OutboundRefusedError,
  type Outbound,
} from '../../outbound/outbound.ts'
import {
  SETTINGS,
  type AnySettingValue,
  type SettingDefinition,
  type SettingId,
} from '../settings/catalogue.ts'
import { checkedValue, shownValue, writeSetting } from '../settings/change.ts'
import type { StoredSettings } from '../settings/store.ts'
import { isTaken, postEvent } from './delivery.ts'
import { exampleEvent } from './example-event.ts'

const SECTION = 'webhook'

/** Names of the wire, and the settings they stand for. */
const SETTING_OF = {
  LivechatWebhookUrl: 'Livechat_webhookUrl',
  LivechatSecretToken: 'Livechat_secret_token',
  LivechatHttpTimeout: 'Livechat_http_timeout',
  LivechatWebhookOnStart: 'Livechat_webhook_on_start',
  LivechatWebhookOnClose: 'Livechat_webhook_on_close',
  LivechatWebhookOnChatTaken: 'Livechat_webhook_on_chat_taken',
  LivechatWebhookOnChatQueued: 'Livechat_webhook_on_chat_queued',
  LivechatWebhookOnForward: 'Livechat_webhook_on_forward',
  LivechatWebhookOnOfflineMsg: 'Livechat_webhook_on_offline_msg',
  LivechatWebhookOnVisitorMessage: 'Livechat_webhook_on_visitor_message',
  LivechatWebhookOnAgentMessage: 'Livechat_webhook_on_agent_message',
  LivechatWebhookOnFeedback: 'Foyer_webhook_on_feedback',
} as const satisfies Record<string, SettingId>

/** Values by their names on the wire. */
export type Integrations = { [Name in keyof typeof SETTING_OF]?: string | number | boolean }

/** A setting of the webhook as it is shown. */
export interface ShownSetting {
  id: SettingId
  definition: SettingDefinition
  value: AnySettingValue
}

/** The settings of the webhook, the secret masked. */
export const readIntegrations = (ctx: AppContext): ShownSetting[] =>
  [...SETTINGS]
    .filter(([, { section }]) => section === SECTION)
    .map(([id, definition]) => ({ id, definition, value: shownValue(ctx, id) }))

/** Changes settings of the webhook, all or none. @throws ApiError */
export async function changeIntegrations(
  ctx: AppContext,
  settings: StoredSettings,
  caller: Caller,
  wanted: Integrations,
): Promise<void> {
  const changes: [SettingId, AnySettingValue][] = []
  for (const [name, id] of Object.entries(SETTING_OF)) {
    const value = wanted[name as keyof Integrations]
    const definition = SETTINGS.get(id)
    if (value === undefined || definition === undefined) continue
    const checked = checkedValue(ctx, definition, value)
    if (checked !== undefined && checked !== ctx.settings.get(id)) changes.push([id, checked])
  }
  if (changes.length === 0) return
  await ctx.db.transact(async (tx) => {
    for (const [id, value] of changes) await writeSetting(ctx, settings, tx, caller, id, value)
  })
}

/**
 * Sends a made-up event, once, while the caller waits.
 * @throws ApiError `Webhook_URL_not_set`, `error-invalid-webhook-response`
 */
export async function testWebhook(ctx: AppContext, outbound: Outbound): Promise<void> {
  const url = ctx.settings.get('Livechat_webhookUrl')
  if (url === '') throw new ApiError('Webhook_URL_not_set')
  const now = ctx.clock.now()
  const post = { url, id: `test-${newId(now)}`, event: exampleEvent(isoTime(now)) }
  const answer = await postEvent(ctx, outbound, post).catch((error: unknown) => {
    const known = error instanceof OutboundRefusedError || error instanceof OutboundFailedError
    if (known) throw unusable(`The webhook could not be reached: ${error.message}`)
    throw error
  })
  if (!isTaken(answer)) throw unusable(`The receiver answered ${answer.status}`)
}

const unusable = (reason: string): ApiError =>
  new ApiError('error-invalid-webhook-response', { reason })
