import type { AppContext } from '../context.ts'
import { listPermissions } from '../features/permissions/store.ts'
import { listRoles } from '../features/roles/store.ts'
import { SETTINGS } from '../features/settings/catalogue.ts'
import { shownValue } from '../features/settings/change.ts'
import type { EventHub } from './event-hub.ts'
import type { Serial } from './serial.ts'

/** What changes of the installation's tables are told with. */
export interface TableParts {
  ctx: AppContext
  hub: EventHub
  serial: Serial
}

/** A table, and the event that tells of one of its rows. */
interface Table {
  topic: 'settings' | 'permissions' | 'roles'
  stream: string
  event: string
  /** What is told of each row, by id. */
  read(ctx: AppContext): Promise<Map<string, unknown[]>>
  /** What is told of a row that is gone. */
  gone?(id: string, told: unknown[]): unknown[]
}

const TABLES: readonly Table[] = [
  {
    topic: 'settings',
    stream: 'stream-notify-all',
    event: 'public-settings-changed',
    read: (ctx) => Promise.resolve(publicSettings(ctx)),
  },
  {
    topic: 'permissions',
    stream: 'stream-notify-logged',
    event: 'permissions-changed',
    read: async (ctx) => {
      const rows = await ctx.db.read((reader) => listPermissions(reader, undefined))
      return new Map(
        rows.map(({ id, roles }) => [
          id,
          ['updated', { _id: id, roles: JSON.parse(roles) as string[] }],
        ]),
      )
    },
  },
  {
    topic: 'roles',
    stream: 'stream-roles',
    event: 'roles',
    read: async (ctx) => {
      const rows = await ctx.db.read(listRoles)
      return new Map(
        rows.map(({ id, name, description, scope }) => [
          id,
          [{ type: 'changed', _id: id, name, description, scope }],
        ]),
      )
    },
    gone: (id) => [{ type: 'removed', _id: id }],
  },
]

/**
 * Changes of public settings, permissions and roles. Each table is held while somebody here follows
 * it, so that only rows that differ are told.
 */
export class TableEvents {
  readonly #parts: TableParts
  readonly #held = new Map<Table, { followers: number; rows: Promise<Map<string, unknown[]>> }>()

  constructor(parts: TableParts) {
    this.#parts = parts
  }

  /** Begins to follow an event, where it is one of a table. Returns how to end it. */
  async follow(stream: string, event: string): Promise<() => void> {
    const table = TABLES.find((one) => one.stream === stream && one.event === event)
    if (table === undefined) return () => undefined
    const held = this.#held.get(table) ?? { followers: 0, rows: table.read(this.#parts.ctx) }
    this.#held.set(table, held)
    held.followers += 1
    let following = true
    const leave = (): void => {
      if (!following) return
      following = false
      held.followers -= 1
      if (held.followers === 0 && this.#held.get(table) === held) this.#held.delete(table)
    }
    try {
      await held.rows
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** This table may have changed; all of them when rings may be missing. */
  moved(topic?: Table['topic']): void {
    for (const table of this.#held.keys()) {
      if (topic === undefined || table.topic === topic) {
        this.#parts.serial.add(() => this.#tellChanges(table))
      }
    }
  }

  async #tellChanges(table: Table): Promise<void> {
    const held = this.#held.get(table)
    if (held === undefined) return
    const before = await held.rows
    const after = await table.read(this.#parts.ctx)
    held.rows = Promise.resolve(after)
    const { stream, event } = table
    for (const [id, args] of after) {
      if (JSON.stringify(before.get(id)) === JSON.stringify(args)) continue
      this.#parts.hub.tell(stream, event, args)
    }
    for (const [id, told] of before) {
      if (after.has(id) || table.gone === undefined) continue
      this.#parts.hub.tell(stream, event, table.gone(id, told))
    }
  }
}

const publicSettings = (ctx: AppContext): Map<string, unknown[]> =>
  new Map(
    [...SETTINGS]
      .filter(([, { public: isPublic, hidden }]) => isPublic && hidden !== true)
      .map(([id]) => [id, ['updated', { _id: id, value: shownValue(ctx, id) }]]),
  )
