import type { Socket } from './socket-types.ts'

/** What an event says about one entry of a list. */
export type ListChange<Item> = { kind: 'put' | 'removed'; item: Item }

/** A list that the server keeps up to date. */
export interface LiveList<Item> {
  items: () => ReadonlyMap<string, Item>
  /** Follows the list, over every reconnection; returns the function that ends that. */
  follow: (socket: Socket) => () => void
  /** The whole list by another way; ignored while the stream tells it. */
  load: (items: readonly Item[]) => void
}

/** What a list is made of. */
export interface LiveListOptions<Item> {
  stream: string
  event: string
  idOf: (item: Item) => string
  /** Reads an event; undefined for what does not concern the list. */
  read: (args: readonly unknown[]) => ListChange<Item> | undefined
  onChange: () => void
}

/**
 * A list told by a stream: with each connection the server tells all of it again, and what is not
 * among that is gone. Until it has said all, what was known before is shown, with the changes.
 */
export function createLiveList<Item>(options: LiveListOptions<Item>): LiveList<Item> {
  const { stream, event, idOf, read, onChange } = options
  let items: ReadonlyMap<string, Item> = new Map()
  let told: Map<string, Item> | undefined
  let isLive = false

  return {
    items: () => items,
    load: (loaded) => {
      if (isLive) return
      items = new Map(loaded.map((item) => [idOf(item), item]))
      onChange()
    },
    follow: (socket) => {
      const stopStatus = socket.onStatus((status) => {
        if (status === 'waiting') isLive = false
      })
      const stopStream = socket.subscribe({
        stream,
        event,
        since: () => 0,
        onStart: () => (told = new Map()),
        onEvent: (args) => {
          const change = read(args)
          if (change === undefined) return
          const shown = new Map(items)
          for (const map of told === undefined ? [shown] : [shown, told]) {
            if (change.kind === 'put') map.set(idOf(change.item), change.item)
            else map.delete(idOf(change.item))
          }
          items = shown
          onChange()
        },
        onUpToDate: () => {
          items = told ?? items
          told = undefined
          isLive = true
          onChange()
        },
      })
      return () => {
        isLive = false
        stopStatus()
        stopStream()
      }
    },
  }
}

/** An event of the streams that tell what a user has: `["inserted" | "updated" | "removed", item]`. */
export function readUserChange<Item>([action, item]: readonly unknown[]):
  | ListChange<Item>
  | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  // The contract of the stream says what it carries.
  return { kind: action === 'removed' ? 'removed' : 'put', item: item as Item }
}

/** An event of the queue: the entry itself, with what became of it in `type`. */
export function readQueueChange<Item>([entry]: readonly unknown[]): ListChange<Item> | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { type, ...item } = entry as { type?: string; status?: string }
  const isGone = type === 'removed' || (item.status !== undefined && item.status !== 'queued')
  return { kind: isGone ? 'removed' : 'put', item: item as Item }
}
