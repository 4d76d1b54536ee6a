import { given } from './given.ts'
import { RestError, type Rest } from './rest.ts'
import { createSocket, type Socket } from './socket.ts'
import type { SafeStorage } from './storage.ts'
import { randomText } from './ids.ts'
import { backoffMs, type Timers } from './timers.ts'
import { openVisitorRoom, type VisitorRoom } from './visitor-room.ts'
import type {
  Connection,
  Failure,
  Visitor,
  VisitorChatOptions,
  VisitorChatState,
  VisitorDetails,
  WidgetConfig,
} from './visitor-types.ts'

/** After so many connections that did not open, and none that did, the server is polled. */
const FAILURES_BEFORE_POLLING = 3

/** What a session needs from its surroundings. */
export interface SessionOptions {
  serverUrl: string
  token: string
  department: string | undefined
  rest: Rest
  timers: Timers
  WebSocket: VisitorChatOptions['WebSocket']
  onChange: () => void
  /** The configuration came for the first time. */
  onReady: () => void
  /** The server can be reached again. */
  onReachable: () => void
  /** Another conversation is shown from now on. */
  onEnter: (rid: string) => void
  /** Something began here that other tabs should know of. */
  onMoved: () => void
}

/** One visitor token: what the server says of it, its connection and its conversation. */
export interface VisitorSession {
  readonly token: string
  phase: () => VisitorChatState['phase']
  failure: () => Failure | undefined
  config: () => WidgetConfig | undefined
  visitor: () => Visitor | undefined
  room: () => VisitorRoom | undefined
  openRoomId: () => string | undefined
  connection: () => Connection
  start: () => Promise<void>
  readConfig: (department?: string) => Promise<void>
  register: (details?: VisitorDetails) => Promise<Visitor>
  /** The open room's id; opens one, and registers the visitor, where there is none. */
  ensureRoom: () => Promise<string>
  /** Who is asked first to take the next conversation. */
  preferAgent: (agentId: string) => void
  /** The server does not know this token any more. */
  forgotten: () => void
  /** Calls a method if there is a connection; nobody hears what becomes of it. */
  tell: (method: string, ...params: readonly unknown[]) => void
  stop: () => void
}

/** The token kept by this browser, made at the first call. */
export function keptToken(storage: SafeStorage): string {
  const made = randomText(32)
  if (!storage.get('token')) storage.set('token', made)
  // Another tab may have written at the same time; one of the two holds.
  return storage.get('token') ?? made
}

