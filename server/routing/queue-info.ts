import type { AppContext } from '../context.ts'
import type { Reader } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { availableAgents } from './agents.ts'

/** What a waiting visitor is told of the queue. */
export interface QueueInfo {
  /** 1 for who is next. */
  spot: number
  /** Absent while there is no finished conversation to learn from. */
  estimatedWaitSeconds: number | undefined
}

const SPOT = `
  select count(*) as ahead from room
   where state = 'queued' and (created_at < $1 or (created_at = $1 and id < $2))`

const DURATION = `
  select avg(recent.chat_duration) as seconds
    from (select chat_duration from room
           where closed_at is not null and served_at is not null
           order by created_at desc limit $1) recent`

/**
 * The place of a waiting room and how long it may take: the conversations ahead, shared among the
 * agents who are there, at the duration of recent ones. Undefined for a room that does not wait.
 */
export async function queueInfo(
  ctx: AppContext,
  reader: Reader,
  room: Pick<Row<'room'>, 'id' | 'state' | 'created_at'>,
): Promise<QueueInfo | undefined> {
  if (room.state !== 'queued') return undefined
  const [place] = await reader.rows<{ ahead: number }>(SPOT, [room.created_at, room.id])
  const spot = (place?.ahead ?? 0) + 1
  return { spot, estimatedWaitSeconds: waitAt(spot, await pace(ctx, reader)) }
}

/** How fast the queue moves: undefined while there is no finished conversation to learn from. */
export async function pace(ctx: AppContext, reader: Reader): Promise<number | undefined> {
  const sample = ctx.settings.get('Livechat_number_most_recent_chats_estimate_wait_time')
  const [duration] = await reader.rows<{ seconds: number | null }>(DURATION, [Math.max(1, sample)])
  const seconds = duration?.seconds ?? null
  if (seconds === null) return undefined
  const agents = Math.max(1, (await availableAgents(ctx, reader)).length)
  return seconds / agents
}

/** How long somebody at this place may wait, in seconds, when each before him takes `each`. */
export const waitAt = (spot: number, each: number | undefined): number | undefined =>
  each === undefined ? undefined : Math.ceil(spot * each)
