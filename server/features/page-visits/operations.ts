import type { AppContext } from '../../context.ts'
import { hashSecret } from '../../lib/hash.ts'
import { SYSTEM_USER } from '../../routing/system-user.ts'
import { appendSystemMessage } from '../messages/append.ts'
import type { PageVisit } from './recent.ts'
import { insertPageVisits } from './store.ts'

/** Longest title and address that are kept; both come from an anonymous caller. */
const TITLE_LENGTH = 300
const ADDRESS_LENGTH = 2000

/** What a widget tells of a page. */
export interface PageSeen {
  token: string
  change: string
  title: string
  href: string
}

/**
 * Keeps a page that a visitor looks at: with his open conversation, or in memory until he has one.
 * @returns what was kept, or undefined when changes of this kind are not
 */
export async function notePageVisit(
  ctx: AppContext,
  { token, change, title, href }: PageSeen,
): Promise<PageVisit | undefined> {
  if (change !== ctx.settings.get('Livechat_history_monitor_type')) return undefined
  const visit: PageVisit = {
    change,
    title: cut(title, TITLE_LENGTH),
    href: cut(href, ADDRESS_LENGTH),
    at: ctx.clock.now(),
  }
  const kept = (await hasOpenRoom(ctx, token)) && (await writeVisit(ctx, token, visit))
  if (!kept) ctx.remembered.pageVisits.add(token, visit)
  return visit
}

const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed()

/** Most pages are seen before a conversation: they cost one look, and no write. */
const hasOpenRoom = async (ctx: AppContext, token: string): Promise<boolean> => {
  const rows = await ctx.db.read((reader) => reader.rows(OPEN_ROOM, [hashSecret(token)]))
  return rows.length > 0
}

const OPEN_ROOM = `
  select r.id, r.visitor_id from room r join visitor v on v.id = r.visitor_id
   where v.token_hash = $1 and r.closed_at is null`

/** @returns false where the conversation has been closed in the meantime */
function writeVisit(ctx: AppContext, token: string, visit: PageVisit): Promise<boolean> {
  return ctx.db.transact(async (tx) => {
    const [found] = await tx.rows<{ id: string; visitor_id: string }>(OPEN_ROOM, [
      hashSecret(token),
    ])
    if (found === undefined) return false
    const [room] = await tx.lockRows('room', [found.id], ['id', 'state'])
    if (room === undefined || room.state === 'closed') return false
    await insertPageVisits(tx, found.visitor_id, room.id, [visit])
    if (!ctx.settings.get('Livechat_Visitor_navigation_as_a_message')) return true
    const { id, username, name } = SYSTEM_USER
    await appendSystemMessage(tx, {
      roomId: room.id,
      author: { type: 'system', id, username, name },
      kind: 'livechat_navigation_history',
      text: visit.title,
      // Agents read this: the visitor's token is not told to them (S2).
      extra: { navigation: { page: pageOf(visit) } },
      now: visit.at,
    })
    return true
  })
}

/** A page as the wire shows it. */
export const pageOf = ({ change, title, href }: PageVisit) => ({
  change,
  title,
  location: { href },
})
