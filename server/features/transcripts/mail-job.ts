import type { AppContext } from '../../context.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { MailRefusedError, type Mailer } from '../../mail/mailer.ts'
import { languageFor } from '../../texts/texts.ts'
import { findRoom } from '../rooms/store.ts'
import type { TranscriptJob } from './schedule.ts'
import { findVisitorOf, listUpTo } from './store.ts'
import { SHOWN_KINDS, transcriptLetter } from './letter.ts'

/** With waits that grow to an hour: more than a day. */
const ATTEMPTS = 36

/**
 * Sends a transcript: what the room shows now of its messages up to the place that the request
 * named. What was deleted or erased meanwhile is not in it. An address that the mail server refuses
 * for good is not tried again.
 */
export const transcriptMail = (ctx: AppContext, mailer: Mailer): JobHandler => ({
  attempts: ATTEMPTS,
  run: async (job, signal) => {
    const wish = JSON.parse(job.payload) as TranscriptJob
    const { settings } = ctx
    const kinds = settings.get('Livechat_transcript_show_system_messages') ? SHOWN_KINDS : []
    const read = await ctx.db.snapshot(async (reader) => {
      const room = await findRoom(reader, wish.roomId)
      const visitor = room === undefined ? undefined : await findVisitorOf(reader, room)
      if (room === undefined || visitor === undefined) return undefined
      return { room, visitor, ...(await listUpTo(reader, room.id, wish.upTo, kinds)) }
    })
    if (read === undefined) return
    const { room, visitor, messages, shortened } = read
    const letter = transcriptLetter({
      language: languageFor(wish.language ?? visitor.language, settings.get('Language')),
      siteName: settings.get('Site_Name'),
      subject: wish.subject?.trim() || settings.get('Livechat_transcript_email_subject').trim(),
      startedAt: room.created_at,
      // Somebody else reads names; the visitor knows who he is.
      visitorIsReader: wish.email.toLowerCase() === visitor.email?.toLowerCase(),
      namesAgents: settings.get('Livechat_show_agent_info'),
      messages,
      shortened,
    })
    try {
      await mailer.send({ id: job.id, to: [wish.email], letter }, signal)
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error
      ctx.log.warn({ job: job.id, room: room.id }, 'the mail server refused a transcript for good')
    }
  },
})
