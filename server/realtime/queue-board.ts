import type { AppContext } from '../context.ts'
import type { RoomWithVisitor } from '../features/rooms/store.ts'
import type { RoomLook, RoomObserver } from './room-looks.ts'

/** What the board keeps of a waiting room. */
export interface Waiting {
  roomId: string
  inquiryId: string
  departmentId: string | null
  createdAt: string
  updatedAt: string
}

/** How a room's part in the queue has changed. */
export interface QueueMove {
  before: Waiting | undefined
  after: Waiting | undefined
}

const ROWS = [
  'id',
  'inquiry_id',
  'department_id',
  'created_at',
  'updated_at',
] as const satisfies (keyof RoomWithVisitor)[]

/**
 * The queue as this process knows it, kept only while somebody here follows it: agents who watch
 * it, or visitors who wait. What moved is the difference to what was known.
 */
export class QueueBoard implements RoomObserver {
  readonly #ctx: AppContext
  readonly #waiting = new Map<string, Waiting>()
  readonly #listeners: ((moves: readonly QueueMove[]) => void)[] = []
  #followers = 0
  #loaded: Promise<void> | undefined
  /** Rooms that were looked at while the queue was being read: the look knows better. */
  #fresh: Set<string> | undefined

  constructor(ctx: AppContext) {
    this.#ctx = ctx
  }

  onMoves(listener: (moves: readonly QueueMove[]) => void): void {
    this.#listeners.push(listener)
  }

  /** Begins to follow the queue; resolves once it is known. Call what comes back to end it. */
  async follow(): Promise<() => void> {
    this.#followers += 1
    let following = true
    const leave = (): void => {
      if (!following) return
      following = false
      this.#followers -= 1
      if (this.#followers > 0) return
      this.#loaded = undefined
      this.#waiting.clear()
    }
    try {
      await (this.#loaded ??= this.#load())
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** First in the queue first. */
  inOrder(): Waiting[] {
    return [...this.#waiting.values()].sort((one, other) =>
      one.createdAt === other.createdAt
        ? compare(one.roomId, other.roomId)
        : compare(one.createdAt, other.createdAt),
    )
  }

  wants(): boolean {
    return this.#followers > 0
  }

  looked(looks: readonly RoomLook[]): void {
    if (this.#followers === 0) return
    const moves: QueueMove[] = []
    for (const { id, room } of looks) {
      this.#fresh?.add(id)
      const before = this.#waiting.get(id)
      const after = room?.state === 'queued' ? toWaiting(room) : undefined
      if (before === undefined && after === undefined) continue
      if (before?.updatedAt === after?.updatedAt) continue
      if (after === undefined) this.#waiting.delete(id)
      else this.#waiting.set(id, after)
      moves.push({ before, after })
    }
    if (moves.length > 0) for (const listener of this.#listeners) listener(moves)
  }

  /** Rooms whose part in the queue is not what is stored; for when rings may be missing. */
  async outdated(): Promise<string[]> {
    if (this.#followers === 0) return []
    const stored = new Map((await this.#read()).map((room) => [room.id, room.updated_at]))
    const ids = new Set([...stored.keys(), ...this.#waiting.keys()])
    return [...ids].filter((id) => stored.get(id) !== this.#waiting.get(id)?.updatedAt)
  }

  async #load(): Promise<void> {
    const fresh = (this.#fresh = new Set())
    try {
      for (const room of await this.#read()) {
        if (!fresh.has(room.id)) this.#waiting.set(room.id, toWaiting(room))
      }
    } finally {
      if (this.#fresh === fresh) this.#fresh = undefined
    }
  }

  #read() {
    return this.#ctx.db.read((reader) =>
      reader.q.selectFrom('room').select(ROWS).where('state', '=', 'queued').execute(),
    )
  }
}

const toWaiting = (room: Pick<RoomWithVisitor, (typeof ROWS)[number]>): Waiting => ({
  roomId: room.id,
  inquiryId: room.inquiry_id,
  departmentId: room.department_id,
  createdAt: room.created_at,
  updatedAt: room.updated_at,
})

// Like the database, which compares by character codes.
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
