import { announce, readRevisions } from '../../cluster/revision.ts'
import type { Database, Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

export type RoleRow = Row<'role'>

/** The roles are read from the database each time; held is only how far clients were told of them. */
export class KnownRoles {
  readonly topic = 'roles'
  known = -1

  async load(db: Database): Promise<void> {
    this.known = (await db.read(readRevisions)).get('roles') ?? 0
  }
}

/** Built-in roles first, then by name. */
export const listRoles = (reader: Reader): Promise<RoleRow[]> =>
  reader.q
    .selectFrom('role')
    .selectAll()
    .orderBy('protected', 'desc')
    .orderBy('name')
    .orderBy('id')
    .execute()

export const listRolesSince = (reader: Reader, since: string): Promise<RoleRow[]> =>
  reader.q.selectFrom('role').selectAll().where('updated_at', '>', since).orderBy('id').execute()

export const findRole = (reader: Reader, id: string): Promise<RoleRow | undefined> =>
  reader.q.selectFrom('role').selectAll().where('id', '=', id).executeTakeFirst()

export const findRoleByName = (reader: Reader, name: string): Promise<RoleRow | undefined> =>
  reader.q.selectFrom('role').selectAll().where('name', '=', name).executeTakeFirst()

/** The one lock of everything that writes roles: names stay unique, administrators stay. */
export async function lockRoleTable(tx: Tx): Promise<void> {
  await tx.lockRows('role', ['admin'], ['id'])
}

/** Holds a role until the commit. */
export async function lockRole(tx: Tx, id: string): Promise<RoleRow | undefined> {
  await tx.lockRows('role', [...new Set(['admin', id])].sort(), ['id'])
  return findRole(tx, id)
}

export async function insertRole(tx: Tx, role: RoleRow): Promise<void> {
  await tx.insertRows('role', [role])
  await announce(tx, 'roles')
}

export async function updateRole(tx: Tx, role: RoleRow): Promise<void> {
  await tx.updateRows('role', [role])
  await announce(tx, 'roles')
}

export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx.q.deleteFrom('role').where('id', '=', id).execute()
  await announce(tx, 'roles')
}

export async function isRoleInUse(reader: Reader, id: string): Promise<boolean> {
  const holder = await reader.q
    .selectFrom('user_role')
    .select('user_id')
    .where('role_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  return holder !== undefined
}

/** Users with one of their roles each, by username; the role everybody has is left out. */
export const listMemberships = (
  reader: Reader,
): Promise<{ id: string; username: string; role_id: string }[]> =>
  reader.q
    .selectFrom('user_role')
    .innerJoin('user', 'user.id', 'user_role.user_id')
    .select(['user.id', 'user.username', 'user_role.role_id'])
    .where('role_id', '!=', 'user')
    .where('active', '=', 1)
    .orderBy('username_key')
    .orderBy('role_id')
    .execute()
