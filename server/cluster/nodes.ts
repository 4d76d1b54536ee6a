import type { LinkedBus } from '../bus/linked-bus.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Topic } from '../lib/topics.ts'
import type { Database } from '../storage/database.ts'
import { HELD, readRevisions, type HeldTopic } from './revision.ts'
import * as store from './store.ts'

const LOOK_MS = 500
/** Of a process that has no others: it looks for what the one before it has left. */
const LOOK_ALONE_MS = 2000
const BEAT_MS = 5000
/** Three beats that did not come. */
const DEAD_MS = 16_000
/** After a pause like this the process itself, or the database, was away, and nobody else was. */
const GAP_MS = 5000
const MISSED_WHILE_LOST_MS = 1000
const MISSED_ANYWAY_MS = 30_000

/** A table that this process holds in memory. */
export interface HeldTable {
  topic: HeldTopic
  /** Number of the change up to which the copy goes. */
  readonly known: number
  load(db: Database): Promise<void>
}

/** What the list of processes works with. */
export interface NodesParts {
  id: string
  /** For the operator: host and process. */
  name: string
  db: Database
  bus: LinkedBus
  clock: Clock
  log: Logger
  held: readonly HeldTable[]
}

/** Those who look after what a process holds for the others to see. */
export interface NodeWatcher {
  /** A process is gone; what it held ends. May be asked by several processes at a time. */
  released(nodeId: string): Promise<void>
  /** The others had given this process up: what it holds has to be said anew. */
  revived(): void
}

/** A process for the operator's eyes. */
export interface NodeReport {
  name: string
  self: boolean
  bus: string
  leaving: boolean
  /** Milliseconds since its last sign of life was seen. */
  silentMs: number
}

interface Seen {
  row: store.NodeRow
  /** When its beat was last seen to change, by the clock of this process. */
  at: number
}

/**
 * The processes of the installation. Each gives a sign of life every few seconds, and each sees to
 * it that nothing is left of one that has ended; that needs no clocks that agree. Once every half a
 * second it looks for changed settings and permissions, which therefore hold everywhere within a
 * second, with the bus or without.
 */
export class Nodes {
  readonly #parts: NodesParts
  readonly #seen = new Map<string, Seen>()
  readonly #forget: () => void
  #watcher: NodeWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #refreshing: Promise<void> | undefined
  #refreshAgain = false
  #lastLook: number
  #lastBeat = Number.NEGATIVE_INFINITY
  #lastMissed: number
  #beaten = false
  #failing = false
  #stopped = false

