import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { Order, PageRequest } from '../../contract/paging.ts'
import { contains } from '../../storage/contains.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row, Tables } from '../../storage/tables.ts'

type UserRow = Row<'user'>

/** The system user: signs system messages, cannot log in, cannot be changed. */
export const SYSTEM_USER_ID = 'rocket.cat'

export interface UserEmail {
  address: string
  verified: boolean
}

/** A user with roles and addresses; still with the password hash, which no mapper passes on. */
export interface User extends UserRow {
  roles: string[]
  emails: UserEmail[]
}

/** How an account may be named. */
export type UserKey = { id: string } | { username: string } | { email: string }

/** The columns that a list of users may be sorted by. */
export type UserColumn =
  | 'username_key'
  | 'name'
  | 'status'
  | 'active'
  | 'created_at'
  | 'last_login_at'

/** What a list of users is narrowed to. */
export interface UserFilter {
  /** Searched in username, name and nickname, and in the addresses where the caller sees them. */
  text?: string | undefined
  searchAddresses?: boolean
  active?: boolean | undefined
  type?: 'user' | 'bot' | undefined
  hasLoggedIn?: boolean | undefined
  roles?: readonly string[] | undefined
  exceptUsernames?: readonly string[] | undefined
}

interface Joined extends UserRow {
  role_list: string | null
  email_list: string | null
}

const selectUsers = (reader: Reader) =>
  reader.q
    .selectFrom('user')
    .selectAll('user')
    .select([
      sql<string | null>`(select string_agg(role_id, ',') from user_role
        where user_id = "user".id)`.as('role_list'),
      // An address holds no blank, and the flag is one digit.
      sql<string | null>`(select string_agg(verified || address, ' ') from user_email
        where user_id = "user".id)`.as('email_list'),
    ])

const toUser = ({ role_list, email_list, ...row }: Joined): User => ({
  ...row,
  roles: role_list?.split(',').sort() ?? [],
  emails: (email_list?.split(' ') ?? [])
    .map((text) => ({ address: text.slice(1), verified: text.startsWith('1') }))
    .sort((one, other) => (one.address < other.address ? -1 : 1)),
})

export async function findUser(reader: Reader, key: UserKey): Promise<User | undefined> {
  let query = selectUsers(reader)
  if ('id' in key) query = query.where('id', '=', key.id)
  else if ('username' in key) query = query.where('username_key', '=', key.username.toLowerCase())
  else {
    query = query.where('id', '=', (from) =>
      from
        .selectFrom('user_email')
        .select('user_id')
        .where('address', '=', key.email.toLowerCase()),
    )
  }
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : toUser(row)
}

/** Reads a user and holds the row until the commit. */
export async function lockUser(tx: Tx, id: string): Promise<User | undefined> {
  const [row] = await tx.lockRows('user', [id], ['id'])
  return row === undefined ? undefined : findUser(tx, { id })
}

type Where = ExpressionBuilder<Tables, 'user'>

const matching =
  (filter: UserFilter) =>
  (where: Where): Expression<SqlBool> => {
    const conditions: Expression<SqlBool>[] = []
    const { text, active, type, hasLoggedIn, roles, exceptUsernames } = filter
    if (text !== undefined && text !== '') {
      conditions.push(textCondition(where, text, filter.searchAddresses === true))
    }
    if (active !== undefined) conditions.push(where('active', '=', active ? 1 : 0))
    if (type !== undefined) conditions.push(where('type', '=', type))
    if (hasLoggedIn !== undefined) {
      conditions.push(where('last_login_at', hasLoggedIn ? 'is not' : 'is', null))
    }
    if (roles !== undefined && roles.length > 0) {
      conditions.push(
        where('id', 'in', (from) =>
          from.selectFrom('user_role').select('user_id').where('role_id', 'in', roles),
        ),
      )
    }
    if (exceptUsernames !== undefined && exceptUsernames.length > 0) {
      conditions.push(where('username', 'not in', exceptUsernames))
    }
    return where.and(conditions)
  }

function textCondition(where: Where, text: string, addresses: boolean): Expression<SqlBool> {
  const names = ['user.username', 'user.name', 'user.nickname'].map((name) => sql.ref(name))
  const found: Expression<SqlBool>[] = [contains(names, text)]
  if (addresses) {
    found.push(
      where('id', 'in', (from) =>
        from
          .selectFrom('user_email')
          .select('user_id')
          .where(contains(sql.ref('address'), text)),
      ),
    )
  }
  return where.or(found)
}

const orderExpression = ([column, direction]: Order<UserColumn>) =>
  column === 'name'
    ? sql`lower("user".name) ${sql.raw(direction)}`
    : sql`${sql.ref(`user.${column}`)} ${sql.raw(direction)}`

/** A page of users and how many there are in all. */
export async function listUsers(
  reader: Reader,
  filter: UserFilter,
  page: PageRequest<UserColumn>,
): Promise<{ users: User[]; total: number }> {
  let query = selectUsers(reader).where(matching(filter))
  query = query.orderBy(sql.join([...page.order.map(orderExpression), sql`"user".id`]))
  const rows = await query
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  const { total } = await reader.q
    .selectFrom('user')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(matching(filter))
    .executeTakeFirstOrThrow()
  return { users: rows.map(toUser), total }
}

/**
 * Who is not offline, by username. With `changedSince` those who changed, offline ones included:
 * leaving is a change too.
 */
export async function listPresentUsers(
  reader: Reader,
  filter: { ids?: readonly string[]; changedSince?: string },
): Promise<User[]> {
  let query = selectUsers(reader)
  if (filter.changedSince !== undefined) {
    query = query.where('updated_at', '>', filter.changedSince)
  } else {
    query = query.where('active', '=', 1).where('status', '!=', 'offline')
  }
  if (filter.ids !== undefined) {
    if (filter.ids.length === 0) return []
    query = query.where('id', 'in', filter.ids)
  }
  return (await query.orderBy('username_key').execute()).map(toUser)
}

/** What others see of a user at a glance. */
export type UserBrief = Pick<
  UserRow,
  'id' | 'username' | 'name' | 'status' | 'status_text' | 'availability' | 'active'
> & { roles: readonly string[] }

/** Users at a glance: these, or all. */
export async function listBriefs(reader: Reader, ids?: readonly string[]): Promise<UserBrief[]> {
  let query = reader.q
    .selectFrom('user')
    .select(['id', 'username', 'name', 'status', 'status_text', 'availability', 'active'])
    .select(
      sql<string | null>`(select string_agg(role_id, ',') from user_role
        where user_id = "user".id)`.as('role_list'),
    )
  if (ids !== undefined) query = query.where('id', 'in', [...ids])
  const rows = await query.execute()
  return rows.map(({ role_list, ...row }) => ({
    ...row,
    roles: role_list?.split(',').sort() ?? [],
  }))
}
