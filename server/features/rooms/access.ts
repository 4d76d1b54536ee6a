import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { AppContext, Caller } from '../../context.ts'
import { ApiError, type ErrorCode } from '../../contract/errors.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import { isMember } from '../subscriptions/store.ts'
import { findRoom, lockRoom, type RoomWithVisitor } from './store.ts'

type RoomState = Pick<RoomWithVisitor, 'id' | 'state' | 'served_by_id' | 'preferred_agent_id'>

/**
 * Whether a signed-in user may read a room (domain model, section 9): one rule a line, any of them
 * is enough.
 * @param member whether he is a member of the room now
 */
export function readsRoom(
  ctx: Pick<AppContext, 'permissions' | 'settings'>,
  caller: Pick<Caller, 'userId' | 'roles'>,
  room: Omit<RoomState, 'id'>,
  member: boolean,
): boolean {
  const has = (permission: Parameters<typeof ctx.permissions.allow>[1]) =>
    ctx.permissions.allow(caller.roles, permission)
  if (has('view-livechat-rooms')) return true
  if (!has('view-l-room')) return false
  if (room.served_by_id === caller.userId) return true
  if (room.state === 'closed' && has('view-livechat-room-closed-by-another-agent')) return true
  if (room.state === 'queued' && room.preferred_agent_id === caller.userId) return true
  if (room.state === 'queued' && previewsQueue(ctx)) return true
  return member
}

/** The same where it is not known yet whether he is a member; asked only where it matters. */
export async function mayReadRoom(
  ctx: AppContext,
  reader: Pick<Reader, 'q'>,
  caller: Caller,
  room: RoomState,
): Promise<boolean> {
  if (readsRoom(ctx, caller, room, false)) return true
  return readsRoom(ctx, caller, room, true) && isMember(reader, room.id, caller.userId)
}

/**
 * The rule of `mayReadRoom` as a condition on rows of `room`, for lists. It knows nothing that the
 * other one does not.
 */
export function mayReadRows(ctx: AppContext, { roles, userId }: Caller): RawBuilder<SqlBool> {
  const has = (permission: Parameters<typeof ctx.permissions.allow>[1]) =>
    ctx.permissions.allow(roles, permission)
  if (has('view-livechat-rooms')) return sql`(1 = 1)`
  if (!has('view-l-room')) return sql`(1 = 0)`
  const rules = [
    sql`room.served_by_id = ${userId}`,
    sql`(room.state = 'queued' and room.preferred_agent_id = ${userId})`,
    sql`exists (select 1 from subscription s
         where s.room_id = room.id and s.user_id = ${userId} and s.ended_at is null)`,
  ]
  if (has('view-livechat-room-closed-by-another-agent')) rules.push(sql`room.state = 'closed'`)
  if (previewsQueue(ctx)) rules.push(sql`room.state = 'queued'`)
  return sql`(${sql.join(rules, sql` or `)})`
}

/** Under manual selection agents choose from the queue, so they may look at what waits there. */
const previewsQueue = (ctx: Pick<AppContext, 'settings'>): boolean =>
  ctx.settings.get('Livechat_Routing_Method') === 'Manual_Selection'

/**
 * The room for a signed-in reader.
 * @param refusal what an absent and an unreadable room are answered with, alike
 */
export async function accessRoom(
  ctx: AppContext,
  reader: Reader,
  caller: Caller,
  roomId: string,
  refusal: ErrorCode,
): Promise<RoomWithVisitor> {
  const room = await findRoom(reader, roomId)
  if (room === undefined || !(await mayReadRoom(ctx, reader, caller, room))) {
    throw new ApiError(refusal)
  }
  return room
}

/** Whether a signed-in user may write into an open room: who serves or joined it, or a manager. */
export async function mayWriteRoom(
  ctx: AppContext,
  reader: Pick<Reader, 'q'>,
  caller: Caller,
  room: Pick<RoomState, 'id' | 'served_by_id'>,
): Promise<boolean> {
  if (ctx.permissions.allow(caller.roles, 'view-livechat-rooms')) return true
  if (!ctx.permissions.allow(caller.roles, 'view-l-room')) return false
  return room.served_by_id === caller.userId || isMember(reader, room.id, caller.userId)
}

/** The locked room for a signed-in user who is about to change it. */
export async function lockReadableRoom(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  roomId: string,
  refusal: ErrorCode,
) {
  const room = await lockRoom(tx, roomId)
  if (room === undefined || !(await mayReadRoom(ctx, tx, caller, room))) {
    throw new ApiError(refusal)
  }
  return room
}
