import type { AppContext } from '../context.ts'
import { findPerson } from '../features/agents/store.ts'
import { toVisibleAgent } from '../features/agents/wire.ts'
import { toWireVisitor } from '../features/visitors/wire.ts'
import { toQueuePlace } from '../features/widget-config/wire.ts'
import { pace, waitAt } from '../routing/queue-info.ts'
import { TIMES } from './limits.ts'
import { eventFrame } from './protocol.ts'
import type { QueueBoard } from './queue-board.ts'
import type { FollowedRoom, RoomFeed, RoomFollower } from './room-feed.ts'
import type { RoomChange, RoomFeeds } from './room-feeds.ts'
import type { Serial } from './serial.ts'
import type { StreamRequest } from './streams.ts'

const STREAM = 'stream-livechat-room'

/** The parts that telling a visitor of his service needs. */
export interface ServiceParts {
  ctx: AppContext
  feeds: RoomFeeds
  board: QueueBoard
  serial: Serial
}

/** What a visitor is told of how he is served: by whom, whether he is there, and his place before. */
export class ServiceEvents {
  readonly #parts: ServiceParts
  /** Waiting rooms that are followed; while there are any, so is the queue. */
  readonly #waiting = new Map<string, { leave: () => void; told: string }>()
  readonly #statuses = new Map<string, string>()
  #toldAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  readonly #tellPlaces = (): Promise<void> => this.#placesNow()

  constructor(parts: ServiceParts) {
    this.#parts = parts
    parts.board.onMoves(() => this.#placesSoon())
  }

  /** Who begins to follow, and counts places, is told how he is served now. */
  greet(feed: RoomFeed, follower: RoomFollower, { since }: StreamRequest): void {
    const waits = feed.room?.state === 'queued'
    if (waits) this.#wait(feed, since !== undefined)
    else if (since !== undefined) {
      this.#parts.serial.add(async () => {
        const args = await this.#agentOf(feed)
        if (args !== undefined) follower.session.send(eventFrame(STREAM, feed.id, [args]))
      })
    }
  }

  /** To be told of every change of a followed room. */
  changed({ feed, before, after }: RoomChange): void {
    if (!feed.follows(STREAM, feed.id)) return
    if (before.served_by_id !== after.served_by_id) {
      this.#parts.serial.add(async () => {
        const args = await this.#agentOf(feed)
        if (args !== undefined) feed.tell(STREAM, feed.id, [args])
      })
    }
    if (after.state === 'queued' && before.state !== 'queued') this.#wait(feed, true)
    if (visitorOf(before) !== visitorOf(after)) {
      this.#parts.serial.add(() => this.#tellVisitor(feed))
    }
  }

  /** These users, or any, may have changed: agents whose status visitors see. */
  usersMoved(userIds?: ReadonlySet<string>): void {
    if (!this.#parts.ctx.settings.get('Livechat_show_agent_info')) return
    const served = new Map<string, RoomFeed[]>()
    for (const feed of this.#parts.feeds.all()) {
      const agentId = feed.room?.served_by_id ?? undefined
      if (agentId === undefined || userIds?.has(agentId) === false) continue
      if (!feed.follows(STREAM, feed.id)) continue
      served.set(agentId, [...(served.get(agentId) ?? []), feed])
    }
    for (const [agentId, feeds] of served) {
      this.#parts.serial.add(() => this.#tellStatus(agentId, feeds))
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const { leave } of this.#waiting.values()) leave()
    this.#waiting.clear()
  }

  async #agentOf(feed: RoomFeed): Promise<object | undefined> {
    const agentId = feed.room?.served_by_id ?? undefined
    if (agentId === undefined) return { type: 'agentData' }
    const { ctx } = this.#parts
    const agent = await ctx.db.read((reader) => findPerson(reader, agentId))
    // Somebody else serves by now; that is told by the change that made it so.
    if (agent === undefined || feed.room?.served_by_id !== agentId) return undefined
    this.#statuses.set(agentId, agent.active === 1 ? agent.status : 'offline')
    return { type: 'agentData', data: toVisibleAgent(ctx.settings, agent) }
  }

  async #tellStatus(agentId: string, feeds: readonly RoomFeed[]): Promise<void> {
    const agent = await this.#parts.ctx.db.read((reader) => findPerson(reader, agentId))
    if (agent === undefined) return
    const status = agent.active === 1 ? agent.status : 'offline'
    if (this.#statuses.get(agentId) === status) return
    this.#statuses.set(agentId, status)
    for (const feed of feeds) {
      if (feed.room?.served_by_id !== agentId) continue
      feed.tell(STREAM, feed.id, [{ type: 'agentStatus', status }], { easily: true })
    }
  }

  async #tellVisitor(feed: RoomFeed): Promise<void> {
    const { room } = feed
    if (room === undefined) return
    const visitor = await this.#parts.ctx.db.read((reader) =>
      reader.q
        .selectFrom('visitor')
        .selectAll()
        .where('id', '=', room.visitor_id)
        .executeTakeFirst(),
    )
    if (visitor === undefined) return
    const { _id, name, username, visitorEmails, phone, department } = toWireVisitor(visitor, {
      type: 'staff',
    })
    const shown = { _id, name, username, visitorEmails, phone, department }
    feed.tell(STREAM, feed.id, [{ type: 'visitorData', visitor: shown }])
  }

  /** @param tell whether whoever follows is to be told his place although it has not moved */
  #wait(feed: RoomFeed, tell: boolean): void {
    const { serial, board } = this.#parts
    serial.add(async () => {
      const known = this.#waiting.get(feed.id)
      if (known === undefined) {
        this.#waiting.set(feed.id, { leave: await board.follow(), told: '' })
      } else if (tell) known.told = ''
      this.#placesSoon()
    })
  }

  #placesSoon(): void {
    if (this.#waiting.size === 0 || this.#timer !== undefined) return
    const wait = Math.max(0, this.#toldAt + TIMES.queueTold - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#toldAt = performance.now()
      this.#parts.serial.add(this.#tellPlaces)
    }, wait)
    this.#timer.unref()
  }

  async #placesNow(): Promise<void> {
    const { ctx, board, feeds } = this.#parts
    const each = await ctx.db.read((reader) => pace(ctx, reader))
    const spots = new Map(board.inOrder().map(({ roomId }, index) => [roomId, index + 1]))
    for (const [roomId, waiting] of this.#waiting) {
      const feed = feeds.get(roomId)
      const spot = spots.get(roomId)
      if (feed?.follows(STREAM, roomId) !== true || feed.room?.state !== 'queued') {
        this.#waiting.delete(roomId)
        waiting.leave()
      } else if (spot !== undefined) {
        const place = { spot, estimatedWaitSeconds: waitAt(spot, each) }
        const data = toQueuePlace(ctx.settings, place)
        const told = JSON.stringify(data)
        if (waiting.told === told) continue
        waiting.told = told
        feed.tell(STREAM, roomId, [{ type: 'queueData', data }])
      }
    }
  }
}

/** What of the visitor his own widget shows. */
const visitorOf = (room: FollowedRoom): string =>
  JSON.stringify([room.visitor_name, room.visitor_username, room.visitor_phone])
