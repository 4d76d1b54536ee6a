import { mayReadRoom } from '../features/rooms/access.ts'
import { findRoom, type RoomWithVisitor } from '../features/rooms/store.ts'
import { readChanges, type Changes } from '../features/messages/changes.ts'
import type { Reader } from '../storage/database.ts'
import { LIMITS } from './limits.ts'
import { MessageFrames, MESSAGES, type RoomViewer } from './message-frames.ts'
import { eventFrame, type Place } from './protocol.ts'
import type { RoomFeed, RoomFollower } from './room-feed.ts'
import type { RoomParts } from './room-streams.ts'
import type { Session } from './session.ts'
import { endSubscription, keyOf, notAllowed, Refusal, type StreamRequest } from './streams.ts'

/** `catching`: what came before is being sent, and what comes meanwhile is part of it. */
type State = 'waiting' | 'catching' | 'live' | 'stopped'

/**
 * One socket that follows the messages of a room. A client that says up to where it has got them
 * is sent what came after, in order, and goes on from there without a gap and without anything
 * twice: it is switched to the live feed in the turn in which it has reached the feed's place.
 */
export class MessageFollower implements RoomFollower {
  readonly session: Session
  readonly stream = MESSAGES
  readonly event: string
  readonly viewer: RoomViewer
  readonly #parts: RoomParts
  readonly #feed: RoomFeed
  #state: State = 'waiting'
  /** Whether the client counts places; then deletions are events of this stream. */
  #counts = false
  /** What was sent or is known to the client ends here. */
  #from = 0
  /** Each catching up; an earlier one that is overtaken stops. */
  #catchUp = 0
  #endWith: Refusal | undefined

  constructor(parts: RoomParts, session: Session, feed: RoomFeed, viewer: RoomViewer) {
    this.#parts = parts
    this.#feed = feed
    this.session = session
    this.event = feed.id
    this.viewer = viewer
  }

  get byLogin(): boolean {
    return this.viewer.type === 'staff'
  }

  start({ since }: StreamRequest): void {
    if (this.#state === 'stopped') return
    const first = this.#state === 'waiting'
    if (first) {
      this.#feed.followers.add(this)
      this.#feed.holds -= 1
      this.#state = 'live'
      this.#from = this.#feed.cursor
    }
    const from = since ?? (first ? this.#leftAt() : undefined)
    if (from === undefined) return
    if (since !== undefined) this.#counts = true
    this.#state = 'catching'
    this.#catchUp += 1
    void this.#catch(from, this.#catchUp)
  }

  /**
   * The stock widget reads the history, stops following and follows anew, and does not count:
   * what comes in between would be missing on its screen.
   */
  #leftAt(): number | undefined {
    const { left } = this.session
    return this.viewer.type === 'visitor' && left?.roomId === this.event ? left.seq : undefined
  }

  stop(): void {
    if (this.#state === 'waiting') this.#parts.feeds.release(this.#feed)
    else this.#parts.feeds.leave(this.#feed, this)
    if (this.#state === 'live') {
      this.session.left = { roomId: this.event, seq: Math.max(this.#from, this.#feed.cursor) }
    }
    this.#state = 'stopped'
  }

  endLater(refusal: Refusal): boolean {
    if (this.#state !== 'catching' || refusal.message !== 'room-closed') return false
    this.#endWith = refusal
    return true
  }

  take(frames: MessageFrames): void {
    if (this.#state !== 'live' || frames.row.changed_seq <= this.#from) return
    this.#send(frames)
  }

  #send(frames: MessageFrames): void {
    const { row } = frames
    if (frames.gone) {
      if (this.#counts) this.session.send(frames.removed())
      else if (this.viewer.type === 'visitor') this.session.send(frames.blanked())
      return
    }
    if (row.hidden === 1 || (!this.#counts && this.#isHiddenKind(row.kind))) return
    this.session.send(frames.message(this.viewer))
  }

  /** The setting is for clients that show what they get; who counts places gets every one. */
  #isHiddenKind(kind: string | null): boolean {
    if (kind === null) return false
    const hidden: readonly string[] = this.#parts.ctx.settings.get('Hide_System_Messages')
    return hidden.includes(kind)
  }

  async #catch(since: number, round: number): Promise<void> {
    const overtaken = (): boolean => this.#state !== 'catching' || this.#catchUp !== round
    let after = since
    let limited = false
    for (;;) {
      const changes = await this.#changesAfter(after)
      if (overtaken()) return
      if (changes instanceof Refusal) {
        this.#end(changes)
        return
      }
      after = changes.seq
      if (changes.limited) limited = true
      else this.#sendChanges(changes)
      // The feed may have moved past what was read; then that is read, too.
      if (!changes.more && after >= this.#feed.cursor) break
      await this.session.drained()
      if (overtaken()) return
    }
    this.#from = after
    this.#state = 'live'
    if (this.#counts) {
      const place: Place = { seq: after, upToDate: true, ...(limited ? { limited } : {}) }
      this.session.send(eventFrame(MESSAGES, this.event, [], place))
    }
    if (this.#endWith !== undefined) this.#end(this.#endWith)
  }

  #sendChanges({ messages, deleted }: Changes): void {
    const rows = [...messages, ...deleted].sort((a, b) => a.changed_seq - b.changed_seq)
    for (const row of rows) this.#send(new MessageFrames(row))
  }

  #changesAfter(after: number): Promise<Changes | Refusal> {
    return this.#parts.ctx.db
      .snapshot(async (reader) => {
        const room = await findRoom(reader, this.event)
        if (room === undefined || !(await this.#mayRead(reader, room))) return notAllowed()
        return readChanges(reader, room, after, LIMITS.backlogPage)
      })
      .catch((error: unknown) => {
        this.#parts.ctx.log.error({ err: error }, 'what a client missed could not be read')
        // Clients ask again after such an error; a refusal they would take for the last word.
        return new Refusal('500', 'Internal server error')
      })
  }

  async #mayRead(reader: Reader, room: RoomWithVisitor): Promise<boolean> {
    if (this.viewer.type === 'visitor') return room.visitor_id === this.viewer.id
    const { login } = this.session
    return login !== undefined && mayReadRoom(this.#parts.ctx, reader, login.caller, room)
  }

  #end({ error }: Refusal): void {
    endSubscription(this.session, keyOf(MESSAGES, this.event), error)
  }
}
