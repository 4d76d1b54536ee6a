import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { PageRequest } from '../../contract/paging.ts'
import { contains } from '../../storage/contains.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row, Tables } from '../../storage/tables.ts'

/** The two kinds of staff, and the role that makes one. */
export const STAFF_ROLES = { agent: 'livechat-agent', manager: 'livechat-manager' } as const
export type StaffRole = (typeof STAFF_ROLES)[keyof typeof STAFF_ROLES]

/** A user with his addresses. */
export type Staff = Pick<
  Row<'user'>,
  'id' | 'username' | 'name' | 'status' | 'availability' | 'max_chats' | 'active' | 'type'
> & { addresses: { address: string; verified: boolean }[] }

/** The columns that a list of staff may be sorted by. */
export type StaffColumn = 'username_key' | 'name' | 'status' | 'availability' | 'id'

/** What a list of staff is narrowed to. */
export interface StaffFilter {
  role: StaffRole
  text: string | undefined
  /** Only who may be given conversations. */
  onlyAvailable: boolean
  /** Count who is away among the available. */
  withIdle: boolean
  exceptId: string | undefined
}

const selectStaff = (reader: Reader) =>
  reader.q
    .selectFrom('user')
    .select(['id', 'username', 'name', 'status', 'availability', 'max_chats', 'active', 'type'])

const matching =
  ({ role, text, onlyAvailable, withIdle, exceptId }: StaffFilter) =>
  (where: ExpressionBuilder<Tables, 'user'>): Expression<SqlBool> => {
    const conditions = [hasRole(where, role)]
    if (onlyAvailable) {
      const absent = withIdle ? (['offline'] as const) : (['offline', 'away'] as const)
      conditions.push(
        where('active', '=', 1),
        where('availability', '=', 'available'),
        where.or([where('type', '=', 'bot'), where('status', 'not in', absent)]),
      )
    } else if (!withIdle) {
      conditions.push(where('status', '<>', 'away'))
    }
    if (exceptId !== undefined) conditions.push(where('id', '<>', exceptId))
    if (text !== undefined && text !== '') {
      conditions.push(contains([sql.ref('username'), sql.ref('name')], text) as never)
    }
    return where.and(conditions)
  }

const hasRole = (where: ExpressionBuilder<Tables, 'user'>, role: StaffRole) =>
  where('id', 'in', (from) =>
    from.selectFrom('user_role').select('user_id').where('role_id', '=', role),
  )

/** A page of agents or managers and how many there are in all. */
export async function listStaff(
  reader: Reader,
  filter: StaffFilter,
  page: PageRequest<StaffColumn>,
): Promise<{ staff: Staff[]; total: number }> {
  const order = page.order.map(
    ([column, direction]) =>
      sql`coalesce(${column === 'name' ? sql`lower(name)` : sql.ref(column)}, '') ${sql.raw(direction)}`,
  )
  const rows = await selectStaff(reader)
    .where(matching(filter))
    .orderBy(sql.join([...order, sql`id`]))
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .offset(page.offset)
    .execute()
  const { total } = await reader.q
    .selectFrom('user')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(matching(filter))
    .executeTakeFirstOrThrow()
  return { staff: await withAddresses(reader, rows), total }
}

/** One agent or manager; undefined for a user without the role. */
export async function findStaff(
  reader: Reader,
  userId: string,
  role: StaffRole,
): Promise<Staff | undefined> {
  const rows = await selectStaff(reader)
    .where('id', '=', userId)
    .where((where) => hasRole(where, role))
    .execute()
  const [staff] = await withAddresses(reader, rows)
  return staff
}

/** Whoever this is, agent or not. */
export async function findPerson(reader: Reader, userId: string): Promise<Staff | undefined> {
  const rows = await selectStaff(reader).where('id', '=', userId).execute()
  const [person] = await withAddresses(reader, rows)
  return person
}

async function withAddresses(
  reader: Reader,
  rows: readonly Omit<Staff, 'addresses'>[],
): Promise<Staff[]> {
  if (rows.length === 0) return []
  const addresses = await reader.q
    .selectFrom('user_email')
    .selectAll()
    .where(
      'user_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('address')
    .execute()
  return rows.map((row) => ({
    ...row,
    addresses: addresses
      .filter(({ user_id }) => user_id === row.id)
      .map(({ address, verified }) => ({ address, verified: verified === 1 })),
  }))
}
