import { given } from './given.ts'
import type { OutboxEntry } from './outbox.ts'
import type { Message, RoomState } from './room-state.ts'
import type { ChatItem, Delivery, EchoItem, MessageItem, UploadItem } from './visitor-types.ts'

/** What stands before a text that quotes a message; the quote itself is an attachment. */
const QUOTE_LINK = /^\[ \]\([^)]*\) ?/

/** Everything a list of items is made of. */
export interface ItemSources {
  room: RoomState | undefined
  entries: readonly OutboxEntry[]
  uploads: readonly UploadItem[]
  /** Own edits that are on their way: message id to text. */
  edits: ReadonlyMap<string, string>
  isOwn: (message: Message) => boolean
  /** How far the other side has read. */
  readByOthers: number
}

/**
 * Makes the list that is shown: what the room holds, then what is on its way to it. An item keeps
 * its identity for as long as nothing about it changes, and so does the list.
 */
export function createItemList(): (sources: ItemSources) => readonly ChatItem[] {
  let known = new Map<string, MessageItem>()
  let last: readonly ChatItem[] = []
  return ({ room, entries, uploads, edits, isOwn, readByOthers }) => {
    const next = new Map<string, MessageItem>()
    for (const message of room?.messages ?? []) {
      const own = isOwn(message)
      const text = edits.get(message._id) ?? message.msg.replace(QUOTE_LINK, '')
      const delivery: Delivery | undefined = own
        ? edits.has(message._id)
          ? 'sending'
          : message.seq <= readByOthers
            ? 'read'
            : 'sent'
        : undefined
      const item = known.get(message._id)
      const isSame = item?.message === message && item.text === text && item.delivery === delivery
      next.set(
        message._id,
        isSame
          ? item
          : {
              kind: 'message',
              id: message._id,
              text,
              message,
              own,
              ...given({ delivery }),
            },
      )
    }
    known = next
    const echoes = entries.filter(({ id }) => !next.has(id) && room?.removed.has(id) !== true)
    const items = [...next.values(), ...echoes.map(echoOf), ...uploads]
    const isSame = items.length === last.length && items.every((item, at) => item === last[at])
    last = isSame ? last : items
    return last
  }
}

const echoOf = ({ id, text, quote, at, failure }: OutboxEntry): EchoItem => ({
  kind: 'echo',
  id,
  text,
  writtenAt: at,
  own: true,
  delivery: failure === undefined ? 'sending' : 'failed',
  ...given({ quote, failure }),
})
