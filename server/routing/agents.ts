import type { AppContext } from '../context.ts'
import type { Reader } from '../storage/database.ts'
import type { Candidate } from './policy.ts'

const AGENT_ROLE = 'livechat-agent'

interface CandidateRow {
  id: string
  username: string
  name: string
  routed_count: number
  last_routed_at: string | null
  max_chats: number | null
  open_chats: number
}

const AVAILABLE = `
  select u.id, u.username, u.name, u.routed_count, u.last_routed_at, u.max_chats,
         (select count(*) from room r
           where r.served_by_id = u.id and r.state = 'taken') as open_chats
    from "user" u
   where u.active = 1
     and u.availability = 'available'
     and (u.type = 'bot' or (u.status <> 'offline' and u.status <> $2))
     and exists (select 1 from user_role a where a.user_id = u.id and a.role_id = $1)
   order by u.username`

/** Agents who may be given a conversation now (domain model, section 4). */
export async function availableAgents(ctx: AppContext, reader: Reader): Promise<Candidate[]> {
  // With idle agents refused, "away" counts like "offline".
  const alsoAbsent = ctx.settings.get('Livechat_enabled_when_agent_idle') ? 'offline' : 'away'
  const rows = await reader.rows<CandidateRow>(AVAILABLE, [AGENT_ROLE, alsoAbsent])
  return rows.map((row) => ({
    id: row.id,
    username: row.username,
    name: row.name,
    routedCount: row.routed_count,
    lastRoutedAt: row.last_routed_at,
    openChats: row.open_chats,
    maxChats: row.max_chats,
  }))
}

/** Whether a visitor who asks now is told that somebody is there. */
export async function isOnline(ctx: AppContext, reader: Reader): Promise<boolean> {
  if (!ctx.settings.get('Livechat_enabled')) return false
  if (ctx.settings.get('Livechat_accept_chats_with_no_agents')) return true
  return (await availableAgents(ctx, reader)).length > 0
}

/** Whether the user is an active agent at all. */
export async function isAgent(reader: Reader, userId: string): Promise<boolean> {
  const rows = await reader.rows<{ id: string }>(
    `select u.id from "user" u join user_role r on r.user_id = u.id
      where u.id = $1 and u.active = 1 and r.role_id = $2`,
    [userId, AGENT_ROLE],
  )
  return rows.length > 0
}
