import type { AppContext } from '../../context.ts'
import { ApiError, TextError } from '../../contract/errors.ts'
import { pageOf, type PageQuery, type Sorting } from '../../contract/paging.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { mailAddress, mailAddresses } from '../../mail/addresses.ts'
import type { DomainCheck } from '../../mail/domain-check.ts'
import { canSendMail } from '../../mail/smtp.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { knownLanguage, languageFor, textOf, type Language } from '../../texts/texts.ts'
import { OFFLINE_MESSAGE_MAIL } from './mail-job.ts'
import {
  eraseOfflineMessage,
  insertOfflineMessage,
  listOfflineMessages,
  setMailState,
  type OfflineMessageColumn,
} from './store.ts'
import { tellWebhookOffline } from '../webhooks/outbox.ts'

const SORTING: Sorting<OfflineMessageColumn> = {
  allowed: { ts: 'created_at', name: 'name', email: 'email' },
  default: [['created_at', 'desc']],
}

/** What a visitor leaves while nobody is there. */
export interface OfflineMessage {
  name: string
  email: string
  text: string
  department: string | undefined
  host: string | undefined
  /** The request's `Accept-Language`. */
  language: string | undefined
}

/**
 * Stores the message, then sends it on its way (P10). Where the site checks addresses, one whose
 * domain certainly does not exist is refused so that the visitor can correct it; what he typed
 * stays stored even then.
 * @returns what to tell the visitor @throws TextError in the visitor's language
 */
export async function leaveOfflineMessage(
  ctx: AppContext,
  message: OfflineMessage,
  domainExists: DomainCheck,
): Promise<string> {
  const language = languageFor(message.language, ctx.settings.get('Language'))
  const email = mailAddress(message.email)
  const open = ctx.settings.get('Livechat_display_offline_form')
  if (!open || email === undefined || message.text.trim() === '' || message.name.trim() === '') {
    throw refusal(language)
  }
  const checks = ctx.settings.get('Livechat_validate_offline_email')
  const row = rowOf(ctx, message, email, checks)
  await ctx.db.transact(async (tx) => {
    await insertOfflineMessage(tx, row)
    if (!checks) await sendOn(ctx, tx, row)
  })
  if (checks) await decide(ctx, row, await domainExists(email), language)
  return textOf(language, 'offline.sent')
}

const refusal = (language: Language): TextError =>
  new TextError(400, textOf(language, 'offline.failed'), { shown: true })

function rowOf(
  ctx: AppContext,
  message: OfflineMessage,
  email: string,
  checks: boolean,
): Row<'offline_message'> {
  const now = ctx.clock.now()
  return {
    id: newId(now),
    name: message.name.trim(),
    email,
    message: message.text,
    department: message.department?.trim() || null,
    host: message.host?.trim() || null,
    language: knownLanguage(message.language) ?? null,
    mail: checks ? 'checking' : mailStateOf(ctx),
    created_at: isoTime(now),
  }
}

async function decide(
  ctx: AppContext,
  row: Row<'offline_message'>,
  exists: boolean,
  language: Language,
): Promise<void> {
  const mail = exists ? mailStateOf(ctx) : 'refused'
  await ctx.db.transact(async (tx) => {
    await setMailState(tx, row.id, mail)
    if (exists) await sendOn(ctx, tx, { ...row, mail })
  })
  if (!exists) throw refusal(language)
}

/** `off` where there is nothing to send with, or nobody to send to. */
const mailStateOf = (ctx: AppContext): 'waiting' | 'off' =>
  canSendMail(ctx) && mailAddresses(ctx.settings.get('Livechat_offline_email')).length > 0
    ? 'waiting'
    : 'off'

/** Tells whoever is to hear of an accepted message, by jobs of this transaction. */
async function sendOn(ctx: AppContext, tx: Tx, row: Row<'offline_message'>): Promise<void> {
  await tellWebhookOffline(ctx, tx, row.id)
  if (row.mail !== 'waiting') {
    ctx.log.warn(
      { offlineMessage: row.id },
      'an offline message is stored but not e-mailed: no mail server, or no Livechat_offline_email',
    )
    return
  }
  await ctx.jobs.add(tx, [
    {
      kind: OFFLINE_MESSAGE_MAIL,
      orderKey: `${OFFLINE_MESSAGE_MAIL}:${row.id}`,
      payload: { offlineMessageId: row.id },
    },
  ])
}

/** A page of the offline messages. */
export function listStoredMessages(
  ctx: AppContext,
  query: PageQuery,
): Promise<{ messages: Row<'offline_message'>[]; offset: number; total: number }> {
  const page = pageOf(ctx.settings, query, SORTING)
  return ctx.db.snapshot(async (reader) => ({
    ...(await listOfflineMessages(reader, page)),
    offset: page.offset,
  }))
}

/** Deletes a message and drives its text out of the files (P14). @throws ApiError */
export async function deleteStoredMessage(ctx: AppContext, id: string): Promise<void> {
  await ctx.db.transact(async (tx) => {
    if (!(await eraseOfflineMessage(tx, id, ctx.clock.now()))) {
      throw new ApiError('error-offline-message-not-found')
    }
  })
  await ctx.db.purge()
}
