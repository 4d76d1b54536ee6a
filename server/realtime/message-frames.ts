import { toEjson } from '../contract/ejson.ts'
import { isGone } from '../features/messages/changes.ts'
import { toWireMessage } from '../features/messages/wire.ts'
import type { Row } from '../storage/tables.ts'
import { eventFrame } from './protocol.ts'
import { textFrame, type TextFrame } from './text-frame.ts'

/** Who follows a room: its visitor, who is told his own token back, or somebody of the staff. */
export type RoomViewer =
  | { readonly type: 'visitor'; readonly id: string; readonly token: string }
  | { readonly type: 'staff' }

export const MESSAGES = 'stream-room-messages'

/**
 * The frames of one changed message: each is made once, however many sockets get it, and only if
 * one does.
 */
export class MessageFrames {
  readonly row: Row<'message'>
  readonly gone: boolean
  #staff: TextFrame | undefined
  #visitor: TextFrame | undefined
  #removed: TextFrame | undefined
  #blanked: TextFrame | undefined

  constructor(row: Row<'message'>) {
    this.row = row
    this.gone = isGone(row)
  }

  /** The message as this reader sees it. A room has one visitor, hence one frame for visitors. */
  message(viewer: RoomViewer): TextFrame {
    if (viewer.type === 'staff') {
      return (this.#staff ??= this.#frame(toEjsonMessage(this.row, viewer)))
    }
    return (this.#visitor ??= this.#frame(toEjsonMessage(this.row, viewer)))
  }

  /** The deletion as an event of the room's order, for clients that count places. */
  removed(): TextFrame {
    return (this.#removed ??= this.#frame(toEjson(this.#mark('rm'))))
  }

  /** The deletion for stock clients that know of no deletions: the text gives way to nothing. */
  blanked(): TextFrame {
    const blank = { ...this.#mark('command'), u: this.#author() }
    return (this.#blanked ??= this.#frame(toEjson(blank)))
  }

  #frame(message: unknown): TextFrame {
    const { room_id: roomId, changed_seq: seq } = this.row
    return textFrame(eventFrame(MESSAGES, roomId, [message], { seq }))
  }

  #mark(t: string) {
    const { id, room_id: rid, ts, changed_at: at, seq } = this.row
    return { _id: id, rid, t, msg: '', ts, _updatedAt: at, seq }
  }

  #author() {
    return { _id: this.row.author_id, username: this.row.author_username }
  }
}

/** A message as sockets carry it. */
export function toEjsonMessage(row: Row<'message'>, viewer: RoomViewer): object {
  const { md, ...rest } = toWireMessage(row, viewer)
  // The tree is ours and holds no times; it is most of the message, and need not be walked.
  return { ...(toEjson(rest) as object), ...(md === undefined ? {} : { md }) }
}
