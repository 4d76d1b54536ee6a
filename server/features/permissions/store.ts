import { announce, readRevisions, Revision } from '../../cluster/revision.ts'
import { lockStart } from '../../cluster/start-lock.ts'
import type { Permissions } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Database, Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { PERMISSIONS, type PermissionId } from './catalogue.ts'
import { listSettingPermissions } from './setting-permissions.ts'

/** The role lists in force, read from memory; a stored change shows right after its commit. */
export class StoredPermissions implements Permissions {
  readonly topic = 'permissions'
  readonly #revision = new Revision()
  #roles = new Map<string, ReadonlySet<string>>()

  allow(roles: readonly string[], permission: PermissionId): boolean {
    const holders = this.#roles.get(permission)
    return holders !== undefined && roles.some((role) => holders.has(role))
  }

  /** Number of the change up to which the lists here are complete. */
  get known(): number {
    return this.#revision.complete
  }

  /** Takes over what is stored. Called at start, and after another node changed something. */
  async load(db: Database): Promise<void> {
    const { rows, number } = await db.snapshot(async (reader) => ({
      rows: await reader.q.selectFrom('permission').selectAll().execute(),
      number: (await readRevisions(reader)).get('permissions') ?? 0,
    }))
    if (!this.#revision.takes(number)) return
    this.#roles = new Map(rows.map((row) => [row.id, new Set(JSON.parse(row.roles) as string[])]))
  }

  /** Replaces the role list of a permission; it holds on this node from the commit on. */
  async set(tx: Tx, id: string, roles: readonly string[], now: number): Promise<void> {
    await tx.q
      .updateTable('permission')
      .set({ roles: JSON.stringify(roles), updated_at: isoTime(now) })
      .where('id', '=', id)
      .execute()
    const number = await announce(tx, 'permissions')
    tx.afterCommit(() => {
      this.#roles.set(id, new Set(roles))
      this.#revision.committed(number)
    })
  }
}

/**
 * Inserts the permissions that this release knows and the installation does not; what an
 * administrator changed stays.
 */
export async function insertMissingPermissions(db: Database, now: number): Promise<void> {
  const wanted = new Map<string, readonly string[]>(PERMISSIONS)
  for (const { id } of listSettingPermissions()) wanted.set(id, [])
  await db.transact(async (tx) => {
    await lockStart(tx)
    const known = await tx.q.selectFrom('permission').select('id').execute()
    for (const { id } of known) wanted.delete(id)
    const rows = [...wanted].map(([id, roles]) => ({
      id,
      roles: JSON.stringify(roles),
      updated_at: isoTime(now),
    }))
    await tx.insertRows('permission', rows)
  })
}

export const listPermissions = (reader: Reader, since?: string): Promise<Row<'permission'>[]> =>
  reader.q
    .selectFrom('permission')
    .selectAll()
    .$if(since !== undefined, (query) => query.where('updated_at', '>', since ?? ''))
    .orderBy('id')
    .execute()

/** Reads permissions with their roles and holds them until the commit. */
export async function lockPermissions(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await tx.lockRows('permission', ids.toSorted(), ['id', 'roles'])
  return new Map(rows.map((row) => [row.id, JSON.parse(row.roles) as string[]]))
}

/** Holds roles until the commit. @returns those that exist */
export async function lockRoleIds(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.lockRows('role', ids.toSorted(), ['id'])
  return new Set(rows.map(({ id }) => id))
}

/** Takes a role off every permission that names it. */
export async function removeRoleEverywhere(
  tx: Tx,
  permissions: StoredPermissions,
  role: string,
  now: number,
): Promise<void> {
  for (const { id, roles } of await listPermissions(tx)) {
    const held = JSON.parse(roles) as string[]
    if (!held.includes(role)) continue
    await permissions.set(
      tx,
      id,
      held.filter((other) => other !== role),
      now,
    )
  }
}
