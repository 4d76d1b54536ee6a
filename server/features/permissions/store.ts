import type { Permissions } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Database, Tx } from '../../storage/database.ts'
import { PERMISSIONS, type PermissionId } from './catalogue.ts'
import { listSettingPermissions } from './setting-permissions.ts'

/** The role lists in force, read from memory; a stored change shows right after its commit. */
export class StoredPermissions implements Permissions {
  #roles = new Map<string, ReadonlySet<string>>()

  allow(roles: readonly string[], permission: PermissionId): boolean {
    const holders = this.#roles.get(permission)
    return holders !== undefined && roles.some((role) => holders.has(role))
  }

  /** Takes over what is stored. Called at start, and after another node changed something. */
  async load(db: Database): Promise<void> {
    const rows = await db.read((reader) => reader.q.selectFrom('permission').selectAll().execute())
    this.#roles = new Map(rows.map((row) => [row.id, new Set(JSON.parse(row.roles) as string[])]))
  }

  /** Replaces the role list of a permission; it holds on this node from the commit on. */
  async set(tx: Tx, id: string, roles: readonly string[], now: number): Promise<void> {
    await tx.q
      .updateTable('permission')
      .set({ roles: JSON.stringify(roles), updated_at: isoTime(now) })
      .where('id', '=', id)
      .execute()
    tx.afterCommit(() => this.#roles.set(id, new Set(roles)))
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
