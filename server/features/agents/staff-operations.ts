import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, unauthorized } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { isoTime } from '../../lib/clock.ts'
import { availabilityChanged } from '../../routing/availability.ts'
import { recordAudit } from '../audit/store.ts'
import { replaceRoles } from '../users/changes.ts'
import { findUser, lockUser, SYSTEM_USER_ID } from '../users/store.ts'
import {
  findPerson,
  findStaff,
  listStaff,
  STAFF_ROLES,
  type Staff,
  type StaffColumn,
  type StaffRole,
} from './store.ts'

const SORT_KEYS = {
  username: 'username_key',
  name: 'name',
  status: 'status',
  statusLivechat: 'availability',
  _id: 'id',
} as const satisfies Record<string, StaffColumn>

/** The role behind a path like `livechat/users/agent`. @throws TextError */
export function staffRole(type: string): StaffRole {
  if (type === 'agent' || type === 'manager') return STAFF_ROLES[type]
  throw new TextError(400, 'Invalid type')
}

/**
 * Who may see managers may not make himself one: each role has its own permission.
 * @throws ApiError `error-unauthorized`
 */
function requireRightToManage(ctx: AppContext, caller: Caller, role: StaffRole): void {
  const permission =
    role === STAFF_ROLES.agent ? 'manage-livechat-agents' : 'manage-livechat-managers'
  if (!ctx.permissions.allow(caller.roles, permission)) throw new ApiError('error-unauthorized')
}

/** Gives a user the role. A new agent is available and draws from the queue once he is online. */
export async function addStaff(
  ctx: AppContext,
  caller: Caller,
  { role, username }: { role: StaffRole; username: string },
): Promise<{ id: string; username: string }> {
  requireRightToManage(ctx, caller, role)
  const user = await ctx.db.transact(async (tx) => {
    const found = await findUser(tx, { username })
    const user = found === undefined ? undefined : await lockUser(tx, found.id)
    if (user === undefined || user.id === SYSTEM_USER_ID) throw new ApiError('error-invalid-user')
    if (user.roles.includes(role)) return user
    await replaceRoles(tx, user, [...user.roles, role], isoTime(ctx.clock.now()))
    await availabilityChanged(ctx, tx, user.id)
    const details = { role }
    const entry = { by: caller, action: 'role.given', target: user.id, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
    return user
  })
  return { id: user.id, username: user.username }
}

/** Takes the role away; what the user served is queued again in the same transaction (P8). */
export async function removeStaff(
  ctx: AppContext,
  caller: Caller,
  { role, userId }: { role: StaffRole; userId: string },
): Promise<void> {
  requireRightToManage(ctx, caller, role)
  await ctx.db.transact(async (tx) => {
    const user = await lockUser(tx, userId)
    if (user?.roles.includes(role) !== true) throw new TextError(400, 'User not found')
    const rest = user.roles.filter((held) => held !== role)
    await replaceRoles(tx, user, rest, isoTime(ctx.clock.now()))
    await availabilityChanged(ctx, tx, user.id)
    const details = { role }
    const entry = { by: caller, action: 'role.taken', target: user.id, details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
  })
}

/** What a list of staff is asked with. */
export interface StaffQuery extends PageQuery {
  role: StaffRole
  text: string | undefined
  onlyAvailable: boolean
  excludeId: string | undefined
  showIdleAgents: boolean | undefined
}

/** A page of agents or managers. @throws TextError 403 */
export async function readStaffList(
  ctx: AppContext,
  caller: Caller,
  query: StaffQuery,
): Promise<{ staff: Staff[]; offset: number; total: number }> {
  const { role, text, onlyAvailable, excludeId } = query
  const has = (permission: Parameters<typeof ctx.permissions.allow>[1]) =>
    ctx.permissions.allow(caller.roles, permission)
  const allowed =
    role === STAFF_ROLES.agent
      ? has('transfer-livechat-guest') || has('edit-omnichannel-contact')
      : has('view-livechat-manager')
  if (!allowed) throw unauthorized()
  const page = pageOf(ctx.settings, query, {
    allowed: SORT_KEYS,
    default: [['username_key', 'asc']],
  })
  const idle = ctx.settings.get('Livechat_enabled_when_agent_idle')
  const withIdle = query.showIdleAgents ?? (onlyAvailable ? idle : true)
  const filter = { role, text, onlyAvailable, withIdle, exceptId: excludeId }
  const list = await ctx.db.snapshot((reader) => listStaff(reader, filter, page))
  return { ...list, offset: page.offset }
}

/** An agent or manager; undefined for a user who is none. @throws TextError */
export const readStaff = (
  ctx: AppContext,
  { role, userId }: { role: StaffRole; userId: string },
): Promise<Staff | undefined> =>
  ctx.db.read(async (reader) => {
    if ((await findPerson(reader, userId)) === undefined) {
      throw new TextError(400, 'User not found')
    }
    return findStaff(reader, userId, role)
  })
