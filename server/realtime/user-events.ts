import type { AppContext } from '../context.ts'
import { listBriefs, type UserBrief } from '../features/users/store.ts'
import type { EventHub } from './event-hub.ts'
import type { Serial } from './serial.ts'

const LOGGED = 'stream-notify-logged'
const PRESENCE = 'stream-user-presence'
const USER = 'stream-notify-user'
/** How a status is told in numbers. */
const NUMBERS = { offline: 0, online: 1, away: 2, busy: 3 } as const

/** What changes of users are told with. */
export interface UserParts {
  ctx: AppContext
  hub: EventHub
  serial: Serial
}

/**
 * Changes of users: who is there, what he is called, what he may do. Users are held at a glance
 * while anybody here follows them, so that only what has changed is told.
 */
export class UserEvents {
  readonly #parts: UserParts
  readonly #known = new Map<string, UserBrief>()
  #followers = 0
  #loaded: Promise<void> | undefined
  #moved = new Set<string>()
  readonly #tell = (): Promise<void> => this.#tellMoved()

  constructor(parts: UserParts) {
    this.#parts = parts
  }

  /** Begins to follow users; resolves once they are known. Returns how to end it. */
  async follow(): Promise<() => void> {
    this.#followers += 1
    let following = true
    const leave = (): void => {
      if (!following) return
      following = false
      this.#followers -= 1
      if (this.#followers > 0) return
      this.#loaded = undefined
      this.#known.clear()
    }
    try {
      await (this.#loaded ??= this.#load())
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** These users may have changed. */
  moved(userIds: Iterable<string>): void {
    if (this.#followers === 0) return
    for (const id of userIds) this.#moved.add(id)
    this.#parts.serial.add(this.#tell)
  }

  /** Looks at all of them; for when rings may be missing. */
  async missed(): Promise<void> {
    if (this.#followers === 0) return
    const users = await this.#parts.ctx.db.read((reader) => listBriefs(reader))
    const stored = new Map(users.map((user) => [user.id, user]))
    const ids = new Set([...stored.keys(), ...this.#known.keys()])
    this.moved([...ids].filter((id) => !isSame(stored.get(id), this.#known.get(id))))
  }

  /** A user's status as `stream-user-presence` tells it; undefined for one who is not known. */
  presenceOf(userId: string): unknown[] | undefined {
    const user = this.#known.get(userId)
    return user === undefined ? undefined : presence(user)
  }

  async #load(): Promise<void> {
    const users = await this.#parts.ctx.db.read((reader) => listBriefs(reader))
    for (const user of users) this.#known.set(user.id, user)
  }

  async #tellMoved(): Promise<void> {
    const ids = [...this.#moved]
    this.#moved = new Set()
    if (ids.length === 0) return
    const users = await this.#parts.ctx.db.read((reader) => listBriefs(reader, ids))
    const found = new Map(users.map((user) => [user.id, user]))
    for (const id of ids) {
      const before = this.#known.get(id)
      const after = found.get(id)
      if (after === undefined) this.#known.delete(id)
      else this.#known.set(id, after)
      if (!isSame(before, after)) this.#tellOne(id, before, after)
    }
  }

  #tellOne(id: string, before: UserBrief | undefined, after: UserBrief | undefined): void {
    const { hub } = this.#parts
    if (after === undefined) {
      hub.tell(LOGGED, 'Users:Deleted', [{ userId: id }])
      return
    }
    const { username, name, status_text: text, roles } = after
    if (
      before === undefined ||
      statusOf(before) !== statusOf(after) ||
      before.status_text !== text
    ) {
      const status = [id, username, NUMBERS[statusOf(after)], text, name, roles]
      hub.tell(LOGGED, 'user-status', [status], { easily: true })
      hub.tell(PRESENCE, id, [presence(after)], { easily: true })
    }
    if (before === undefined) return
    if (before.username !== username || before.name !== name) {
      hub.tell(LOGGED, 'Users:NameChanged', [{ _id: id, name, username }])
    }
    const diff = changedFields(before, after)
    hub.tell(USER, `${id}/userData`, [{ type: 'updated', id, diff, unset: {} }])
  }
}

const statusOf = (user: UserBrief): UserBrief['status'] =>
  user.active === 1 ? user.status : 'offline'

const presence = (user: UserBrief): unknown[] => [
  user.username,
  NUMBERS[statusOf(user)],
  user.status_text,
]

const wireOf = (user: UserBrief): Record<string, unknown> => ({
  username: user.username,
  name: user.name,
  status: statusOf(user),
  statusText: user.status_text,
  statusLivechat: user.availability,
  active: user.active === 1,
  roles: user.roles,
})

function changedFields(before: UserBrief, after: UserBrief): Record<string, unknown> {
  const earlier = wireOf(before)
  return Object.fromEntries(
    Object.entries(wireOf(after)).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(earlier[field]),
    ),
  )
}

const isSame = (one: UserBrief | undefined, other: UserBrief | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
