import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, unauthorized } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { availableAgents } from '../../routing/agents.ts'
import { methodOf } from '../../routing/assign.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { chooseAgent } from '../../routing/policy.ts'
import type { Reader } from '../../storage/database.ts'
import { updateUser } from '../users/changes.ts'
import { lockUser } from '../users/store.ts'
import { accessVisitor } from '../visitors/access.ts'
import { findPerson, STAFF_ROLES, type Staff } from './store.ts'

export type Availability = 'available' | 'not-available'

/**
 * Says whether an agent takes conversations; without a wish it is turned round. Becoming available
 * draws from the queue, becoming unavailable gives nothing back.
 * @throws TextError 403 and 404, ApiError `error-user-deactivated`
 */
export function setAvailability(
  ctx: AppContext,
  caller: Caller,
  { agentId = caller.userId, wished }: { agentId?: string; wished: Availability | undefined },
): Promise<Availability> {
  const self = agentId === caller.userId
  if (!self && !ctx.permissions.allow(caller.roles, 'manage-livechat-agents')) {
    throw unauthorized()
  }
  return ctx.db.transact(async (tx) => {
    const user = await lockUser(tx, agentId)
    if (user?.roles.includes(STAFF_ROLES.agent) !== true) {
      throw new TextError(404, 'Agent not found')
    }
    if (user.active === 0) throw new ApiError('error-user-deactivated')
    const turned = user.availability === 'available' ? 'not-available' : 'available'
    const availability = wished ?? turned
    if (availability === user.availability) return availability
    await updateUser(tx, user.id, { availability, updated_at: isoTime(ctx.clock.now()) })
    await availabilityChanged(ctx, tx, user.id)
    return availability
  })
}

/** Who serves the visitor's conversation. @throws ApiError */
export const readServingAgent = (
  ctx: AppContext,
  { token, roomId }: { token: string; roomId: string },
): Promise<Staff> =>
  ctx.db.read(async (reader) => {
    const visitor = await accessVisitor(reader, token)
    const room = await reader.q
      .selectFrom('room')
      .select('served_by_id')
      .where('id', '=', roomId)
      .where('visitor_id', '=', visitor.id)
      .executeTakeFirst()
    if (room === undefined) throw new ApiError('invalid-room')
    const agent =
      room.served_by_id === null ? undefined : await findPerson(reader, room.served_by_id)
    if (agent === undefined) throw new ApiError('invalid-agent')
    return agent
  })

/**
 * Who would be given a conversation that begins now; undefined where the token has one already.
 * Nothing is reserved. The token may be one that nobody registered yet.
 * @throws ApiError `agent-not-found`
 */
export const readNextAgent = (
  ctx: AppContext,
  { token, department }: { token: string; department: string | undefined },
): Promise<Staff | undefined> =>
  ctx.db.read(async (reader) => {
    if (await hasOpenRoom(reader, token)) return undefined
    const candidates = department === undefined ? await availableAgents(ctx, reader) : []
    const chosen = chooseAgent(methodOf(ctx), candidates)
    const agent = chosen === undefined ? undefined : await findPerson(reader, chosen.id)
    if (agent === undefined) throw new ApiError('agent-not-found')
    return agent
  })

async function hasOpenRoom(reader: Reader, token: string): Promise<boolean> {
  const room = await reader.q
    .selectFrom('room')
    .innerJoin('visitor', 'visitor.id', 'room.visitor_id')
    .select('room.id')
    .where('visitor.token_hash', '=', hashSecret(token))
    .where('room.closed_at', 'is', null)
    .executeTakeFirst()
  return room !== undefined
}
