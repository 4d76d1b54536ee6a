import type { AppContext } from '../context.ts'
import type { Reader } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import type { Candidate } from './policy.ts'
import { routedCounter, turnCounter } from './routing-lock.ts'

const AGENT_ROLE = 'livechat-agent'
const MANAGER_ROLE = 'livechat-manager'

interface CandidateRow {
  id: string
  username: string
  name: string
  type: Row<'user'>['type']
  max_chats: number | null
  routed: number | null
  turn: number | null
  open_chats: number
}

const AVAILABLE = `
  select u.id, u.username, u.name, u.type, u.max_chats,
         (select c.value from counter c where c.id = $3 || u.id) as routed,
         (select c.value from counter c where c.id = $4 || u.id) as turn,
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
  const parameters = [AGENT_ROLE, alsoAbsent(ctx), routedCounter(''), turnCounter('')]
  const rows = await reader.rows<CandidateRow>(AVAILABLE, parameters)
  return rows.map((row) => ({
    id: row.id,
    username: row.username,
    name: row.name,
    routedCount: row.routed ?? 0,
    lastTurn: row.turn ?? 0,
    openChats: row.open_chats,
    limit: chatLimit(ctx, row),
  }))
}

/** With idle agents refused, "away" counts like "offline". */
const alsoAbsent = (ctx: AppContext): 'offline' | 'away' =>
  ctx.settings.get('Livechat_enabled_when_agent_idle') ? 'offline' : 'away'

/** How many conversations a user may serve at a time: his own limit, else the installation's. */
function chatLimit(ctx: AppContext, user: Pick<Row<'user'>, 'type' | 'max_chats'>): number {
  if (user.type === 'bot') return 0
  const own = user.max_chats ?? 0
  return own > 0 ? own : ctx.settings.get('Livechat_maximum_chats_per_agent')
}

/** Whether a visitor who asks now is told that somebody is there. */
export async function isOnline(ctx: AppContext, reader: Reader): Promise<boolean> {
  if (!ctx.settings.get('Livechat_enabled')) return false
  if (ctx.settings.get('Livechat_accept_chats_with_no_agents')) return true
  return (await availableAgents(ctx, reader)).length > 0
}

/** A user as far as serving conversations goes. */
export interface Server {
  id: string
  username: string
  name: string
  /** Can take a conversation now. Managers and bots can always. */
  present: boolean
  /** Serves as many as he may. */
  full: boolean
}

interface ServerRow extends Omit<CandidateRow, 'routed' | 'turn'> {
  status: Row<'user'>['status']
  availability: Row<'user'>['availability']
  agent: number
  manager: number
}

const SERVER = `
  select u.id, u.username, u.name, u.type, u.max_chats, u.status, u.availability,
         (select count(*) from user_role a where a.user_id = u.id and a.role_id = $2) as agent,
         (select count(*) from user_role a where a.user_id = u.id and a.role_id = $3) as manager,
         (select count(*) from room r
           where r.served_by_id = u.id and r.state = 'taken') as open_chats
    from "user" u
   where u.id = $1 and u.active = 1`

/** The user if he is one who can serve conversations at all: an active agent or manager. */
export async function findServer(
  ctx: AppContext,
  reader: Reader,
  userId: string,
): Promise<Server | undefined> {
  const [row] = await reader.rows<ServerRow>(SERVER, [userId, AGENT_ROLE, MANAGER_ROLE])
  if (row === undefined || row.agent + row.manager === 0) return undefined
  const there = row.status !== 'offline' && row.status !== alsoAbsent(ctx)
  const limit = chatLimit(ctx, row)
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    present: row.manager > 0 || row.type === 'bot' || (there && row.availability === 'available'),
    full: limit > 0 && row.open_chats >= limit,
  }
}
