import type { AppContext } from '../context.ts'
import { toEjson } from '../contract/ejson.ts'
import { listRoomsOfMember } from '../features/member-rooms/store.ts'
import { toPublishedRoom } from '../features/member-rooms/wire.ts'
import { lastMessages } from '../features/messages/store.ts'
import { readsRoom } from '../features/rooms/access.ts'
import type { RoomWithVisitor } from '../features/rooms/store.ts'
import { listMemberships, membershipsIn } from '../features/subscriptions/store.ts'
import { toWireSubscription } from '../features/subscriptions/wire.ts'
import type { Row } from '../storage/tables.ts'
import type { EventHub, HubFollower } from './event-hub.ts'
import type { Identities } from './identities.ts'
import { eventFrame } from './protocol.ts'
import type { RoomLook, RoomObserver } from './room-looks.ts'
import type { Serial } from './serial.ts'

const STREAM = 'stream-notify-user'

/** A user whose lists are followed here, and the rooms that he is known to be a member of. */
interface Member {
  follows: number
  loaded: Promise<void>
  /** The subscription's id, by room. */
  readonly rooms: Map<string, string>
}

/** How a user's membership of a room has changed. */
type Change = 'inserted' | 'updated' | 'removed'

/** What the lists are made with. */
export interface ListParts {
  ctx: AppContext
  hub: EventHub
  identities: Identities
  serial: Serial
}

/**
 * The conversations of each agent who follows his lists here. Nothing is stored for it: what a room
 * says of its members is compared with what was known, and the difference is the event.
 */
export class MemberLists implements RoomObserver {
  readonly #parts: ListParts
  readonly #members = new Map<string, Member>()
  readonly #byRoom = new Map<string, Set<string>>()
  #changes = new Map<string, { look: RoomLook; users: Map<string, Change> }>()
  readonly #tell = (): Promise<void> => this.#tellChanges()

  constructor(parts: ListParts) {
    this.#parts = parts
  }

  /** Begins to follow a user's rooms; resolves once they are known. Returns how to end it. */
  async follow(userId: string): Promise<() => void> {
    let member = this.#members.get(userId)
    if (member === undefined) {
      const rooms = new Map<string, string>()
      member = { follows: 0, rooms, loaded: this.#load(userId, rooms) }
      this.#members.set(userId, member)
    }
    member.follows += 1
    const followed = member
    let following = true
    const leave = (): void => {
      if (!following) return
      following = false
      followed.follows -= 1
      if (followed.follows === 0) this.#forget(userId, followed)
    }
    try {
      await member.loaded
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** Tells the whole list to who begins to follow it and counts places. */
  greet(follower: HubFollower, userId: string, list: 'subscriptions' | 'rooms'): void {
    this.#parts.serial.add(async () => {
      const entries = await this.#wholeList(userId, list)
      for (const entry of entries) {
        follower.session.send(eventFrame(STREAM, follower.event, ['inserted', toEjson(entry)]))
      }
      follower.session.send(eventFrame(STREAM, follower.event, [], { seq: 0, upToDate: true }))
    })
  }

  wants(): boolean {
    return this.#members.size > 0
  }

  looked(looks: readonly RoomLook[]): void {
    for (const look of looks) {
      for (const userId of look.members.keys()) {
        const member = this.#members.get(userId)
        if (member === undefined) continue
        const known = member.rooms.has(look.id)
        this.#enter(userId, member, look.id, look.members.get(userId)?.id ?? '')
        this.#note(look, userId, known ? 'updated' : 'inserted')
      }
      for (const userId of this.#byRoom.get(look.id) ?? NOBODY) {
        if (!look.members.has(userId)) this.#note(look, userId, 'removed')
      }
    }
    if (this.#changes.size > 0) this.#parts.serial.add(this.#tell)
  }

  /** Rooms whose members are not those known; for when rings may be missing. */
  async outdated(): Promise<string[]> {
    const userIds = [...this.#members.keys()]
    if (userIds.length === 0) return []
    const rows = await this.#parts.ctx.db.read((reader) =>
      reader.q
        .selectFrom('subscription')
        .select(['room_id', 'user_id'])
        .where('user_id', 'in', userIds)
        .where('ended_at', 'is', null)
        .execute(),
    )
    const stored = new Set(rows.map((row) => `${row.room_id} ${row.user_id}`))
    const moved = new Set<string>()
    for (const { room_id: roomId, user_id: userId } of rows) {
      if (this.#members.get(userId)?.rooms.has(roomId) !== true) moved.add(roomId)
    }
    for (const [userId, { rooms }] of this.#members) {
      for (const roomId of rooms.keys()) if (!stored.has(`${roomId} ${userId}`)) moved.add(roomId)
    }
    return [...moved]
  }

  async #load(userId: string, rooms: Map<string, string>): Promise<void> {
    const memberships = await this.#parts.ctx.db.read((reader) =>
      reader.q
        .selectFrom('subscription')
        .select(['id', 'room_id'])
        .where('user_id', '=', userId)
        .where('ended_at', 'is', null)
        .execute(),
    )
    const member = this.#members.get(userId)
    if (member?.rooms !== rooms) return
    for (const { id, room_id: roomId } of memberships) this.#enter(userId, member, roomId, id)
  }

  #enter(userId: string, { rooms }: Member, roomId: string, id: string): void {
    rooms.set(roomId, id)
    const users = this.#byRoom.get(roomId)
    if (users === undefined) this.#byRoom.set(roomId, new Set([userId]))
    else users.add(userId)
  }

