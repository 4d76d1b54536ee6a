import { announce, readRevisions, Revision } from '../../cluster/revision.ts'
import { lockStart } from '../../cluster/start-lock.ts'
import type { Config } from '../../config.ts'
import type { Settings } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId, newSecret } from '../../lib/ids.ts'
import type { Database, Tx } from '../../storage/database.ts'
import { SETTINGS, type AnySettingValue, type SettingId, type SettingValue } from './catalogue.ts'

/**
 * The settings in force: an environment overwrite, else the stored value, else the default. Reads
 * come from memory; a stored change shows here right after its commit.
 */
export class StoredSettings implements Settings {
  readonly topic = 'settings'
  readonly #revision = new Revision()
  readonly #values = new Map<SettingId, unknown>()
  readonly #overwrites: ReadonlyMap<SettingId, unknown>

  constructor(config: Config) {
    this.#overwrites = config.overwrites
    for (const [id, definition] of SETTINGS) {
      this.#values.set(id, definition.fromRootUrl === true ? config.rootUrl : definition.default)
    }
    for (const [id, value] of config.overwrites) this.#values.set(id, value)
  }

  get<Id extends SettingId>(id: Id): SettingValue<Id> {
    return this.#values.get(id) as SettingValue<Id>
  }

  /** Number of the change up to which the values here are complete. */
  get known(): number {
    return this.#revision.complete
  }

  /** Takes over what is stored. Called at start, and after another node changed something. */
  async load(db: Database): Promise<void> {
    const { rows, number } = await db.snapshot(async (reader) => ({
      rows: await reader.q.selectFrom('setting').selectAll().execute(),
      number: (await readRevisions(reader)).get('settings') ?? 0,
    }))
    if (!this.#revision.takes(number)) return
    for (const row of rows) this.#apply(row.id as SettingId, JSON.parse(row.value))
  }

  /** Stores a checked value; it holds on this node from the commit on. */
  async set(tx: Tx, id: SettingId, value: AnySettingValue, now: number): Promise<void> {
    const row = { id, value: JSON.stringify(value), updated_at: isoTime(now) }
    await tx.q
      .insertInto('setting')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ value: row.value, updated_at: row.updated_at }),
      )
      .execute()
    const number = await announce(tx, 'settings')
    tx.afterCommit(() => {
      this.#apply(id, value)
      this.#revision.committed(number)
    })
  }

  #apply(id: SettingId, value: unknown): void {
    if (SETTINGS.has(id) && !this.#overwrites.has(id)) this.#values.set(id, value)
  }
}

/** Makes up the secrets and ids that an installation keeps for life, if it has none yet. */
export async function generateSettings(
  db: Database,
  settings: StoredSettings,
  now: number,
): Promise<void> {
  const missing = [...SETTINGS].filter(
    ([id, { generated }]) => generated === true && settings.get(id) === '',
  )
  if (missing.length === 0) return
  await db.transact(async (tx) => {
    await lockStart(tx)
    const stored = await tx.q.selectFrom('setting').select('id').execute()
    const known = new Set(stored.map(({ id }) => id))
    for (const [id] of missing) {
      if (known.has(id)) continue
      await settings.set(tx, id, id === 'uniqueID' ? newId(now) : newSecret(), now)
    }
  })
  // Another process may have been first.
  await settings.load(db)
}