  constructor(parts: NodesParts) {
    this.#parts = parts
    this.#lastLook = parts.clock.now()
    this.#lastMissed = this.#lastLook
    this.#forget = parts.bus.onRing((topics) => {
      if (HELD.some((topic) => topics.has(topic))) void this.#refresh()
    })
  }

  /** How many processes serve the installation now; the limits are shared out among them. */
  get count(): number {
    if (this.#parts.db.engine === 'sqlite') return 1
    return Math.max(1, this.#live().length)
  }

  watch(watcher: NodeWatcher): void {
    this.#watcher = watcher
  }

  /** Joins the list and begins to look. */
  async start(): Promise<void> {
    await this.tick()
    const alone = this.#parts.db.engine === 'sqlite'
    this.#timer = setInterval(
      () => {
        if (this.#running === undefined) void this.tick()
      },
      alone ? LOOK_ALONE_MS : LOOK_MS,
    )
    this.#timer.unref()
  }

  /**
   * One look, and a sign of life when it is time; what fails is done with the next. It begins after
   * the one that may be running, so that it sees what is true now.
   */
  async tick(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    if (this.#stopped) return
    this.#running = this.#round()
      .then(
        () => (this.#failing = false),
        (error: unknown) => this.#failed(error),
      )
      .then(() => (this.#running = undefined))
    return this.#running
  }

  /** Tells the others at once that the way to the bus was lost or found. */
  busChanged(): void {
    this.#lastBeat = Number.NEGATIVE_INFINITY
    if (this.#timer !== undefined) void this.tick()
  }

  report(): NodeReport[] {
    const now = this.#parts.clock.now()
    return [...this.#seen.values()].map(({ row, at }) => ({
      name: row.name,
      self: row.id === this.#parts.id,
      bus: row.id === this.#parts.id ? this.#parts.bus.state : row.bus,
      leaving: row.leaving === 1,
      silentMs: Math.max(0, now - at),
    }))
  }

  /** Leaves the list. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#forget()
    clearInterval(this.#timer)
    await this.#running
    await this.#refreshing
    const { db, id, log } = this.#parts
    await db
      .transact((tx) => store.leave(tx, id))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the list of processes could not be told of the end')
      })
  }

  /** Said once, however long the database is away. */
  #failed(error: unknown): void {
    if (this.#failing) return
    this.#failing = true
    this.#parts.log.warn({ err: error }, 'the other processes could not be looked at')
  }

  #live(): Seen[] {
    const now = this.#parts.clock.now()
    return [...this.#seen.values()].filter(({ row, at }) => row.leaving === 0 && now - at < DEAD_MS)
  }

  async #round(): Promise<void> {
    const { db, clock } = this.#parts
    const beating = await this.#beatIfDue()
    const { rows, revisions, lost } = await db.read(async (reader) => ({
      rows: await store.listNodes(reader),
      revisions: await readRevisions(reader),
      lost: beating ? await store.lostHolders(reader) : [],
    }))
    const now = clock.now()
    const dead = this.#note(rows, now)
    if (this.#isBehind(revisions)) await this.#refresh()
    this.#tellMissed(now, dead.length > 0)
    for (const node of dead) await this.#bury(node)
    for (const id of lost) await this.#watcher?.released(id)
  }

  /** A single process need not tell anybody more than once that it lives. */
  async #beatIfDue(): Promise<boolean> {
    const { db, clock, bus, id, name } = this.#parts
    const now = clock.now()
    if (now - this.#lastBeat < BEAT_MS) return false
    this.#lastBeat = now
    if (this.#beaten && db.engine === 'sqlite') return true
    const known = await db.transact((tx) => store.beat(tx, { id, name, bus: bus.state }, now))
    if (!known && this.#beaten) {
      this.#watcher?.revived()
      bus.missed()
    }
    this.#beaten = true
    return true
  }

  /** @returns who has given no sign of life for too long */
  #note(rows: readonly store.NodeRow[], now: number): store.NodeRow[] {
    const away = now - this.#lastLook > GAP_MS
    this.#lastLook = now
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id)
    const dead: store.NodeRow[] = []
    for (const row of rows) {
      const seen = this.#seen.get(row.id)
      const moved = seen === undefined || seen.row.beat !== row.beat
      const at = moved || away || row.id === this.#parts.id ? now : seen.at
      this.#seen.set(row.id, { row, at })
      if (now - at >= DEAD_MS) dead.push(row)
    }
    return dead
  }

  async #bury(node: store.NodeRow): Promise<void> {
    const { db, log } = this.#parts
    log.warn({ node: node.name }, node.leaving === 1 ? 'a process has left' : 'a process has died')
    await this.#watcher?.released(node.id)
    await db.transact((tx) => store.removeNode(tx, node))
    this.#seen.delete(node.id)
  }

  #tellMissed(now: number, died: boolean): void {
    const { bus, id } = this.#parts
    const others = this.#live().filter(({ row }) => row.id !== id)
    const cutOff = bus.state === 'lost' || others.some(({ row }) => row.bus === 'lost')
    const pause = cutOff ? MISSED_WHILE_LOST_MS : MISSED_ANYWAY_MS
    const due = (cutOff || others.length > 0) && now - this.#lastMissed >= pause
    if (!due && !died) return
    this.#lastMissed = now
    bus.missed()
  }

  #isBehind(revisions: ReadonlyMap<HeldTopic, number>): boolean {
    return this.#parts.held.some(({ topic, known }) => (revisions.get(topic) ?? 0) > known)
  }

  /** Reads what has changed, one reading at a time; what changes meanwhile is read after it. */
  #refresh(): Promise<void> {
    this.#refreshAgain = true
    this.#refreshing ??= this.#refreshAll().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #refreshAll(): Promise<void> {
    const { db, bus, held, log } = this.#parts
    try {
      while (this.#refreshAgain) {
        this.#refreshAgain = false
        const revisions = await db.read(readRevisions)
        const behind = held.filter(({ topic, known }) => (revisions.get(topic) ?? 0) > known)
        for (const table of behind) await table.load(db)
        // Listeners that were called before the reading have acted on the old values.
        const read: Topic[] = behind.map(({ topic }) => topic)
        if (read.length > 0) bus.ringHere(read)
      }
    } catch (error) {
      log.warn({ err: error }, 'changed settings could not be read yet')
    }
  }
}
