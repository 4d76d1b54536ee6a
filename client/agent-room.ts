import { followRoom } from './follow-room.ts'
import { readHistory } from './history.ts'
import { RestError, type Rest } from './rest.ts'
import { applyRoomEvent, emptyRoom, type RoomEvent, type RoomState } from './room-state.ts'
import type { Socket } from './socket-types.ts'
import { backoffMs, type Timers } from './timers.ts'

const PAGE = 50

/** What an agent's view of a room needs from its surroundings. */
export interface AgentRoomOptions {
  rest: Rest
  socket: Socket
  timers: Timers
  rid: string
  username: () => string | undefined
  onChange: () => void
}

/** A room that an agent has opened. */
export interface AgentRoom {
  state: () => RoomState
  phase: () => 'loading' | 'ready' | 'failed'
  apply: (event: RoomEvent) => void
  loadOlder: () => Promise<void>
  /** Where no socket opens: loads anew what changed since. */
  refresh: () => Promise<void>
  stop: () => void
}

/** Loads a room and follows it. */
export function openAgentRoom(options: AgentRoomOptions): AgentRoom {
  const { rest, socket, timers, rid, username, onChange } = options
  let state = emptyRoom(rid)
  let phase: 'loading' | 'ready' | 'failed' = 'loading'
  let isStopped = false
  let failures = 0
  /** The head of the room when it was last read without a socket. */
  let seen = 0
  let loading: Promise<void> | undefined
  let older: Promise<void> | undefined
  let stopFollowing = (): void => {}
  let stopWaiting = (): void => {}

  function apply(event: RoomEvent): void {
    if (isStopped) return
    if (event.kind === 'up-to-date') failures = 0
    const before = state
    state = applyRoomEvent(state, event)
    if (state !== before) onChange()
  }

  const load = (): Promise<void> => (loading ??= readNewest().finally(() => (loading = undefined)))

  async function readNewest(): Promise<void> {
    stopFollowing()
    stopWaiting()
    try {
      // First the place, then the messages: what happens between is told again, never missed.
      const { room } = await rest('GET rooms.info', { query: { roomId: rid } })
      const messages = await readHistory(rest, rid, PAGE)
      if (isStopped) return
      phase = 'ready'
      apply({
        kind: 'loaded',
        messages,
        cursor: room.seq,
        hasOlder: messages.length === PAGE,
      })
      if (room.open !== true) apply({ kind: 'closed' })
      onChange()
      follow()
    } catch (error) {
      if (!isStopped) failed(error)
    }
  }

  function failed(error: unknown): void {
    const isRefused = error instanceof RestError && !error.isPassing
    if (isRefused) phase = 'failed'
    else stopWaiting = timers.after(backoffMs(failures++, timers.random), () => void load())
    onChange()
  }

  function follow(): void {
    const cursor = (): number => state.cursor
    const onLimited = (): void => void load()
    // An open view is never left unheard: what may not be followed is read again and again.
    const onRefused = (): void => {
      stopWaiting()
      stopWaiting = timers.after(backoffMs(failures++, timers.random), () => void load())
    }
    stopFollowing = followRoom({
      socket,
      timers,
      rid,
      cursor,
      apply,
      username,
      onLimited,
      onRefused,
    })
  }

  async function readOlder(): Promise<void> {
    if (!state.hasOlder) return
    const messages = await readHistory(rest, rid, PAGE, state.messages[0]?.ts)
    apply({ kind: 'older-loaded', messages, hasOlder: messages.length === PAGE })
  }

  /**
   * Shows the newest without a socket. The cursor stays: the socket tells all that changed since,
   * once there is one again.
   */
  async function refresh(): Promise<void> {
    const { room } = await rest('GET rooms.info', { query: { roomId: rid } })
    if (phase !== 'ready' || room.seq <= Math.max(seen, state.cursor)) return
    const messages = await readHistory(rest, rid, PAGE)
    const from = Math.min(...messages.map(({ seq }) => seq))
    if (messages.length === PAGE && !state.messages.some(({ seq }) => seq >= from)) {
      await load()
      return
    }
    seen = room.seq
    const ids = new Set(messages.map(({ _id }) => _id))
    for (const { _id: id, seq } of state.messages) {
      if (seq >= from && seq <= room.seq && !ids.has(id)) apply({ kind: 'deleted', id })
    }
    for (const message of messages.reverse()) apply({ kind: 'answered', message })
    if (room.open !== true) apply({ kind: 'closed' })
  }

  void load()

  return {
    state: () => state,
    phase: () => phase,
    apply,
    loadOlder: () => (older ??= readOlder().finally(() => (older = undefined))),
    refresh,
    stop: () => {
      isStopped = true
      stopWaiting()
      stopFollowing()
    },
  }
}
