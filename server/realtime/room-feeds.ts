import type { AppContext } from '../context.ts'
import { readsRoom } from '../features/rooms/access.ts'
import { livingMemberships } from '../features/subscriptions/store.ts'
import type { Reader } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { MessageFrames } from './message-frames.ts'
import {
  RoomFeed,
  toFollowedMembers,
  toFollowedRoom,
  type FollowedRoom,
  type RoomFollower,
} from './room-feed.ts'
import { readRooms, type RoomLook, type RoomObserver } from './room-looks.ts'
import type { Session } from './session.ts'
import { notAllowed, Refusal } from './streams.ts'

const LOADED_AT_ONCE = 250

/** What is told when a room has changed. */
export interface RoomChange {
  feed: RoomFeed
  before: FollowedRoom
  after: FollowedRoom
  membersBefore: RoomFeed['members']
  /** The changed messages that were handed to the followers, in order. */
  told: readonly Row<'message'>[]
}

/** The followed rooms of this process. */
export class RoomFeeds implements RoomObserver {
  readonly #ctx: AppContext
  readonly #feeds = new Map<string, RoomFeed>()
  readonly #missed = new Set<string>()
  /** Who reacts to changes of a room beside its messages. */
  readonly #reactions: ((change: RoomChange) => void)[] = []
  #loading: { ids: Set<string>; done: Promise<void> } | undefined
  /** Tells of rooms that moved while they were being loaded. */
  onMoved: (roomIds: Iterable<string>) => void = () => undefined

  constructor(ctx: AppContext) {
    this.#ctx = ctx
  }

  onChange(reaction: (change: RoomChange) => void): void {
    this.#reactions.push(reaction)
  }

  get(roomId: string): RoomFeed | undefined {
    return this.#feeds.get(roomId)
  }

  all(): Iterable<RoomFeed> {
    return this.#feeds.values()
  }

  /** The feed of a room, loaded, and held until it is released. */
  async hold(roomId: string): Promise<RoomFeed> {
    let feed = this.#feeds.get(roomId)
    if (feed === undefined) {
      feed = new RoomFeed(roomId)
      this.#feeds.set(roomId, feed)
    }
    feed.holds += 1
    try {
      if (feed.room === undefined) await this.#load(roomId)
    } catch (error) {
      this.release(feed)
      throw error
    }
    return feed
  }

  release(feed: RoomFeed): void {
    feed.holds -= 1
    this.#forgetIdle(feed)
  }

  leave(feed: RoomFeed, follower: RoomFollower): void {
    feed.followers.delete(follower)
    this.#forgetIdle(feed)
  }

  #forgetIdle(feed: RoomFeed): void {
    if (!feed.idle || this.#feeds.get(feed.id) !== feed) return
    this.#feeds.delete(feed.id)
    this.#missed.delete(feed.id)
  }

  /** Loads are put together: after a restart thousands of clients ask within a second. */
  async #load(roomId: string): Promise<void> {
    if (this.#loading === undefined || this.#loading.ids.size >= LOADED_AT_ONCE) {
      const ids = new Set<string>()
      const done = new Promise((resolve) => setImmediate(resolve)).then(() => {
        if (this.#loading?.ids === ids) this.#loading = undefined
        return this.#readNow([...ids])
      })
      this.#loading = { ids, done }
    }
    this.#loading.ids.add(roomId)
    return this.#loading.done
  }