/** A session of this token; nothing happens before `start`. */
export function createVisitorSession(options: SessionOptions): VisitorSession {
  const { serverUrl, token, rest, timers, onChange, onReachable } = options
  let { department } = options
  let agentId: string | undefined
  let phase: VisitorChatState['phase'] = 'loading'
  let failure: Failure | undefined
  let config: WidgetConfig | undefined
  let visitor: Visitor | undefined
  let room: VisitorRoom | undefined
  let socket: Socket | undefined
  let socketFailures = 0
  let connection: Connection = 'connecting'
  let polling: 'on' | 'failing' | 'off' = 'off'
  let wasOpen = false
  let isStopped = false
  let stopWaiting = (): void => {}
  let registering: Promise<Visitor> | undefined
  let opening: Promise<string> | undefined

  const openRoomId = (): string | undefined =>
    room !== undefined && room.state().open ? room.state().id : undefined

  async function readConfig(other?: string): Promise<void> {
    department = other ?? department
    const query = { token, ...given({ department }) }
    const answer = await rest('GET livechat/config', { query })
    if (isStopped) return
    const isFirst = config === undefined
    config = answer.config
    phase = 'ready'
    failure = undefined
    if (socket === undefined) connection = 'connecting'
    if (config.guest !== undefined) {
      visitor = config.guest
      connect()
    }
    if (config.room !== undefined) enter(config.room._id)
    room?.applyConfig(config)
    onChange()
    if (isFirst) options.onReady()
  }

  function start(): Promise<void> {
    let failures = 0
    return new Promise((resolve) => {
      const attempt = (): void => {
        readConfig().then(resolve, (error: unknown) => {
          if (isStopped) return
          const isRefused = error instanceof RestError && !error.isPassing
          if (isRefused) {
            phase = 'failed'
            failure = { code: error.code, text: error.text }
          }
          connection = 'offline'
          onChange()
          const asked = error instanceof RestError ? (error.retryAfterMs ?? 0) : 0
          const delay = Math.max(asked, backoffMs(failures++, timers.random))
          stopWaiting = timers.after(delay, attempt)
        })
      }
      attempt()
    })
  }

  function register(details: VisitorDetails = {}): Promise<Visitor> {
    const attempt = async (): Promise<Visitor> => {
      const body = { visitor: { token, ...details } }
      const answer = await rest('POST livechat/visitor', { body })
      visitor = answer.visitor
      connect()
      onChange()
      options.onMoved()
      return answer.visitor
    }
    registering = attempt().finally(() => (registering = undefined))
    return registering
  }

  const ensureRoom = (): Promise<string> =>
    (opening ??= findRoom().finally(() => (opening = undefined)))

  async function findRoom(): Promise<string> {
    const open = openRoomId()
    if (open !== undefined) return open
    if (visitor === undefined) await (registering ?? register())
    const query = { token, ...(agentId === undefined ? {} : { agentId }) }
    const answer = await rest('GET livechat/room', { query })
    enter(answer.room._id)
    options.onMoved()
    return answer.room._id
  }

  function enter(rid: string): void {
    connect()
    if (openRoomId() === rid || socket === undefined) return
    room?.stop()
    wasOpen = true
    options.onEnter(rid)
    room = openVisitorRoom({
      rest,
      socket,
      timers,
      token,
      rid,
      username: () => visitor?.username,
      onChange: roomChanged,
      onPolling: (state) => {
        polling = state
        if (state === 'on') onReachable()
        onChange()
      },
    })
    if (config !== undefined) room.applyConfig(config)
    if (socketFailures >= FAILURES_BEFORE_POLLING) room.poll()
    onChange()
  }

  function roomChanged(): void {
    const isOpen = openRoomId() !== undefined
    // Whether somebody is there for the next conversation may have changed since.
    if (wasOpen && !isOpen) readConfig().catch(() => {})
    wasOpen = isOpen
    onChange()
  }

  function connect(): void {
    if (socket?.status === 'refused') socket.reconnectNow()
    if (socket !== undefined || isStopped) return
    socket = createSocket({
      serverUrl,
      identify: { method: 'livechat:setUpConnection', params: [{ token }] },
      timers,
      ...given({ WebSocket: options.WebSocket }),
    })
    socket.onStatus((status) => {
      if (status === 'online') {
        socketFailures = 0
        connection = 'online'
        room?.stopPolling()
        onReachable()
      } else if (status === 'waiting' || status === 'refused') {
        connection = 'offline'
        socketFailures += 1
        // A socket that is refused does not come back by itself.
        const isHopeless = status === 'refused' || socketFailures >= FAILURES_BEFORE_POLLING
        if (isHopeless) room?.poll()
      }
      onChange()
    })
  }

  function forgotten(): void {
    visitor = undefined
    room?.stop()
    room = undefined
  }

  return {
    token,
    phase: () => phase,
    failure: () => failure,
    config: () => config,
    visitor: () => visitor,
    room: () => room,
    openRoomId,
    connection: () => (polling === 'off' ? connection : polling === 'on' ? 'polling' : 'offline'),
    start,
    readConfig,
    register,
    ensureRoom,
    preferAgent: (id) => {
      agentId = id
    },
    forgotten,
    tell: (method, ...params) => {
      if (socket?.status === 'online') socket.call(method, ...params).catch(() => {})
    },
    stop: () => {
      isStopped = true
      stopWaiting()
      forgotten()
      socket?.close()
    },
  }
}
