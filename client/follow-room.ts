import type { Message, ReadPositions, RoomEvent } from './room-state.ts'
import type { Socket, SocketError } from './socket-types.ts'
import type { Timers } from './timers.ts'

/** Who writes says so again every few seconds; of whom nothing is heard has stopped. */
const TYPING_LASTS_MS = 15_000

/** What following a room needs. */
export interface FollowOptions {
  socket: Socket
  timers: Timers
  rid: string
  /** What the permission check reads. */
  extra?: unknown
  /** The place up to which everything is known. */
  cursor: () => number
  apply: (event: RoomEvent) => void
  /** One's own username, of whose typing one is not told. */
  username: () => string | undefined
  /** The server cannot tell what changed: the room has to be loaded and followed anew. */
  onLimited: () => void
  /** The room is not told to us (any more). */
  onRefused: (error: SocketError) => void
}

/** Hears what happens in a room, over every reconnection; returns the function that ends that. */
export function followRoom(options: FollowOptions): () => void {
  const { socket, timers, rid, extra, cursor, apply, username, onLimited, onRefused } = options
  const forgetting = new Map<string, () => void>()

  function typing(name: string, on: boolean): void {
    forgetting.get(name)?.()
    forgetting.delete(name)
    if (on)
      forgetting.set(
        name,
        timers.after(TYPING_LASTS_MS, () => typing(name, false)),
      )
    apply({ kind: 'typing', username: name, on })
  }

  const stops = [
    socket.subscribe({
      stream: 'room-messages',
      event: rid,
      extra,
      since: cursor,
      onEvent: ([message], seq) => {
        if (!isMessage(message)) return
        apply(seq === undefined ? { kind: 'answered', message } : { kind: 'message', message, seq })
      },
      onUpToDate: ({ limited, seq }) => {
        if (limited) onLimited()
        else apply({ kind: 'up-to-date', seq })
      },
      onRefused,
    }),
    socket.subscribe({
      stream: 'notify-room',
      event: `${rid}/foyer-read`,
      extra,
      onEvent: ([read]) => {
        // The server's own shape, as its REST answers.
        if (typeof read === 'object' && read !== null)
          apply({ kind: 'read', read: read as ReadPositions })
      },
    }),
    socket.subscribe({
      stream: 'notify-room',
      event: `${rid}/user-activity`,
      extra,
      onEvent: ([name, activities]) => {
        if (typeof name !== 'string' || name === username()) return
        typing(name, Array.isArray(activities) && activities.includes('user-typing'))
      },
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    for (const forget of forgetting.values()) forget()
  }
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && '_id' in value
