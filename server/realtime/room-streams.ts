import type { AppContext } from '../context.ts'
import type { Identities } from './identities.ts'
import { MessageFollower } from './message-follower.ts'
import { MESSAGES, type RoomViewer } from './message-frames.ts'
import type { RoomFeed, RoomFollower, RoomStream } from './room-feed.ts'
import type { RoomFeeds } from './room-feeds.ts'
import type { Session } from './session.ts'
import { notAllowed, Refusal, type Stream, type StreamRequest } from './streams.ts'

/** The parts that the streams of a room share. */
export interface RoomParts {
  ctx: AppContext
  feeds: RoomFeeds
  identities: Identities
}

/** What one stream of rooms is like. */
export interface RoomStreamOptions {
  audience: 'all' | 'visitor' | 'staff'
  /** Sends the present state to who begins to follow. */
  greet?: (feed: RoomFeed, follower: RoomFollower, request: StreamRequest) => void
}

/** The events of one room: what is followed is `<roomId>` or `<roomId>/<event>`. */
export function roomStream(
  parts: RoomParts,
  stream: RoomStream,
  options: RoomStreamOptions,
): Stream {
  return {
    admit: async (session, request) => {
      const { feeds } = parts
      const roomId = request.event.split('/', 1)[0] ?? ''
      if (roomId === '') throw notAllowed()
      const feed = await feeds.hold(roomId)
      try {
        const viewer = await viewerOf(parts, session, feed, request, options.audience)
        // Until it starts the feed must stay, or changes of the time between would be missed.
        feed.holds += 1
        return stream === MESSAGES
          ? new MessageFollower(parts, session, feed, viewer)
          : new EventFollower(parts, session, feed, viewer, stream, request.event, options.greet)
      } finally {
        feeds.release(feed)
      }
    },
  }
}

/**
 * As whom the socket may follow the room.
 * @throws Refusal, alike for absent and foreign rooms (S1)
 */
async function viewerOf(
  { feeds, identities }: RoomParts,
  session: Session,
  feed: RoomFeed,
  { token }: StreamRequest,
  audience: RoomStreamOptions['audience'],
): Promise<RoomViewer> {
  if (audience !== 'visitor' && feeds.staffMayRead(feed, session)) return STAFF
  if (audience === 'staff' || token === undefined) throw notAllowed()
  const visitor = await identities.prove(session, token)
  if (visitor === undefined || feed.room?.visitor_id !== visitor.id) throw notAllowed()
  if (feed.room.state === 'closed') throw new Refusal('room-closed')
  return session.viewerFor(visitor.id, token)
}

const STAFF: RoomViewer = { type: 'staff' }

/** One socket that follows an event of a room other than its messages. */
class EventFollower implements RoomFollower {
  readonly session: Session
  readonly viewer: RoomViewer
  readonly stream: RoomStream
  readonly event: string
  readonly #parts: RoomParts
  readonly #feed: RoomFeed
  readonly #greet: RoomStreamOptions['greet']
  #started = false

  constructor(
    parts: RoomParts,
    session: Session,
    feed: RoomFeed,
    viewer: RoomViewer,
    stream: RoomStream,
    event: string,
    greet: RoomStreamOptions['greet'],
  ) {
    this.#parts = parts
    this.#feed = feed
    this.session = session
    this.viewer = viewer
    this.stream = stream
    this.event = event
    this.#greet = greet
  }

  get byLogin(): boolean {
    return this.viewer.type === 'staff'
  }

  start(request: StreamRequest): void {
    if (!this.#started) {
      this.#started = true
      this.#feed.followers.add(this)
      this.#feed.holds -= 1
    }
    this.#greet?.(this.#feed, this, request)
  }

  stop(): void {
    if (this.#started) this.#parts.feeds.leave(this.#feed, this)
    else this.#parts.feeds.release(this.#feed)
  }
}