  #exit(userId: string, roomId: string): void {
    this.#members.get(userId)?.rooms.delete(roomId)
    const users = this.#byRoom.get(roomId)
    users?.delete(userId)
    if (users?.size === 0) this.#byRoom.delete(roomId)
  }

  #forget(userId: string, member: Member): void {
    if (this.#members.get(userId) !== member) return
    for (const roomId of member.rooms.keys()) this.#exit(userId, roomId)
    this.#members.delete(userId)
  }

  /** Several changes before the next telling become one; coming back is an insertion again. */
  #note(look: RoomLook, userId: string, change: Change): void {
    const waiting = this.#changes.get(look.id)
    const users = waiting?.users ?? new Map<string, Change>()
    const before = users.get(userId)
    users.set(userId, before === 'inserted' && change === 'updated' ? before : change)
    this.#changes.set(look.id, { look, users })
  }

  async #tellChanges(): Promise<void> {
    const changes = [...this.#changes.values()]
    this.#changes = new Map()
    const roomIds = changes.map(({ look }) => look.id)
    const present = new Set<string>()
    for (const { users } of changes) {
      for (const [userId, change] of users) if (change !== 'removed') present.add(userId)
    }
    const { memberships, last } = await this.#parts.ctx.db.read(async (reader) => ({
      memberships: present.size === 0 ? [] : await membershipsIn(reader, [...present], roomIds),
      last: await lastMessages(reader, roomIds),
    }))
    const rows = new Map(memberships.map((row) => [`${row.room_id} ${row.user_id}`, row]))
    for (const { look, users } of changes) {
      for (const [userId, change] of users) {
        const lastMessage = last.get(look.id)
        if (change === 'removed') this.#tellRemoved(userId, look, lastMessage)
        else {
          const row = rows.get(`${look.id} ${userId}`)
          // A membership that has ended since is told by the look that finds it ended.
          if (row !== undefined) this.#tellPresent(userId, change, row, look.room, lastMessage)
        }
      }
    }
  }

  #tellPresent(
    userId: string,
    change: Change,
    row: Parameters<typeof toWireSubscription>[2],
    room: RoomWithVisitor | undefined,
    lastMessage: Row<'message'> | undefined,
  ): void {
    const { hub, ctx } = this.#parts
    const caller = this.#callerOf(userId)
    if (caller === undefined) return
    const subscriptions = `${userId}/subscriptions-changed`
    if (hub.has(STREAM, subscriptions)) {
      const wire = toEjson(toWireSubscription(ctx.settings, caller, row))
      hub.tell(STREAM, subscriptions, [change, wire])
    }
    if (room !== undefined) this.#tellRoom(userId, change, room, lastMessage)
  }

  #tellRemoved(userId: string, look: RoomLook, lastMessage: Row<'message'> | undefined): void {
    const { hub, ctx } = this.#parts
    const id = this.#members.get(userId)?.rooms.get(look.id)
    const caller = this.#callerOf(userId)
    this.#exit(userId, look.id)
    if (caller === undefined || id === undefined) return
    const { username, name } = caller
    const removed = { _id: id, rid: look.id, t: 'l', u: { _id: userId, username, name } }
    hub.tell(STREAM, `${userId}/subscriptions-changed`, ['removed', removed])
    const { room } = look
    if (room !== undefined && readsRoom(ctx, caller, room, false)) {
      this.#tellRoom(userId, 'updated', room, lastMessage)
    } else {
      hub.tell(STREAM, `${userId}/rooms-changed`, ['removed', { _id: look.id, t: 'l' }])
    }
  }

  #tellRoom(
    userId: string,
    change: Change,
    room: RoomWithVisitor,
    lastMessage: Row<'message'> | undefined,
  ): void {
    const { hub } = this.#parts
    const event = `${userId}/rooms-changed`
    if (!hub.has(STREAM, event)) return
    hub.tell(STREAM, event, [change, toEjson(toPublishedRoom({ room, lastMessage }))])
  }

  async #wholeList(userId: string, list: 'subscriptions' | 'rooms'): Promise<unknown[]> {
    const { ctx } = this.#parts
    const caller = this.#callerOf(userId)
    if (caller === undefined) return []
    if (list === 'subscriptions') {
      const rows = await ctx.db.read((reader) => listMemberships(reader, userId))
      return rows.map((row) => toWireSubscription(ctx.settings, caller, row))
    }
    const { rooms, last } = await ctx.db.snapshot(async (reader) => {
      const rooms = await listRoomsOfMember(reader, userId, undefined)
      const ids = rooms.map(({ id }) => id)
      return { rooms, last: await lastMessages(reader, ids) }
    })
    return rooms.map((room) => toPublishedRoom({ room, lastMessage: last.get(room.id) }))
  }

  #callerOf(userId: string) {
    for (const { login } of this.#parts.identities.of(userId)) {
      if (login !== undefined) return login.caller
    }
    return undefined
  }
}

const NOBODY: ReadonlySet<string> = new Set()
