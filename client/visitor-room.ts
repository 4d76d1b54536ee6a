import type { WidgetConfig } from '../server/features/widget-config/contract.ts'
import { followRoom } from './follow-room.ts'
import { given } from './given.ts'
import { startPolling } from './long-poll.ts'
import { NetworkError, RestError, type Rest } from './rest.ts'
import {
  applyRoomEvent,
  emptyRoom,
  type Agent,
  type QueuePlace,
  type RoomEvent,
  type RoomState,
} from './room-state.ts'
import type { Socket } from './socket-types.ts'
import { backoffMs, type Timers } from './timers.ts'

const PAGE = 50

/** What a visitor's room needs from its surroundings. */
export interface VisitorRoomOptions {
  rest: Rest
  socket: Socket
  timers: Timers
  token: string
  rid: string
  username: () => string | undefined
  onChange: () => void
  /** Polling begins, goes on (an answer came), fails, or ends. */
  onPolling: (state: 'on' | 'failing' | 'off') => void
}

/** The room a visitor is in: loaded, followed, and asked for where nothing can be followed. */
export interface VisitorRoom {
  state: () => RoomState
  apply: (event: RoomEvent) => void
  loadOlder: () => Promise<void>
  /** What the configuration says about who serves, or how long it takes. */
  applyConfig: (config: WidgetConfig) => void
  /** No socket opens: ask every few seconds until `stopPolling`. */
  poll: () => void
  stopPolling: () => void
  stop: () => void
}

/** Opens a room of the visitor; what is known of it grows from then on. */
export function openVisitorRoom(options: VisitorRoomOptions): VisitorRoom {
  const { rest, socket, timers, token, rid, username, onChange, onPolling } = options
  let state = emptyRoom(rid)
  let isStopped = false
  let isLoaded = false
  let failures = 0
  let loading: Promise<void> | undefined
  let older: Promise<void> | undefined
  let stopFollowing = (): void => {}
  let stopWaiting = (): void => {}
  let stopAsking: (() => void) | undefined

  function apply(event: RoomEvent): void {
    if (isStopped) return
    const before = state
    state = applyRoomEvent(state, event)
    if (state === before) return
    if (before.open && !state.open) end()
    onChange()
  }

  const history = (query: { limit?: number; end?: string; afterSeq?: number }) =>
    rest('GET livechat/messages.history/:rid', { params: { rid }, query: { token, ...query } })

  /** The newest page, and from there on everything; tries until it works. */
  const load = (): Promise<void> => (loading ??= readNewest().finally(() => (loading = undefined)))

  async function readNewest(): Promise<void> {
    stopFollowing()
    stopWaiting()
    isLoaded = false
    try {
      const { messages, seq } = await history({ limit: PAGE })
      if (isStopped) return
      failures = 0
      isLoaded = true
      apply({ kind: 'loaded', messages, cursor: seq, hasOlder: messages.length === PAGE })
      if (state.open) follow()
    } catch (error) {
      if (isStopped) return
      if (error instanceof RestError && !error.isPassing) refused(error)
      else stopWaiting = timers.after(backoffMs(failures++, timers.random), () => void load())
    }
  }

  /** The room is not ours (any more): an erased visitor, another installation's token. */
  function refused(error: unknown): undefined {
    if (!(error instanceof RestError) || error.isPassing) throw error
    apply({ kind: 'closed' })
  }

  function follow(): void {
    const extra = { token, visitorToken: token }
    const stopRoom = followRoom({
      socket,
      timers,
      rid,
      extra,
      cursor: () => state.cursor,
      apply,
      username,
      onLimited: () => void load(),
      onRefused: () => void catchUp(),
    })
    const stopService = socket.subscribe({
      stream: 'livechat-room',
      event: rid,
      extra,
      since: () => 0,
      onEvent: ([event]) => heardOfService(event as ServiceEvent),
    })
    stopFollowing = () => {
      stopRoom()
      stopService()
    }
  }

  /** The stream was refused, mostly since the room was closed: what it said last is in REST. */
  async function catchUp(): Promise<void> {
    try {
      await readChanges()
      failures = 0
      // Whatever the reason is: an open room is never left unheard.
      if (!isStopped) poll()
    } catch {
      if (!isStopped) {
        stopWaiting = timers.after(backoffMs(failures++, timers.random), () => void catchUp())
      }
    }
  }

  /** Everything that changed since, page by page; a room that is not ours any more is closed. */
  async function readChanges(): Promise<void> {
    if (!isLoaded) throw new NetworkError('the room is not loaded yet')
    const page = await history({ afterSeq: state.cursor }).catch(refused)
    if (page === undefined || isStopped) return
    if (page.limited === true) {
      await load()
      return
    }
    const { messages, seq, deleted = [], more = false } = page
    apply({ kind: 'changes', messages, removed: deleted.map(({ _id }) => _id), seq })
    if (more) await readChanges()
  }

  function heardOfService(event: ServiceEvent): void {
    if (event.type === 'agentData') apply({ kind: 'agent', agent: event.data })
    else if (event.type === 'agentStatus') apply({ kind: 'agent-status', status: event.status })
    else if (event.type === 'queueData') apply({ kind: 'queue', queue: queueOf(event.data) })
  }

  function applyConfig({ room, agent, queueInfo }: WidgetConfig): void {
    if (room?._id !== rid) return
    if (queueInfo === undefined || agent !== undefined) apply({ kind: 'agent', agent })
    else apply({ kind: 'queue', queue: queueOf(queueInfo) })
  }

  function poll(): void {
    if (!state.open) return
    stopAsking ??= startPolling({
      timers,
      readChanges,
      readConfig: async () => {
        const { config } = await rest('GET livechat/config', { query: { token } })
        applyConfig(config)
      },
      onPolling,
    })
  }

  function stopPolling(): void {
    stopAsking?.()
    stopAsking = undefined
  }

  /** Nothing happens in a closed room. */
  function end(): void {
    stopFollowing()
    stopPolling()
  }

  void load()

  return {
    state: () => state,
    apply,
    applyConfig,
    loadOlder: () =>
      (older ??= (async () => {
        const [first] = state.messages
        if (!state.hasOlder) return
        const { messages } = await history({ limit: PAGE, ...given({ end: first?.ts }) })
        apply({ kind: 'older-loaded', messages, hasOlder: messages.length === PAGE })
      })().finally(() => (older = undefined))),
    poll,
    stopPolling,
    stop: () => {
      isStopped = true
      stopWaiting()
      end()
    },
  }
}

type ServiceEvent =
  | { type: 'agentData'; data?: Agent }
  | { type: 'agentStatus'; status: string }
  | { type: 'queueData'; data: NonNullable<WidgetConfig['queueInfo']> }
  | { type: 'visitorData' }

const queueOf = ({
  spot,
  message,
  estimatedWaitTimeSeconds: wait,
}: NonNullable<WidgetConfig['queueInfo']>): QueuePlace => ({
  place: spot,
  text: message.text,
  ...given({ waitSeconds: wait }),
})
