import type { AppContext } from '../context.ts'
import { toEjson } from '../contract/ejson.ts'
import { findInquiries } from '../features/inquiries/store.ts'
import { toWireInquiry } from '../features/inquiries/wire.ts'
import type { EventHub, HubFollower } from './event-hub.ts'
import { eventFrame } from './protocol.ts'
import type { QueueBoard, QueueMove, Waiting } from './queue-board.ts'
import type { Serial } from './serial.ts'
import type { Session } from './session.ts'

export const QUEUE = 'stream-livechat-inquiry-queue-observer'
const PUBLIC = 'public'
const OF_DEPARTMENT = 'department/'

/** What the events of the queue are made with. */
export interface QueueParts {
  ctx: AppContext
  hub: EventHub
  board: QueueBoard
  serial: Serial
}

/** What agents see of the queue: what has come, what has changed, what is gone. */
export class QueueEvents {
  readonly #parts: QueueParts
  #moves: QueueMove[] = []
  readonly #tell = (): Promise<void> => this.#tellMoves()

  constructor(parts: QueueParts) {
    this.#parts = parts
    parts.board.onMoves((moves) => {
      this.#moves.push(...moves)
      parts.serial.add(this.#tell)
    })
  }

  /**
   * The public queue is for every agent, as in REST. A department's is for those who may see every
   * conversation: nobody belongs to one.
   */
  mayFollow({ login }: Session, event: string): boolean {
    if (login === undefined) return false
    const { permissions } = this.#parts.ctx
    const { roles } = login.caller
    if (!permissions.allow(roles, 'view-l-room')) return false
    return !event.startsWith(OF_DEPARTMENT) || permissions.allow(roles, 'view-livechat-rooms')
  }

  /** Tells the whole queue to who begins to follow it and counts places. */
  greet(follower: HubFollower): void {
    const { board, serial } = this.#parts
    serial.add(async () => {
      const waiting = board.inOrder().filter((room) => eventOf(room) === follower.event)
      const inquiries = await this.#read(waiting.map(({ roomId }) => roomId))
      for (const { inquiryId } of waiting) {
        const inquiry = inquiries.get(inquiryId)
        if (inquiry?.status !== 'queued') continue
        follower.session.send(eventFrame(QUEUE, follower.event, [ejson('added', inquiry)]))
      }
      follower.session.send(eventFrame(QUEUE, follower.event, [], { seq: 0, upToDate: true }))
    })
  }

  async #tellMoves(): Promise<void> {
    const moves = this.#moves
    this.#moves = []
    if (!moves.some((move) => this.#isFollowed(move))) return
    const rooms = moves.map(({ before, after }) => (after ?? before)?.roomId ?? '')
    const inquiries = await this.#read([...new Set(rooms)])
    for (const move of moves) this.#tellMove(move, inquiries)
  }

  #isFollowed({ before, after }: QueueMove): boolean {
    const { hub } = this.#parts
    return [before, after].some(
      (room) => room && (hub.has(QUEUE, eventOf(room)) || hub.has(QUEUE, room.inquiryId)),
    )
  }

  #tellMove({ before, after }: QueueMove, inquiries: ReadonlyMap<string, Inquiry>): void {
    const room = after ?? before
    if (room === undefined) return
    const moved =
      before !== undefined && (after === undefined || eventOf(before) !== eventOf(after))
    const inquiry = inquiries.get(room.inquiryId)
    if (after === undefined) {
      // Somebody has taken it: it stays an inquiry, only not one of the queue. Or it is closed.
      this.#tellTo(room, inquiry?.status === 'taken' ? ejson('changed', inquiry) : gone(room))
      return
    }
    if (moved) this.#parts.hub.tell(QUEUE, eventOf(before), [gone(before)])
    if (inquiry?.status !== 'queued') return
    // Some clients look only at changes, so what is new is told as changed, too.
    if (before === undefined || moved) this.#tellTo(after, ejson('added', inquiry))
    this.#tellTo(after, ejson('changed', inquiry))
  }

  #tellTo(room: Waiting, event: unknown): void {
    this.#parts.hub.tell(QUEUE, eventOf(room), [event])
    this.#parts.hub.tell(QUEUE, room.inquiryId, [event])
  }

  async #read(roomIds: readonly string[]): Promise<Map<string, Inquiry>> {
    if (roomIds.length === 0) return new Map()
    const rows = await this.#parts.ctx.db.read((reader) => findInquiries(reader, roomIds))
    return new Map(rows.map((row) => [row.room.inquiry_id, toWireInquiry(row)]))
  }
}

type Inquiry = ReturnType<typeof toWireInquiry>

const eventOf = ({ departmentId }: Waiting): string =>
  departmentId === null ? PUBLIC : `${OF_DEPARTMENT}${departmentId}`

const ejson = (type: 'added' | 'changed', inquiry: Inquiry): unknown =>
  toEjson({ type, ...inquiry })

const gone = ({ inquiryId }: Waiting): object => ({ type: 'removed', _id: inquiryId })
