import type { AppContext } from '../context.ts'
import { toEjson } from '../contract/ejson.ts'
import { isGone } from '../features/messages/changes.ts'
import { lastMessages } from '../features/messages/store.ts'
import { toPublishedRoom } from '../features/member-rooms/wire.ts'
import { findRoom } from '../features/rooms/store.ts'
import type { Reader } from '../storage/database.ts'
import { eventFrame } from './protocol.ts'
import type { RoomFeed, RoomFollower } from './room-feed.ts'
import type { RoomChange } from './room-feeds.ts'

const NOTIFY = 'stream-notify-room'

const ofStaff = ({ viewer }: RoomFollower): boolean => viewer.type === 'staff'
const ofVisitor = ({ viewer }: RoomFollower): boolean => viewer.type === 'visitor'

/** What a room tells beside its messages: deletions, read positions, the room itself. */
export class RoomEvents {
  readonly #ctx: AppContext

  constructor(ctx: AppContext) {
    this.#ctx = ctx
  }

  /** To be told of every change of a followed room. */
  changed(change: RoomChange): void {
    this.#tellDeletions(change)
    this.#tellReading(change)
    if (change.before.visitor_read_seq < change.after.visitor_read_seq) {
      void this.#tellRead(change.feed, change.after.visitor_read_seq)
    }
    if (change.feed.follows('stream-room-data', change.feed.id)) void this.#tellRoom(change.feed)
  }

  /** Who begins to follow the read positions is told where they stand. */
  greet(feed: RoomFeed, follower: RoomFollower): void {
    if (follower.event !== readingOf(feed)) return
    const frame = eventFrame(NOTIFY, follower.event, [positions(feed, ofStaff(follower))])
    follower.session.send(frame)
  }

  #tellDeletions({ feed, told }: RoomChange): void {
    const event = `${feed.id}/deleteMessage`
    for (const row of told) {
      if (isGone(row) && row.hidden === 0) feed.tell(NOTIFY, event, [{ _id: row.id }])
    }
  }

  #tellReading({ feed, before, membersBefore }: RoomChange): void {
    const event = readingOf(feed)
    if (!feed.follows(NOTIFY, event)) return
    const earlier = { room: before, members: membersBefore }
    for (const [detailed, to] of [
      [true, ofStaff],
      [false, ofVisitor],
    ] as const) {
      const now = positions(feed, detailed)
      if (JSON.stringify(now) === JSON.stringify(positions(earlier, detailed))) continue
      feed.tell(NOTIFY, event, [now], { to })
    }
  }

  /** The reference's receipt: the visitor has read what was said until then. */
  async #tellRead(feed: RoomFeed, seq: number): Promise<void> {
    const event = `${feed.id}/messagesRead`
    if (!feed.follows(NOTIFY, event)) return
    const until = await this.#read((reader) =>
      reader.q
        .selectFrom('message')
        .select('ts')
        .where('room_id', '=', feed.id)
        .where('seq', '<=', seq)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    )
    if (until === undefined) return
    const args = [{ until: { $date: Date.parse(until.ts) } }]
    feed.tell(NOTIFY, event, args, { to: ofStaff })
  }

  async #tellRoom(feed: RoomFeed): Promise<void> {
    const view = await this.#read(async (reader) => ({
      room: await findRoom(reader, feed.id),
      lastMessage: (await lastMessages(reader, [feed.id])).get(feed.id),
    }))
    if (view?.room === undefined) return
    const { room, lastMessage } = view
    feed.tell('stream-room-data', feed.id, [toEjson(toPublishedRoom({ room, lastMessage }))])
  }

  async #read<Result>(work: (reader: Reader) => Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.#ctx.db.read(work)
    } catch (error) {
      this.#ctx.log.warn({ err: error }, 'an event of a room could not be told')
      return undefined
    }
  }
}

const readingOf = ({ id }: RoomFeed): string => `${id}/foyer-read`

/** Up to where the visitor and the agents have read; agents are told each by name. */
function positions(
  { room, members }: Pick<RoomFeed, 'room' | 'members'>,
  detailed: boolean,
): { visitor: number; agents: number; byAgent?: Record<string, number> } {
  const byAgent = Object.fromEntries([...members].map(([id, { read_seq: seq }]) => [id, seq]))
  const agents = Math.max(0, ...Object.values(byAgent))
  const visitor = room?.visitor_read_seq ?? 0
  return detailed ? { visitor, agents, byAgent } : { visitor, agents }
}
