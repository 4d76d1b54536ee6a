import type { RoomWithVisitor } from '../features/rooms/store.ts'
import type { Row } from '../storage/tables.ts'
import type { MessageFrames, RoomViewer } from './message-frames.ts'
import { eventFrame } from './protocol.ts'
import type { Session } from './session.ts'
import { endSubscription, keyOf, type Following, type Refusal } from './streams.ts'
import { textFrame, type TextFrame } from './text-frame.ts'

/** What is kept of a followed room: there may be ten thousand of them. */
export type FollowedRoom = Pick<
  RoomWithVisitor,
  | 'id'
  | 'visitor_id'
  | 'state'
  | 'seq'
  | 'updated_at'
  | 'visitor_read_seq'
  | 'served_by_id'
  | 'preferred_agent_id'
  | 'visitor_username'
  | 'visitor_name'
  | 'visitor_phone'
>

/** A member of a followed room. */
export type FollowedMember = Pick<Row<'subscription'>, 'id' | 'read_seq' | 'updated_at'>

/** @param before as it was last seen; what of it is still so is kept, which spares the collector */
export function toFollowedRoom(room: RoomWithVisitor, before?: FollowedRoom): FollowedRoom {
  const kept = <Value>(now: Value, then: Value | undefined): Value =>
    then !== undefined && now === then ? then : now
  return {
    id: kept(room.id, before?.id),
    visitor_id: kept(room.visitor_id, before?.visitor_id),
    state: kept(room.state, before?.state),
    seq: room.seq,
    updated_at: room.updated_at,
    visitor_read_seq: room.visitor_read_seq,
    served_by_id: kept(room.served_by_id, before?.served_by_id),
    preferred_agent_id: kept(room.preferred_agent_id, before?.preferred_agent_id),
    visitor_username: kept(room.visitor_username, before?.visitor_username),
    visitor_name: kept(room.visitor_name, before?.visitor_name),
    visitor_phone: kept(room.visitor_phone, before?.visitor_phone),
  }
}

export function toFollowedMembers(
  members: ReadonlyMap<string, Row<'subscription'>> | undefined,
  before: ReadonlyMap<string, FollowedMember> = NOBODY,
): ReadonlyMap<string, FollowedMember> {
  if (members === undefined || members.size === 0) return NOBODY
  // What stays the same is kept: what is made anew with every message is garbage that has grown old.
  if (
    members.size === before.size &&
    [...members].every(([id, row]) => isSame(row, before.get(id)))
  )
    return before
  return new Map(
    [...members].map(([userId, { id, read_seq, updated_at }]) => [
      userId,
      { id, read_seq, updated_at },
    ]),
  )
}

const NOBODY: ReadonlyMap<string, FollowedMember> = new Map()

const isSame = (row: FollowedMember, before: FollowedMember | undefined): boolean =>
  row.id === before?.id && row.read_seq === before.read_seq && row.updated_at === before.updated_at

/** Streams of one room. */
export type RoomStream =
  | 'stream-room-messages'
  | 'stream-notify-room'
  | 'stream-livechat-room'
  | 'stream-room-data'

/** One socket that follows one event of a room. */
export interface RoomFollower extends Following {
  readonly session: Session
  readonly stream: RoomStream
  readonly event: string
  readonly viewer: RoomViewer
  /** Takes one changed message of the room; `undefined` where it follows something else. */
  take?(frames: MessageFrames): void
  /** Holds back the end until what is still to be sent has been sent. */
  endLater?(refusal: Refusal): boolean
}

/** A room that somebody on this process follows: how it was last seen, and who follows it. */
export class RoomFeed {
  readonly id: string
  /** As last seen; undefined before the first look and once it is erased. */
  room: FollowedRoom | undefined
  members: ReadonlyMap<string, FollowedMember> = NOBODY
  /** Every change of a message up to this place has been handed to the followers. */
  cursor = 0
  /** Up to this place of the room its messages were read after the room had been seen there. */
  checked = 0
  /** Somebody is about to follow it, so it has to stay. */
  holds = 0
  readonly followers = new Set<RoomFollower>()

  constructor(id: string) {
    this.id = id
  }

  get idle(): boolean {
    return this.holds === 0 && this.followers.size === 0
  }

  /** Sends an event to who follows it, made once. */
  tell(
    stream: RoomStream,
    event: string,
    args: readonly unknown[],
    options: { easily?: boolean; to?: (follower: RoomFollower) => boolean } = {},
  ): void {
    let frame: TextFrame | undefined
    for (const follower of this.followers) {
      if (follower.stream !== stream || follower.event !== event) continue
      if (options.to?.(follower) === false) continue
      frame ??= textFrame(eventFrame(stream, event, args))
      if (options.easily === true) follower.session.sendIfEasy(frame)
      else follower.session.send(frame)
    }
  }

  /** Whether anybody follows this stream of the room. */
  follows(stream: RoomStream, event: string): boolean {
    for (const follower of this.followers) {
      if (follower.stream === stream && follower.event === event) return true
    }
    return false
  }

  /** Ends what a socket follows here and says why. */
  end(follower: RoomFollower, refusal: Refusal): void {
    if (follower.endLater?.(refusal) === true) return
    endSubscription(follower.session, keyOf(follower.stream, follower.event), refusal.error)
  }
}
