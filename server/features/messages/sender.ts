import { isUniqueViolation, type Database } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { Metrics } from '../../metrics.ts'
import { appendMessages, type Draft } from './append.ts'
import type { AppendListener } from '../webhooks/outbox.ts'
import { attachQuotes } from './quotes.ts'

/** Stores a message of a person; concurrent calls share a commit and its statements. */
export type MessageSender = (draft: Draft) => Promise<Row<'message'>>

/** Builds the sender of an installation; messages of visitors and agents take the same way. */
export function createMessageSender(
  db: Database,
  metrics: Metrics,
  rootUrl: string,
  listener: AppendListener,
): MessageSender {
  const send = db.batch<Draft, Row<'message'>>(async (tx, drafts) => {
    const outcomes = await appendMessages(tx, await attachQuotes(tx, drafts, rootUrl), listener)
    tx.afterCommit(() => {
      outcomes.forEach((outcome, index) => {
        const author = drafts[index]?.author
        if (!(outcome instanceof Error) && author) metrics.messagesStored(author.type, 1)
      })
    })
    return outcomes
  })
  return async (draft) => {
    try {
      return await send(draft)
    } catch (error) {
      // The same id was committed at this very moment elsewhere: now it is found.
      if (draft.id !== undefined && isUniqueViolation(error)) return send(draft)
      throw error
    }
  }
}
