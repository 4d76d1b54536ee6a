import { isUniqueViolation, type Database } from '../../storage/database.ts'
import type { AuthorType, Row } from '../../storage/tables.ts'
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
    tx.afterCommit(() => count(metrics, drafts, outcomes))
    return outcomes
  })
  const sendTwice = async (draft: Draft): Promise<Row<'message'>> => {
    try {
      return await send(draft)
    } catch (error) {
      // The same id was committed at this very moment elsewhere: now it is found.
      if (isUniqueViolation(error)) return send(draft)
      throw error
    }
  }
  return (draft) => (draft.id === undefined ? send(draft) : sendTwice(draft))
}

function count(
  metrics: Metrics,
  drafts: readonly Draft[],
  outcomes: readonly (Row<'message'> | Error)[],
): void {
  const stored = new Map<AuthorType, number>()
  outcomes.forEach((outcome, index) => {
    const author = drafts[index]?.author
    if (outcome instanceof Error || author === undefined) return
    stored.set(author.type, (stored.get(author.type) ?? 0) + 1)
  })
  for (const [type, messages] of stored) metrics.messagesStored(type, messages)
}
