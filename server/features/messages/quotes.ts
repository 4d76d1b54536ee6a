import { messageLinks, type MessageLink } from '../../markup/urls.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { Draft } from './append.ts'

/**
 * Turns links to messages of the same room into the attachments that clients draw as quotes.
 * Links to other rooms stay links: what they point at is not this reader's to see.
 */
export async function attachQuotes(
  tx: Tx,
  drafts: readonly Draft[],
  rootUrl: string,
): Promise<readonly Draft[]> {
  const links = drafts.map((draft) => linksOf(draft, rootUrl))
  const ids = links.flat().map(({ messageId }) => messageId)
  if (ids.length === 0) return drafts
  const quoted = await tx.q
    .selectFrom('message')
    .selectAll()
    .where('id', 'in', [...new Set(ids)])
    .where('deleted', '=', 0)
    .where('hidden', '=', 0)
    .execute()
  return drafts.map((draft, index) => {
    const attachments = (links[index] ?? []).flatMap(({ messageId }) =>
      quoted
        .filter((row) => row.id === messageId && row.room_id === draft.roomId)
        .map((row) => quoteOf(row, rootUrl)),
    )
    if (attachments.length === 0) return draft
    const carried = (draft.extra?.['attachments'] ?? []) as readonly unknown[]
    return { ...draft, extra: { ...draft.extra, attachments: [...attachments, ...carried] } }
  })
}

/** A link needs the root URL in the text, so almost every message is done after one search. */
const linksOf = (draft: Draft, rootUrl: string): MessageLink[] =>
  draft.text.includes(rootUrl) ? messageLinks(draft.text, rootUrl) : []

const quoteOf = (row: Row<'message'>, rootUrl: string) => ({
  text: row.text,
  author_name: row.author_username,
  author_icon: `/avatar/${encodeURIComponent(row.author_username)}`,
  message_link: `${rootUrl}/live/${row.room_id}?msg=${row.id}`,
  ts: row.ts,
  attachments: [],
})
