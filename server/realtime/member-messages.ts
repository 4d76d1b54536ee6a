import type { AppContext } from '../context.ts'
import { isGone } from '../features/messages/changes.ts'
import type { RoomWithVisitor } from '../features/rooms/store.ts'
import type { Row } from '../storage/tables.ts'
import type { EventHub } from './event-hub.ts'
import { MESSAGES, toEjsonMessage } from './message-frames.ts'
import type { RoomLook, RoomObserver } from './room-looks.ts'
import { Serial } from './serial.ts'

/** What bots subscribe to: every message of the conversations that they are members of. */
export const MY_MESSAGES = '__my_messages__'
const NOTIFY = 'stream-notify-user'

/**
 * Messages that are told to the members of a room whichever rooms those are: to bots as their
 * messages, to people as notifications. Of a room that somebody has just joined he is told what was
 * said from then on.
 */
export class MemberMessages implements RoomObserver {
  readonly #ctx: AppContext
  readonly #hub: EventHub
  readonly #serial: Serial
  /** How often each user is followed. */
  readonly #users = new Map<string, number>()
  /** Up to which place the messages of a room have been told. */
  readonly #told = new Map<string, number>()

  constructor(ctx: AppContext, hub: EventHub) {
    this.#ctx = ctx
    this.#hub = hub
    this.#serial = new Serial(ctx.log)
  }

  /** Begins to follow what is said to a user. Returns how to end it. */
  async follow(userId: string): Promise<() => void> {
    this.#users.set(userId, (this.#users.get(userId) ?? 0) + 1)
    let following = true
    const leave = (): void => {
      if (!following) return
      following = false
      const left = (this.#users.get(userId) ?? 1) - 1
      if (left > 0) this.#users.set(userId, left)
      else this.#users.delete(userId)
      if (this.#users.size === 0) this.#told.clear()
    }
    try {
      await this.#load(userId)
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** The address under which one user's own messages are told. */
  readonly addressOf = (userId: string): string => `${MY_MESSAGES} ${userId}`

  wants(): boolean {
    return this.#users.size > 0
  }

  cursor(roomId: string): number | undefined {
    return this.#told.get(roomId)
  }

  looked(looks: readonly RoomLook[]): void {
    if (this.#users.size === 0) return
    for (const look of looks) {
      const users = [...look.members.keys()].filter((id) => this.#users.has(id))
      const { room } = look
      if (room === undefined || users.length === 0) {
        this.#told.delete(look.id)
        continue
      }
      const told = this.#told.get(look.id)
      if (told === undefined) {
        this.#told.set(look.id, room.seq)
        this.#serial.add(() => this.#tellSinceJoined(room, look, users))
        continue
      }
      const rows = look.changed.filter((row) => row.changed_seq > told)
      const last = rows.at(-1)
      if (last === undefined) continue
      this.#told.set(look.id, last.changed_seq)
      this.#serial.add(() => Promise.resolve(this.#tell(room, rows, users)))
    }
  }

  /** Resolves once everything that was looked at is told. */
  settled(): Promise<void> {
    return this.#serial.settled()
  }

  async #load(userId: string): Promise<void> {
    const rooms = await this.#ctx.db.read((reader) =>
      reader.q
        .selectFrom('subscription')
        .innerJoin('room', 'room.id', 'subscription.room_id')
        .select(['room.id', 'room.seq'])
        .where('subscription.user_id', '=', userId)
        .where('subscription.ended_at', 'is', null)
        .execute(),
    )
    for (const { id, seq } of rooms) if (!this.#told.has(id)) this.#told.set(id, seq)
  }

  async #tellSinceJoined(
    room: RoomWithVisitor,
    { members }: RoomLook,
    users: readonly string[],
  ): Promise<void> {
    for (const userId of users) {
      // A read position moves the membership's time on; who serves has joined when he took it.
      const joined = room.served_by_id === userId ? room.served_at : members.get(userId)?.updated_at
      if (joined === null || joined === undefined) continue
      const rows = await this.#ctx.db.read((reader) =>
        reader.q
          .selectFrom('message')
          .selectAll()
          .where('room_id', '=', room.id)
          .where('ts', '>=', joined)
          .where('changed_seq', '<=', room.seq)
          .orderBy('changed_seq')
          .execute(),
      )
      this.#tell(room, rows, [userId])
    }
  }

  #tell(room: RoomWithVisitor, rows: readonly Row<'message'>[], users: readonly string[]): void {
    for (const row of rows) {
      if (isGone(row) || row.hidden === 1) continue
      this.#tellMine(row, users)
      if (row.author_type === 'visitor' && row.kind === null && row.changed_seq === row.seq) {
        const notification = [notificationOf(room, row)]
        for (const userId of users) this.#hub.tell(NOTIFY, `${userId}/notification`, notification)
      }
    }
  }

  #tellMine(row: Row<'message'>, users: readonly string[]): void {
    const followers = users.filter((id) => this.#hub.has(MESSAGES, this.addressOf(id)))
    if (followers.length === 0) return
    const message = toEjsonMessage(row, { type: 'staff' })
    const args = [message, { roomParticipant: true, roomType: 'l', roomName: null }]
    for (const userId of followers) {
      this.#hub.tell(MESSAGES, MY_MESSAGES, args, { address: this.addressOf(userId) })
    }
  }
}

/** What a client shows of a message whose room is not open before it. */
const notificationOf = (room: RoomWithVisitor, row: Row<'message'>) => ({
  title: room.label,
  text: row.text,
  name: room.label,
  payload: {
    _id: row.id,
    rid: room.id,
    sender: { _id: row.author_id, username: row.author_username, name: row.author_name },
    type: 'l',
    name: room.label,
    message: { msg: row.text },
  },
})
