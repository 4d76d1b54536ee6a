import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError, unauthorized } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { viewOf } from './access.ts'
import type { View } from './mappers.ts'
import {
  findUser,
  listPresentUsers,
  listUsers as selectUsers,
  type User,
  type UserColumn,
  type UserFilter,
  type UserKey,
} from './store.ts'

const SUGGESTIONS = 10
/** Changes further back are not told apart from everything. */
const PRESENCE_WINDOW_MS = 600_000

const PUBLIC_SORTING = {
  username: 'username_key',
  name: 'name',
  status: 'status',
  active: 'active',
} as const satisfies Record<string, UserColumn>

const FULL_SORTING = {
  ...PUBLIC_SORTING,
  createdAt: 'created_at',
  lastLogin: 'last_login_at',
} as const satisfies Record<string, UserColumn>

/** A page of users; `views` says how much of each the caller may see. */
export interface UserPage {
  users: User[]
  view: (user: User) => View
  offset: number
  total: number
}

/** How an administrator narrows the list. */
export type ListFilter = Pick<UserFilter, 'text' | 'active' | 'type' | 'hasLoggedIn' | 'roles'>

/**
 * Users by page. What the caller may not see can neither be searched nor sorted by.
 * @throws TextError 403
 */
export async function listUsers(
  ctx: AppContext,
  caller: Caller,
  query: PageQuery & { filter: ListFilter },
): Promise<UserPage> {
  requireUserList(ctx, caller)
  const { filter } = query
  const full = ctx.permissions.allow(caller.roles, 'view-full-other-user-info')
  if (!full && (filter.roles !== undefined || filter.hasLoggedIn !== undefined)) {
    throw unauthorized()
  }
  const page = pageOf<UserColumn>(ctx.settings, query, {
    allowed: full ? FULL_SORTING : PUBLIC_SORTING,
    default: [['username_key', 'asc']],
  })
  const { users, total } = await ctx.db.snapshot((reader) =>
    selectUsers(reader, { ...filter, searchAddresses: full }, page),
  )
  return { users, total, offset: page.offset, view: (user) => viewOf(ctx, caller, user.id) }
}

function requireUserList({ permissions, settings }: AppContext, { roles }: Caller): void {
  const outside = settings.get('API_Apply_permission_view-outside-room_on_users-list')
  const allowed =
    permissions.allow(roles, 'view-d-room') &&
    (!outside || permissions.allow(roles, 'view-outside-room'))
  if (!allowed) throw unauthorized()
}

/** One user, by id or username. @throws TextError 400 */
export async function readUserInfo(
  ctx: AppContext,
  caller: Caller,
  key: UserKey | undefined,
): Promise<{ user: User; view: View; self: boolean }> {
  if (key === undefined) throw new TextError(400, 'Invalid search query.')
  const user = await ctx.db.read((reader) => findUser(reader, key))
  if (user === undefined) throw new TextError(400, 'User not found.')
  return { user, view: viewOf(ctx, caller, user.id), self: user.id === caller.userId }
}

/** Active users whose names contain the term of the selector. @throws TextError 400 */
export async function suggestUsers(ctx: AppContext, selector: string): Promise<User[]> {
  const { term, exceptions } = parseSelector(selector)
  const { users } = await ctx.db.read((reader) =>
    selectUsers(
      reader,
      { text: term, active: true, exceptUsernames: exceptions },
      { offset: 0, limit: SUGGESTIONS, order: [['username_key', 'asc']] },
    ),
  )
  return users
}

function parseSelector(text: string): { term: string; exceptions: string[] } {
  const selector = parseJson(text)
  if (typeof selector !== 'object' || selector === null) throw invalidQuery()
  const { term = '', exceptions = [] } = selector as { term?: unknown; exceptions?: unknown }
  if (typeof term !== 'string' || term.includes('\0')) throw invalidQuery()
  if (!Array.isArray(exceptions) || exceptions.length > 200) throw invalidQuery()
  const names: string[] = []
  for (const name of exceptions as unknown[]) {
    if (typeof name !== 'string' || name.includes('\0')) throw invalidQuery()
    names.push(name)
  }
  return { term: term.toWellFormed(), exceptions: names.map((name) => name.toWellFormed()) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidQuery()
  }
}

const invalidQuery = (): TextError => new TextError(400, 'error-invalid-query')

/** The caller, or whoever is named. @throws ApiError `error-invalid-user` */
export async function readStatus(
  ctx: AppContext,
  caller: Caller,
  key: UserKey | undefined,
): Promise<{ user: User; self: boolean }> {
  const user = await ctx.db.read((reader) => findUser(reader, key ?? { id: caller.userId }))
  if (user === undefined) throw new ApiError('error-invalid-user')
  return { user, self: user.id === caller.userId }
}

/** Who is there: of `ids`, changed since `from`, or all. `full` says that nobody was left out. */
export async function listPresence(
  ctx: AppContext,
  query: { from: string | undefined; ids: readonly string[] | undefined },
): Promise<{ users: User[]; full: boolean }> {
  if (ctx.settings.get('Presence_broadcast_disabled')) return { users: [], full: false }
  const { ids } = query
  if (ids !== undefined) {
    return { users: await ctx.db.read((reader) => listPresentUsers(reader, { ids })), full: false }
  }
  const from = query.from === undefined ? Number.NaN : Date.parse(query.from)
  if (from > ctx.clock.now() - PRESENCE_WINDOW_MS && from <= ctx.clock.now()) {
    const changedSince = new Date(from).toISOString()
    const users = await ctx.db.read((reader) => listPresentUsers(reader, { changedSince }))
    return { users, full: false }
  }
  return { users: await ctx.db.read((reader) => listPresentUsers(reader, {})), full: true }
}
