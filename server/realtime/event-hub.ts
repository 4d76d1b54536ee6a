import { eventFrame } from './protocol.ts'
import type { Session } from './session.ts'
import {
  endSubscription,
  keyOf,
  notAllowed,
  type Following,
  type Stream,
  type StreamRequest,
} from './streams.ts'
import { textFrame } from './text-frame.ts'

/** One socket that follows an event which belongs to no single room. */
export interface HubFollower extends Following {
  readonly session: Session
  readonly stream: string
  readonly event: string
}

/** What one stream is like. */
export interface HubStreamOptions {
  /** Whether the socket may follow the event now; asked again when rights change. */
  mayFollow(session: Session, event: string): boolean
  /** Whether it rests on who is signed in. */
  byLogin: boolean
  /** Sets apart what is told to different readers under one name. */
  addressOf?: (session: Session, event: string) => string
  /** Prepares what the event is made from, while somebody follows it. Returns how to end that. */
  prepare?: (session: Session, event: string) => Promise<() => void>
  /** Sends the present state to who begins to follow. */
  greet?: (follower: HubFollower, request: StreamRequest) => void
}

/** Events that belong to no single room, by stream and name. */
export class EventHub {
  readonly #followers = new Map<string, Set<OneFollower>>()

  /** Whether anybody on this process follows the event. */
  has(stream: string, address: string): boolean {
    return this.#followers.has(keyOf(stream, address))
  }

  /** Sends an event to who follows it, made once. */
  tell(
    stream: string,
    event: string,
    args: readonly unknown[],
    { easily = false, address = event }: { easily?: boolean; address?: string } = {},
  ): void {
    const followers = this.#followers.get(keyOf(stream, address))
    if (followers === undefined) return
    const frame = textFrame(eventFrame(stream, event, args))
    for (const { session } of followers) {
      if (easily) session.sendIfEasy(frame)
      else session.send(frame)
    }
  }

  /** Ends what the users of these sockets may not follow any more. */
  recheck(sessions: ReadonlySet<Session>): void {
    for (const followers of this.#followers.values()) {
      for (const follower of followers) {
        const { session, stream, event } = follower
        if (!sessions.has(session) || follower.mayFollow()) continue
        endSubscription(session, keyOf(stream, event), notAllowed().error)
      }
    }
  }

  /** A stream whose events are told here. */
  stream(options: HubStreamOptions): Stream {
    return {
      admit: async (session, { stream, event }) => {
        if (!options.mayFollow(session, event)) throw notAllowed()
        const release = await options.prepare?.(session, event)
        return this.follower(session, { stream, event }, options, release)
      },
    }
  }

  /** A follower of one event, which has yet to start. */
  follower(
    session: Session,
    of: { stream: string; event: string },
    options: HubStreamOptions,
    release?: () => void,
  ): HubFollower {
    return new OneFollower(this, session, of, options, release)
  }

  join(follower: OneFollower): void {
    const key = keyOf(follower.stream, follower.address)
    const followers = this.#followers.get(key)
    if (followers === undefined) this.#followers.set(key, new Set([follower]))
    else followers.add(follower)
  }

  leave(follower: OneFollower): void {
    const key = keyOf(follower.stream, follower.address)
    const followers = this.#followers.get(key)
    followers?.delete(follower)
    if (followers?.size === 0) this.#followers.delete(key)
  }
}

class OneFollower implements HubFollower {
  readonly session: Session
  readonly stream: string
  readonly event: string
  readonly address: string
  readonly #hub: EventHub
  readonly #options: HubStreamOptions
  #release: (() => void) | undefined
  #ended = false

  constructor(
    hub: EventHub,
    session: Session,
    { stream, event }: { stream: string; event: string },
    options: HubStreamOptions,
    release: (() => void) | undefined,
  ) {
    this.#hub = hub
    this.session = session
    this.stream = stream
    this.event = event
    this.address = options.addressOf?.(session, event) ?? event
    this.#options = options
    this.#release = release
  }

  get byLogin(): boolean {
    return this.#options.byLogin
  }

  mayFollow(): boolean {
    return this.#options.mayFollow(this.session, this.event)
  }

  start(request: StreamRequest): void {
    if (this.#ended) return
    this.#hub.join(this)
    this.#options.greet?.(this, request)
  }

  stop(): void {
    this.#ended = true
    this.#hub.leave(this)
    this.#release?.()
    this.#release = undefined
  }
}
