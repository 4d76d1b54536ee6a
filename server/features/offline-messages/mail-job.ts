import type { AppContext } from '../../context.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { mailAddress, mailAddresses } from '../../mail/addresses.ts'
import { oneLine, type Letter } from '../../mail/letter.ts'
import type { Mailer } from '../../mail/mailer.ts'
import type { Row } from '../../storage/tables.ts'
import { languageFor, textOf } from '../../texts/texts.ts'
import { findOfflineMessage, setMailState } from './store.ts'

/** Kind of the job that sends an offline message to the organisation. */
export const OFFLINE_MESSAGE_MAIL = 'offline-message.mail'

/** With waits that grow to an hour: more than a day. */
const ATTEMPTS = 36

/**
 * Sends an offline message as it is stored now; one that was deleted is not sent. The address is
 * the one of the settings at this moment, so that a correction reaches what waits.
 */
export const offlineMessageMail = (ctx: AppContext, mailer: Mailer): JobHandler => ({
  attempts: ATTEMPTS,
  run: async (job, signal) => {
    const { offlineMessageId: id } = JSON.parse(job.payload) as { offlineMessageId: string }
    const row = await ctx.db.read((reader) => findOfflineMessage(reader, id))
    if (row === undefined) return
    const to = mailAddresses(ctx.settings.get('Livechat_offline_email'))
    if (to.length === 0) throw new Error('Livechat_offline_email names no address')
    const address = mailAddress(row.email)
    await mailer.send(
      {
        id: job.id,
        to,
        fromName: row.name,
        ...(address === undefined ? {} : { replyTo: { name: row.name, address } }),
        letter: letterOf(ctx, row),
      },
      signal,
    )
    await ctx.db.transact((tx) => setMailState(tx, id, 'sent'))
  },
})

/** In the language of the organisation, which reads it. */
function letterOf(ctx: AppContext, row: Row<'offline_message'>): Letter {
  const language = languageFor(undefined, ctx.settings.get('Language'))
  const about = [
    ['offline.name', row.name],
    ['offline.email', row.email],
    ['offline.department', row.department],
    ['offline.page', row.host],
  ] as const
  return {
    language,
    subject: textOf(language, 'offline.subject', { name: row.name }),
    parts: [
      { text: row.message },
      {
        text: about
          .flatMap(([key, value]) =>
            value === null ? [] : [`${textOf(language, key)}: ${oneLine(value)}`],
          )
          .join('\n'),
      },
    ],
  }
}