  async #readNow(ids: readonly string[]): Promise<void> {
    const { rooms, members } = await this.#ctx.db.read(async (reader) => ({
      rooms: await readRooms(reader, ids),
      members: await livingMemberships(reader, ids),
    }))
    for (const id of ids) {
      const feed = this.#feeds.get(id)
      const room = rooms.get(id)
      if (feed === undefined || feed.room !== undefined || room === undefined) continue
      feed.room = toFollowedRoom(room)
      feed.members = toFollowedMembers(members.get(id))
      feed.cursor = room.seq
      if (this.#missed.delete(id)) this.onMoved([id])
    }
  }

  /** Rooms that are not as they were last seen; for when rings may be missing. */
  async outdated(): Promise<string[]> {
    const ids = [...this.#feeds.keys()]
    const moved: string[] = []
    for (let from = 0; from < ids.length; from += LOADED_AT_ONCE) {
      const part = ids.slice(from, from + LOADED_AT_ONCE)
      const marks = await this.#ctx.db.read(async (reader) => ({
        rooms: await readMarks(reader, part),
        members: await livingMemberships(reader, part),
      }))
      for (const id of part) {
        const feed = this.#feeds.get(id)
        if (feed?.room === undefined) continue
        const stored = `${marks.rooms.get(id)} ${markOf(toFollowedMembers(marks.members.get(id)))}`
        if (stored !== `${roomMark(feed.room)} ${markOf(feed.members)}`) moved.push(id)
      }
    }
    return moved
  }

  wants(roomId: string): boolean {
    return this.#feeds.has(roomId)
  }

  cursor(roomId: string): number | undefined {
    const feed = this.#feeds.get(roomId)
    return feed?.room === undefined ? undefined : feed.cursor
  }

  looked(looks: readonly RoomLook[]): void {
    for (const look of looks) {
      const feed = this.#feeds.get(look.id)
      if (feed === undefined) continue
      if (feed.room === undefined) this.#missed.add(look.id)
      else this.#apply(feed, look)
    }
  }

  #apply(feed: RoomFeed, look: RoomLook): void {
    const { room: before, members: membersBefore } = feed
    if (before === undefined) return
    const after = look.room === undefined ? undefined : toFollowedRoom(look.room, before)
    feed.room = after
    feed.members = toFollowedMembers(look.members, membersBefore)
    if (after === undefined) {
      for (const follower of feed.followers) feed.end(follower, notAllowed())
      return
    }
    this.#endForbidden(feed)
    const told = this.#tellMessages(feed, look)
    if (this.#needsAnotherLook(feed, before, after)) {
      feed.room = before
      feed.members = membersBefore
      return
    }
    for (const reaction of this.#reactions) reaction({ feed, before, after, membersBefore, told })
    // Last, so that its visitor has heard the last word.
    if (after.state === 'closed') this.#endVisitors(feed)
  }

  /**
   * A room is read after its messages, so it may be ahead of them; and who committed what came in
   * between may have died before it could ring. Then they are read once more before the change of
   * the room is told: its end comes after its last message.
   */
  #needsAnotherLook(feed: RoomFeed, before: FollowedRoom, after: FollowedRoom): boolean {
    const ahead = after.seq > before.seq && after.seq > feed.cursor && after.seq > feed.checked
    if (!ahead) return false
    feed.checked = after.seq
    this.onMoved([feed.id])
    return true
  }

  #tellMessages(feed: RoomFeed, { changed }: RoomLook): readonly Row<'message'>[] {
    // A look of before may have told some of them already.
    const told = changed.filter((row) => row.changed_seq > feed.cursor)
    for (const row of told) {
      feed.cursor = row.changed_seq
      const frames = new MessageFrames(row)
      for (const follower of feed.followers) follower.take?.(frames)
    }
    return told
  }

  /** Ends what followers may not read any more: the room or its reader has changed. */
  #endForbidden(feed: RoomFeed): void {
    for (const follower of feed.followers) {
      if (!this.#mayFollow(feed, follower)) feed.end(follower, notAllowed())
    }
  }

  #mayFollow(feed: RoomFeed, { viewer, session }: RoomFollower): boolean {
    if (viewer.type === 'visitor') return feed.room?.visitor_id === viewer.id
    return this.staffMayRead(feed, session)
  }

  /** Whether the signed-in user of a socket may read the room as it was last seen. */
  staffMayRead(feed: RoomFeed, { login }: Session): boolean {
    const { room } = feed
    if (login === undefined || room === undefined) return false
    return readsRoom(this.#ctx, login.caller, room, feed.members.has(login.caller.userId))
  }

  #endVisitors(feed: RoomFeed): void {
    for (const follower of feed.followers) {
      if (follower.viewer.type === 'visitor') feed.end(follower, new Refusal('room-closed'))
    }
  }

  /** Looks again at what the users of these sockets may read; their rights have changed. */
  recheck(sessions: ReadonlySet<Session>): void {
    for (const feed of this.#feeds.values()) {
      for (const follower of feed.followers) {
        if (follower.viewer.type !== 'staff' || !sessions.has(follower.session)) continue
        if (!this.staffMayRead(feed, follower.session)) feed.end(follower, notAllowed())
      }
    }
  }
}

const roomMark = ({ seq, updated_at }: Pick<Row<'room'>, 'seq' | 'updated_at'>): string =>
  `${seq} ${updated_at}`

const markOf = (members: RoomFeed['members']): string =>
  [...members.values()].map(({ id, updated_at }) => `${id} ${updated_at}`).join()

async function readMarks(reader: Reader, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await reader.q
    .selectFrom('room')
    .select(['id', 'seq', 'updated_at'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, roomMark(row)]))
}
