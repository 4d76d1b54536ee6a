import { Type } from 'typebox'
import type { Whisper } from '../bus/bus.ts'
import type { AppContext } from '../context.ts'
import { matches } from '../features/method-calls/matches.ts'
import { mayWriteRoom } from '../features/rooms/access.ts'
import { findRoom } from '../features/rooms/store.ts'
import { TooManyRequestsError, type RateLimits } from '../http/limits.ts'
import type { Identities } from './identities.ts'
import { LIMITS } from './limits.ts'
import type { RoomFeed, RoomFollower } from './room-feed.ts'
import type { RoomFeeds } from './room-feeds.ts'
import type { Session } from './session.ts'

const NOTIFY = 'stream-notify-room'
const TYPING = 'user-typing'
const Activities = Type.Array(Type.String({ maxLength: 40 }), { maxItems: 5 })
const KNOWN: ReadonlySet<string> = new Set([TYPING, 'user-recording', 'user-uploading'])

/** The parts that typing needs. */
export interface TypingParts {
  ctx: AppContext
  feeds: RoomFeeds
  identities: Identities
  limits: RateLimits
}

/**
 * Who is typing, in both languages: the old `typing` and the new `user-activity` are taken and each
 * is told as both. The name is the server's, not the client's, so nobody types as somebody else.
 * Nothing of it is stored, and under load it is left out first.
 */
export class Typing {
  readonly #parts: TypingParts

  constructor(parts: TypingParts) {
    this.#parts = parts
  }

  /** Takes what a client writes into a room. What it may not write is dropped, as everywhere. */
  async said(
    session: Session,
    event: string,
    args: readonly unknown[],
    token: string | undefined,
  ): Promise<void> {
    const [roomId = '', kind] = event.split('/', 2)
    const activities = activitiesOf(kind, args[1])
    if (roomId === '' || activities === undefined) return
    const author = await this.#authorOf(session, roomId, token)
    if (author === undefined || !this.#isWithinLimit(author)) return
    this.#parts.ctx.bus.whisper({ kind: 'activity', roomId, author, activities })
  }

  /** Tells who follows the room here, except the author himself. */
  heard({ roomId, author, activities }: Whisper): void {
    const feed = this.#parts.feeds.get(roomId)
    if (feed === undefined) return
    const options = { easily: true, to: (follower: RoomFollower) => !isAuthor(follower, author) }
    const activity = [author.username, activities, {}]
    feed.tell(NOTIFY, `${roomId}/user-activity`, activity, options)
    const typing = [author.username, activities.includes(TYPING)]
    feed.tell(NOTIFY, `${roomId}/typing`, typing, options)
  }

  async #authorOf(
    session: Session,
    roomId: string,
    token: string | undefined,
  ): Promise<Whisper['author'] | undefined> {
    const { feeds, ctx, identities } = this.#parts
    const feed = feeds.get(roomId)
    const room = feed?.room ?? (await ctx.db.read((reader) => findRoom(reader, roomId)))
    if (room === undefined || room.state === 'closed') return undefined
    if (token !== undefined) {
      const visitor = await identities.prove(session, token)
      if (visitor === undefined || room.visitor_id !== visitor.id) return undefined
      return { type: 'visitor', id: visitor.id, username: room.visitor_username }
    }
    if (session.login === undefined) return undefined
    const { caller } = session.login
    if (!(await this.#mayWrite(feed, session, roomId, room))) return undefined
    return { type: 'agent', id: caller.userId, username: caller.username }
  }

  async #mayWrite(
    feed: RoomFeed | undefined,
    { login }: Session,
    roomId: string,
    room: { served_by_id: string | null },
  ): Promise<boolean> {
    if (login === undefined) return false
    if (feed?.members.has(login.caller.userId) === true) return true
    const { ctx } = this.#parts
    const { served_by_id } = room
    return ctx.db.read((reader) =>
      mayWriteRoom(ctx, reader, login.caller, { id: roomId, served_by_id }),
    )
  }

  #isWithinLimit({ type, id }: Whisper['author']): boolean {
    const { limits, ctx } = this.#parts
    if (!ctx.settings.get('API_Enable_Rate_Limiter')) return true
    try {
      limits.take(`typing#${type} ${id}`, LIMITS.typingPerMinute, LIMITS.typingBurst)
      return true
    } catch (error) {
      if (error instanceof TooManyRequestsError) return false
      throw error
    }
  }
}

function activitiesOf(kind: string | undefined, value: unknown): readonly string[] | undefined {
  if (kind === 'typing' && typeof value === 'boolean') return value ? [TYPING] : []
  if (kind !== 'user-activity' || !matches(Activities, value)) return undefined
  return value.filter((activity) => KNOWN.has(activity))
}

const isAuthor = ({ viewer, session }: RoomFollower, author: Whisper['author']): boolean =>
  author.type === 'visitor'
    ? viewer.type === 'visitor' && viewer.id === author.id
    : session.login?.caller.userId === author.id
