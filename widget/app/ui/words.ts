import type { ChatItem } from '../../../client/visitor-types.ts'
import { spoken } from './plain-text.tsx'
import type { Now } from './use-session.ts'

const QUOTE_LINK = /^\[ \]\([^)]*\)\s*/

/** The link that makes a text a reply; empty for others. */
export const quoteLinkOf = (text: string): string => QUOTE_LINK.exec(text)?.[0] ?? ''

/** A text without the link that makes it a reply. */
export const withoutQuote = (text: string): string => text.replace(QUOTE_LINK, '')

/** A message's own words. */
export const wordsOf = (item: ChatItem): string => withoutQuote(item.text)

/** When an item was written; files on their way are as new as it gets. */
export function timeOf(item: ChatItem): Date {
  if (item.kind === 'message') return new Date(item.message.ts)
  return item.kind === 'echo' ? new Date(item.writtenAt) : new Date()
}

/** What it says without marks, for where a line is all there is. */
export function plainOf(item: ChatItem): string {
  const tree =
    item.kind === 'message' && item.text === item.message.msg ? item.message.md : undefined
  return spoken(tree ?? []).trim() || wordsOf(item)
}

/** Who said it, as the visitor may know him. */
export function authorOf(item: ChatItem, { chat, t }: Pick<Now, 'chat' | 't'>): string {
  if (item.kind !== 'message' || item.own) return t('message.you')
  if (chat.config?.settings?.agentHiddenInfo) return t('team')
  const { alias, u } = item.message
  return alias ?? u.name ?? u.username
}
