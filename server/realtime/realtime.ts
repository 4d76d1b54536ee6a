import type { IncomingMessage, Server } from 'node:http'
import proxyAddress from '@fastify/proxy-addr'
import type { Config } from '../config.ts'
import type { AppContext } from '../context.ts'
import type { MethodTable } from '../features/method-calls/run.ts'
import type { LoadWatch } from '../http/load-watch.ts'
import type { RateLimits } from '../http/limits.ts'
import { idOf, type Topic } from '../lib/topics.ts'
import { Dispatcher } from './dispatch.ts'
import { EventHub } from './event-hub.ts'
import { Gateway } from './gateway.ts'
import { Identities } from './identities.ts'
import { MemberLists } from './member-lists.ts'
import { MemberMessages } from './member-messages.ts'
import { otherStreams, withMyMessages } from './other-streams.ts'
import type { Presence } from './presence-port.ts'
import { QueueBoard } from './queue-board.ts'
import { QueueEvents } from './queue-events.ts'
import { RoomEvents } from './room-events.ts'
import { RoomFeeds } from './room-feeds.ts'
import { RoomLooks } from './room-looks.ts'
import { roomStream, type RoomParts } from './room-streams.ts'
import { Serial } from './serial.ts'
import { ServiceEvents } from './service-events.ts'
import type { Origin, Session } from './session.ts'
import { SocketMethods } from './socket-methods.ts'
import { TableEvents } from './table-events.ts'
import { Typing } from './typing.ts'
import { UserEvents } from './user-events.ts'

/** What the sockets share with HTTP, and what `app` joins them to. */
export interface RealtimeParts {
  ctx: AppContext
  methods: MethodTable
  limits: RateLimits
  load: LoadWatch
  presence: Presence
}

/**
 * Everything that goes over sockets, built once by `app`. Commits ring; what has rung is read once
 * and told to whoever follows it here.
 */
export class Realtime {
  readonly #ctx: AppContext
  readonly #gateway: Gateway
  readonly #identities: Identities
  readonly #serial: Serial
  readonly #hub = new EventHub()
  readonly #feeds: RoomFeeds
  readonly #board: QueueBoard
  readonly #lists: MemberLists
  readonly #messages: MemberMessages
  readonly #looks: RoomLooks
  readonly #service: ServiceEvents
  readonly #users: UserEvents
  readonly #tables: TableEvents
  readonly #stopListening: (() => void)[]
  #polling: Promise<void> = Promise.resolve()
  #nextPoll: Promise<void> | undefined

