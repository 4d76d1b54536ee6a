import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AppContext } from '../context.ts'
import type { RoomWithVisitor } from '../features/rooms/store.ts'
import { livingMemberships } from '../features/subscriptions/store.ts'
import type { Reader } from '../storage/database.ts'
import { ofMany } from '../storage/many.ts'
import type { Row } from '../storage/tables.ts'

/** Rooms that are read together; the rest follows in the next turn, so that nobody is held up. */
const ROOMS_AT_ONCE = 125

/** A room at one moment, and what was said since the last look at it. */
export interface RoomLook {
  id: string
  /** Undefined once it is erased. */
  room: RoomWithVisitor | undefined
  /** Who is a member now, by user. */
  members: ReadonlyMap<string, Row<'subscription'>>
  /** Ascending by last change. */
  changed: readonly Row<'message'>[]
}

/** Somebody who wants to hear of rooms. */
export interface RoomObserver {
  /** Whether he wants to hear of this room at all. */
  wants(roomId: string): boolean
  /** The place after which changes of the messages are wanted; undefined for none of them. */
  cursor?(roomId: string): number | undefined
  looked(looks: readonly RoomLook[]): void
}

/**
 * Reads rooms that have moved, many at once and each once whatever happened to it, and tells the
 * observers. One round at a time: what moves meanwhile waits for the next, which makes rounds
 * larger under load and never late.
 */
export class RoomLooks {
  readonly #ctx: AppContext
  readonly #observers: readonly RoomObserver[]
  readonly #moved = new Set<string>()
  #round: Promise<void> | undefined
  #stopped = false

  constructor(ctx: AppContext, observers: readonly RoomObserver[]) {
    this.#ctx = ctx
    this.#observers = observers
  }

  /** These rooms may have moved. */
  moved(roomIds: Iterable<string>): void {
    for (const id of roomIds) {
      if (this.#observers.some((observer) => observer.wants(id))) this.#moved.add(id)
    }
    if (this.#moved.size > 0) this.#round ??= this.#run()
  }

  /** Resolves once everything that was told is read and handed on. */
  async settled(): Promise<void> {
    await this.#round
  }

  /** Ends after the round in work. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#round
  }

  async #run(): Promise<void> {
    while (this.#moved.size > 0 && !this.#stopped) {
      const ids = [...this.#moved].slice(0, ROOMS_AT_ONCE)
      for (const id of ids) this.#moved.delete(id)
      const more = this.#moved.size > 0
      try {
        this.#tell(await this.#read(ids))
      } catch (error) {
        this.#ctx.log.warn({ err: error }, 'rooms could not be read; they are read again')
        for (const id of ids) this.#moved.add(id)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
      }
      if (more) await nextTurn()
    }
    this.#round = undefined
  }

  #tell(looks: readonly RoomLook[]): void {
    for (const observer of this.#observers) {
      try {
        observer.looked(looks)
      } catch (error) {
        // A fault of ours: reading again would not mend it, and the others have to hear.
        this.#ctx.log.error({ err: error }, 'failed')
      }
    }
  }

  #read(ids: readonly string[]): Promise<RoomLook[]> {
    return this.#ctx.db.read(async (reader) => {
      // Rooms after messages: who may read is decided by a state not older than what is read.
      const changed = await changedMessages(reader, this.#cursors(ids))
      const rooms = await readRooms(reader, ids)
      const members = await livingMemberships(reader, ids)
      return ids.map((id) => ({
        id,
        room: rooms.get(id),
        members: members.get(id) ?? NOBODY,
        changed: changed.get(id) ?? NOTHING,
      }))
    })
  }

  #cursors(ids: readonly string[]): { id: string; after: number }[] {
    return ids.flatMap((id) => {
      const cursors = this.#observers.flatMap((observer) => observer.cursor?.(id) ?? [])
      return cursors.length === 0 ? [] : [{ id, after: Math.min(...cursors) }]
    })
  }
}

const RETRY_MS = 250
const NOBODY: ReadonlyMap<string, Row<'subscription'>> = new Map()
const NOTHING: readonly Row<'message'>[] = []

/** Rooms by id, with their visitors. */
export async function readRooms(
  reader: Reader,
  ids: readonly string[],
): Promise<Map<string, RoomWithVisitor>> {
  const rows = await roomsById(
    reader,
    ids.map((id) => [id]),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

const roomsById = ofMany<RoomWithVisitor>(
  (rooms) => `
    select room.*, visitor.username as visitor_username, visitor.name as visitor_name,
      visitor.phone as visitor_phone, visitor.token_hash as visitor_token_hash
    from room join visitor on visitor.id = room.visitor_id where room.id in (${rooms.join()})`,
)

async function changedMessages(
  reader: Reader,
  cursors: readonly { id: string; after: number }[],
): Promise<Map<string, Row<'message'>[]>> {
  const changed = new Map<string, Row<'message'>[]>()
  const rows = await changesAfter(
    reader,
    cursors.map(({ id, after }) => [id, after]),
  )
  for (const row of rows) {
    const known = changed.get(row.room_id)
    if (known === undefined) changed.set(row.room_id, [row])
    else known.push(row)
  }
  for (const known of changed.values()) known.sort((a, b) => a.changed_seq - b.changed_seq)
  return changed
}

/**
 * New and changed messages have an index each. One statement shows one moment, so no change of a
 * room is missing that comes before another one in the answer.
 */
const changesAfter = ofMany<Row<'message'>>((rooms) => {
  const each = (condition: (room: string, after: string) => string): string =>
    rooms.map(([room = '', after = '']) => condition(room, after)).join(' or ')
  return `
    select * from message where changed_seq = seq
      and (${each((room, after) => `(room_id = ${room} and seq > ${after})`)})
    union all
    select * from message where changed_seq > seq
      and (${each((room, after) => `(room_id = ${room} and changed_seq > ${after})`)})`
}, 2)
