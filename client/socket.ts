import { backoffMs, machineTimers } from './timers.ts'
import { errorOf, parseFrame, type Frame } from './frames.ts'
import { createSubscriptions } from './subscriptions.ts'
import { withoutSlash } from './rest.ts'
import type { Socket, SocketError, SocketOptions, SocketStatus } from './socket-types.ts'

export type * from './socket-types.ts'

/** Silence after which the connection is asked whether it lives. */
const QUIET_MS = 10_000
/** How long the answer to that may take. */
const PATIENCE_MS = 10_000
/** How long a connection may take to be opened, and to know who we are. */
const OPENING_MS = 15_000
/** A check on somebody's return is answered at once or the connection is dead. */
const HURRY_MS = 3000
/** A connection that held this long ends a row of failures. */
const STABLE_MS = 5000
/** Everybody comes back within this time after the server was stopped in order. */
const RESTART_SPREAD_MS = 5000

const CLOSE_RESTARTS = 1012
const CLOSE_REVOKED = 4401
const CONNECT = { msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] }

/** A method was refused (`code` of the server), or got no answer (`code` is `connection-lost`). */
export class SocketCallError extends Error {
  override readonly name = 'SocketCallError'
  readonly code: string

  constructor({ code, text }: SocketError) {
    super(text)
    this.code = code
  }
}

interface PendingCall {
  resolve: (result: unknown) => void
  reject: (error: SocketCallError) => void
}

/** Opens the connection and keeps it. */
export function createSocket({
  serverUrl,
  identify,
  timers = machineTimers,
  WebSocket: Constructor = WebSocket,
}: SocketOptions): Socket {
  const url = `${withoutSlash(serverUrl).replace(/^http/, 'ws')}/websocket`
  const listeners = new Set<(status: SocketStatus) => void>()
  const calls = new Map<string, PendingCall>()
  const subscriptions = createSubscriptions(send, timers)
  let status: SocketStatus = 'connecting'
  let wire: WebSocket | undefined
  let failures = 0
  let lastId = 0
  let stopWaiting = (): void => {}
  let stopWatching = (): void => {}
  let stopCounting = (): void => {}

  function send(frame: object): void {
    // A connection that is not open yet is given its subscriptions once it is.
    if (wire?.readyState === 1) wire.send(JSON.stringify(frame))
  }

  function become(next: SocketStatus): void {
    if (status === next) return
    status = next
    for (const listener of listeners) listener(next)
  }

  function open(): void {
    stopWaiting()
    become('connecting')
    try {
      wire = new Constructor(url)
    } catch {
      // A page may forbid the address; that may change with the page's next policy, so go on.
      lost()
      return
    }
    const mine = wire
    mine.addEventListener('open', () => {
      if (wire === mine) send(CONNECT)
    })
    mine.addEventListener('message', ({ data }) => {
      if (wire === mine) hear(String(data))
    })
    mine.addEventListener('close', ({ code }) => {
      if (wire === mine) lost(code)
    })
    // The close that follows says everything; without a listener Node would throw.
    mine.addEventListener('error', () => {})
    giveUpAfter(OPENING_MS)
  }

  /** The connection is gone, or is taken for gone: nothing of it is heard any more. */
  function lost(code?: number): void {
    const dead = wire
    wire = undefined
    stopWatching()
    stopCounting()
    subscriptions.disconnected()
    for (const { reject } of calls.values()) reject(new SocketCallError(CONNECTION_LOST))
    calls.clear()
    if (dead !== undefined && dead.readyState < 2) dead.close()
    if (status === 'closed') return
    if (code === CLOSE_REVOKED) {
      become('refused')
      return
    }
    const delay =
      code === CLOSE_RESTARTS && failures === 0
        ? timers.random() * RESTART_SPREAD_MS
        : backoffMs(failures, timers.random)
    failures += 1
    stopWaiting = timers.after(delay, open)
    become('waiting')
  }

  function giveUpAfter(milliseconds: number): void {
    stopWatching()
    stopWatching = timers.after(milliseconds, lost)
  }

  function askAfter(quiet: number, patience: number): void {
    stopWatching()
    stopWatching = timers.after(quiet, () => {
      send({ msg: 'ping' })
      giveUpAfter(patience)
    })
  }

  function hear(text: string): void {
    if (status === 'online') askAfter(QUIET_MS, PATIENCE_MS)
    const frame = parseFrame(text)
    if (frame === undefined) return
    if (frame.msg === 'ping') send({ msg: 'pong', id: frame.id })
    else if (frame.msg === 'connected') void identifyOurselves()
    else if (frame.msg === 'failed') lost()
    else if (frame.msg === 'result') answered(frame)
    else subscriptions.hear(frame)
  }

  async function identifyOurselves(): Promise<void> {
    const mine = wire
    try {
      await request(identify.method, identify.params)
    } catch (error) {
      if (wire !== mine) return
      const isLogin = error instanceof SocketCallError && REFUSED_LOGIN.has(error.code)
      lost(isLogin ? CLOSE_REVOKED : undefined)
      return
    }
    if (wire !== mine) return
    stopCounting = timers.after(STABLE_MS, () => (failures = 0))
    askAfter(QUIET_MS, PATIENCE_MS)
    become('online')
    subscriptions.connected()
  }

  function request(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = `m${++lastId}`
    return new Promise((resolve, reject) => {
      calls.set(id, { resolve, reject })
      send({ msg: 'method', method, params, id })
    })
  }

  function answered({ id = '', result, error }: Frame): void {
    const call = calls.get(id)
    calls.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(new SocketCallError(errorOf(error)))
  }

  function reconnectNow(): void {
    if (status === 'waiting' || status === 'refused') open()
    else if (status === 'online') askAfter(0, HURRY_MS)
  }

  const stopListening = onReturn(reconnectNow)
  open()

  return {
    get status() {
      return status
    },
    onStatus: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    call: (method, ...params) =>
      status === 'online'
        ? request(method, params)
        : Promise.reject(new SocketCallError(CONNECTION_LOST)),
    subscribe: subscriptions.add,
    reconnectNow,
    close: () => {
      stopListening()
      stopWaiting()
      become('closed')
      lost()
    },
  }
}

const CONNECTION_LOST = { code: 'connection-lost', text: 'There is no connection' }
/** What `login` answers to a token that no longer holds. */
const REFUSED_LOGIN: ReadonlySet<string> = new Set(['403', '401', 'error-user-is-not-activated'])

/** Calls when the network or the person comes back; where there is no page it never does. */
function onReturn(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const shown = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  addEventListener('online', listener)
  addEventListener('pageshow', listener)
  document.addEventListener('visibilitychange', shown)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('pageshow', listener)
    document.removeEventListener('visibilitychange', shown)
  }
}
