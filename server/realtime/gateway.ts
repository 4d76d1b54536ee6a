import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { newId } from '../lib/ids.ts'
import { CLOSE, LIMITS, TIMES } from './limits.ts'
import { Session, type Origin, type SessionEvents } from './session.ts'

const PATH = '/websocket'
/** Sockets that are sent away in one step when the server stops. */
const STOP_STEP_MS = 50
/** Parts of the sockets that are looked at one after the other; all of them once in a `TIMES.beat`. */
const BEAT_PARTS = 50
/** A few sockets need no spreading. */
const SPREAD_PER_SOCKET_MS = 2

/** What the gateway asks of the server around it. */
export interface GatewayParts {
  now: () => number
  originOf(request: IncomingMessage): Origin
  /** The server is too busy for newcomers. */
  overloaded(): boolean
  events: SessionEvents
}

/** The place where sockets come in: one raw endpoint on the port of HTTP, from any origin. */
export class Gateway {
  readonly sessions = new Set<Session>()
  readonly #parts: GatewayParts
  readonly #events: SessionEvents
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LIMITS.frameBytes,
    clientTracking: false,
  })
  #heart: NodeJS.Timeout | undefined
  /** Who is looked at next. */
  #next: Iterator<Session> = this.sessions.values()
  #stopping = false

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#events = {
      ...parts.events,
      closed: (session) => {
        this.sessions.delete(session)
        parts.events.closed(session)
      },
    }
  }

  /** Takes the upgrades of a server from now on. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head)
    })
    this.#heart = setInterval(() => this.#beatPart(), TIMES.beat / BEAT_PARTS)
    this.#heart.unref()
  }

  /** Looks for a sign of life in every socket. */
  beat(): void {
    const now = this.#parts.now()
    for (const session of this.sessions) session.beat(now)
  }

  /** Who came together falls silent together: asked all at once they would hold up everybody. */
  #beatPart(): void {
    const now = this.#parts.now()
    for (let left = Math.ceil(this.sessions.size / BEAT_PARTS); left > 0; left--) {
      const { done, value } = this.#next.next()
      if (done === true) {
        this.#next = this.sessions.values()
        return
      }
      value.beat(now)
    }
  }

  /** Sends everybody away, spread so that they do not come back all at once. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#heart)
    const leaving = [...this.sessions]
    const spread = Math.min(TIMES.stopSpread, leaving.length * SPREAD_PER_SOCKET_MS)
    const steps = Math.max(1, Math.ceil(spread / STOP_STEP_MS))
    const each = Math.ceil(leaving.length / steps)
    for (let step = 0; step < steps; step++) {
      if (step > 0) await new Promise((resolve) => setTimeout(resolve, STOP_STEP_MS))
      for (const session of leaving.slice(step * each, (step + 1) * each)) {
        session.close(CLOSE.restart, 'the server restarts')
      }
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Listens as long as the socket lives: an arrow would keep the request for so long, too.
    socket.on('error', destroyThis)
    if (request.url?.split('?', 1)[0] !== PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#admit(webSocket, socket, request),
    )
  }

  #admit(webSocket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const parts = this.#parts
    const code = this.#stopping ? CLOSE.restart : parts.overloaded() ? CLOSE.overload : undefined
    if (code !== undefined) {
      webSocket.on('error', () => undefined)
      webSocket.close(code)
      return
    }
    const session = new Session(webSocket, {
      id: newId(),
      stream,
      origin: parts.originOf(request),
      now: parts.now,
      events: this.#events,
    })
    this.sessions.add(session)
  }
}

function destroyThis(this: Duplex): void {
  this.destroy()
}