  constructor({ ctx, methods, limits, load, presence }: RealtimeParts) {
    this.#ctx = ctx
    const hub = this.#hub
    const serial = (this.#serial = new Serial(ctx.log))
    const identities = (this.#identities = new Identities(ctx, presence))
    const feeds = (this.#feeds = new RoomFeeds(ctx))
    const board = (this.#board = new QueueBoard(ctx))
    const lists = (this.#lists = new MemberLists({ ctx, hub, identities, serial }))
    const messages = (this.#messages = new MemberMessages(ctx, hub))
    this.#looks = new RoomLooks(ctx, [feeds, board, lists, messages])
    const roomEvents = new RoomEvents(ctx)
    const service = (this.#service = new ServiceEvents({ ctx, feeds, board, serial }))
    const users = (this.#users = new UserEvents({ ctx, hub, serial }))
    const tables = (this.#tables = new TableEvents({ ctx, hub, serial }))
    const queue = new QueueEvents({ ctx, hub, board, serial })
    const typing = new Typing({ ctx, feeds, identities, limits })

    feeds.onMoved = (ids) => this.#looks.moved(ids)
    feeds.onChange((change) => roomEvents.changed(change))
    feeds.onChange((change) => service.changed(change))
    identities.onRights = (sessions) => this.#recheck(sessions)

    const others = { ctx, hub, lists, messages, board, queue, users, tables }
    const { messages: ofRooms, ...rooms } = roomStreams(
      { ctx, feeds, identities },
      roomEvents,
      service,
    )
    const streams = new Map([
      ...otherStreams(others),
      ['stream-room-messages', withMyMessages(others, ofRooms)],
      ['stream-notify-room', rooms.notify],
      ['stream-livechat-room', rooms.service],
      ['stream-room-data', rooms.data],
    ])
    const calls = new SocketMethods({
      ctx,
      methods,
      limits,
      identities,
      said: (...what) => typing.said(...what),
    })
    const dispatcher = new Dispatcher(ctx, calls, streams)
    const figures = { sent: 0, shed: 0, slow: 0 }
    ctx.metrics.sockets(() => ({ open: this.sockets, ...figures }))
    this.#gateway = new Gateway({
      now: () => ctx.clock.now(),
      originOf: (request) => originOf(ctx.config, request),
      overloaded: () => isOverloaded(ctx, load),
      events: {
        frame: (session, frame) => dispatcher.answer(session, frame),
        closed: (session) => {
          for (const { following } of session.subscriptions.values()) following.stop()
          session.subscriptions.clear()
          identities.closed(session)
        },
        figures,
      },
    })
    this.#stopListening = [
      ctx.bus.onRing((topics) => this.#rang(topics)),
      ctx.bus.onMissed(() => void this.poll()),
      ctx.bus.onWhisper((whisper) => typing.heard(whisper)),
    ]
  }

  /** Takes sockets on the port of this server. */
  attach(server: Server): void {
    this.#gateway.attach(server)
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#gateway.sessions.size
  }

  /** Looks for a sign of life in every socket; happens by itself every few seconds. */
  beat(): void {
    this.#gateway.beat()
  }

  /** Compares what was told with what is stored; happens by itself when rings may be missing. */
  poll(): Promise<void> {
    // One look at a time; whoever asks meanwhile waits for one that begins after this one.
    this.#nextPoll ??= this.#polling.then(() => {
      this.#nextPoll = undefined
      return this.#pollNow()
    })
    this.#polling = this.#nextPoll
    return this.#nextPoll
  }

  async #pollNow(): Promise<void> {
    try {
      for (const source of [this.#feeds, this.#board, this.#lists]) {
        this.#looks.moved(await source.outdated())
      }
      await this.#identities.refresh([...this.#identities.userIds()])
      await this.#users.missed()
      this.#service.usersMoved()
      this.#tables.moved()
      this.#recheck(this.#gateway.sessions)
    } catch (error) {
      this.#ctx.log.warn({ err: error }, 'what was missed could not be looked for')
    }
    await this.#looks.settled()
    await this.#serial.settled()
  }

  /** Resolves once everything that this process has committed so far is handed to the sockets. */
  async settled(): Promise<void> {
    // A commit rings after its answers have left.
    await new Promise((resolve) => setImmediate(resolve))
    await this.#looks.settled()
    await this.#messages.settled()
    await this.#serial.settled()
  }

  /** Sends everybody away and stops listening. */
  async stop(): Promise<void> {
    for (const stop of this.#stopListening) stop()
    await this.#gateway.stop()
    this.#service.stop()
    await this.#polling
    await this.#looks.stop()
    await this.#messages.settled()
    await this.#serial.settled()
  }

  #rang(topics: ReadonlySet<Topic>): void {
    const rooms: string[] = []
    const users: string[] = []
    for (const topic of topics) {
      const roomId = idOf('room', topic)
      const userId = idOf('user', topic)
      if (roomId !== undefined) rooms.push(roomId)
      else if (userId !== undefined) users.push(userId)
      else this.#tableRang(topic)
    }
    if (rooms.length > 0) this.#looks.moved(rooms)
    if (users.length > 0) this.#usersRang(users)
  }

  #usersRang(userIds: readonly string[]): void {
    void this.#identities.refresh(userIds)
    this.#service.usersMoved(new Set(userIds))
    this.#users.moved(userIds)
  }

  #tableRang(topic: Topic): void {
    if (topic === 'settings' || topic === 'permissions' || topic === 'roles') {
      this.#tables.moved(topic)
    }
    this.#recheck(this.#gateway.sessions)
  }

  #recheck(sessions: ReadonlySet<Session>): void {
    this.#feeds.recheck(sessions)
    this.#hub.recheck(sessions)
  }
}

/** The streams of single rooms. */
const roomStreams = (parts: RoomParts, events: RoomEvents, service: ServiceEvents) => ({
  messages: roomStream(parts, 'stream-room-messages', { audience: 'all' }),
  notify: roomStream(parts, 'stream-notify-room', {
    audience: 'all',
    greet: (feed, follower) => events.greet(feed, follower),
  }),
  service: roomStream(parts, 'stream-livechat-room', {
    audience: 'visitor',
    greet: (feed, follower, request) => service.greet(feed, follower, request),
  }),
  data: roomStream(parts, 'stream-room-data', { audience: 'staff' }),
})

/** Newcomers are turned away when HTTP is, too. */
const isOverloaded = ({ settings }: AppContext, load: LoadWatch): boolean =>
  settings.get('API_Enable_Rate_Limiter') && load.lagMs > settings.get('Foyer_overload_lag_ms')

/** Where a socket comes from, by the same rule as for a request over HTTP. */
function originOf({ trustedProxies }: Config, request: IncomingMessage): Origin {
  const direct = request.socket.remoteAddress ?? ''
  return {
    ip: trustedProxies === false ? direct : proxyAddress(request, trustedProxies),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 500),
  }
}
