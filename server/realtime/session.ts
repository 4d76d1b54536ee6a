import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Caller } from '../context.ts'
import { CLOSE, LIMITS, TIMES } from './limits.ts'
import type { RoomViewer } from './message-frames.ts'
import { frames, parseFrame, type ClientFrame } from './protocol.ts'
import type { Subscription } from './streams.ts'
import { textFrame, type TextFrame } from './text-frame.ts'

/** Where a socket comes from. */
export interface Origin {
  ip: string
  userAgent: string
}

/** What a socket tells those who serve it. */
export interface SessionEvents {
  /** A frame, one at a time and in order. Must not reject. */
  frame(session: Session, frame: ClientFrame): Promise<void>
  closed(session: Session): void
  /** Counts what goes out. */
  figures: { sent: number; shed: number; slow: number }
}

/** `opening` until `connect` has come; frames that come before it wait for it. */
type State = 'opening' | 'open' | 'closed'

/**
 * One socket: frames in, one after the other; frames out, within a bounded buffer; signs of life.
 * What it follows and who it is are kept here, so that all of it ends with the socket.
 */
export class Session {
  readonly id: string
  readonly origin: Origin
  /** Set by `login`. */
  login: { caller: Caller; token: string } | undefined
  /** Ids of visitors whose token this socket has shown; rarely more than one. */
  visitors: readonly string[] = []
  /** The room that a visitor has stopped following here, and the place up to which he has it. */
  left: { roomId: string; seq: number } | undefined
  #viewer: (RoomViewer & { type: 'visitor' }) | undefined
  /** What the socket follows, by stream and event. */
  readonly subscriptions = new Map<string, Subscription>()
  readonly #socket: WebSocket
  /** What the socket runs on; frames are written straight to it. */
  readonly #stream: Duplex
  readonly #events: SessionEvents
  readonly #now: () => number
  #state: State = 'opening'
  #early: ClientFrame[] | undefined
  #pending: ClientFrame[] = []
  #working = false
  #heard: number
  /** When it was asked for a sign of life that has not come. */
  #askedAt: number | undefined
  #credit: number = LIMITS.framesBurst
  #creditAt: number

  constructor(
    socket: WebSocket,
    parts: {
      id: string
      stream: Duplex
      origin: Origin
      now: () => number
      events: SessionEvents
    },
  ) {
    this.#socket = socket
    this.#stream = parts.stream
    this.id = parts.id
    this.origin = parts.origin
    this.#now = parts.now
    this.#events = parts.events
    this.#heard = this.#now()
    this.#creditAt = this.#heard
    // oxlint-disable-next-line typescript/no-base-to-string -- text frames come as one buffer
    socket.on('message', (data) => this.#hear(data.toString()))
    socket.on('close', () => this.#ended())
    // A broken frame closes the socket; there is nobody to tell.
    socket.on('error', () => undefined)
  }

  get open(): boolean {
    return this.#state === 'open'
  }

  /** The visitor as a reader of his room; the same for everything that he follows. */
  viewerFor(id: string, token: string): RoomViewer {
    if (this.#viewer?.id !== id) this.#viewer = { type: 'visitor', id, token }
    return this.#viewer
  }

  /** The handshake is done: what waited for it is worked on now. */
  connected(): void {
    if (this.#state !== 'opening') return
    this.#state = 'open'
    const early = this.#early ?? []
    this.#early = undefined
    this.#pending = [...early, ...this.#pending]
  }

  /** Sends what must arrive; a socket that does not take it is closed, and comes back for it. */
  send(frame: string | TextFrame): void {
    if (this.#state === 'closed') return
    if (this.#stream.writableLength > LIMITS.bufferBytes) {
      this.#events.figures.slow += 1
      this.close(CLOSE.slow, 'too slow')
      return
    }
    this.#write(frame)
  }

  /** Sends what is worth nothing later: left out when the socket is behind. */
  sendIfEasy(frame: string | TextFrame): void {
    if (this.#state === 'closed') return
    if (this.#stream.writableLength > LIMITS.shedBytes) {
      this.#events.figures.shed += 1
      return
    }
    this.#write(frame)
  }

  /** Past the library, which would make a frame for each socket and write it in two pieces. */
  #write(frame: string | TextFrame): void {
    // Nothing may come after the farewell, which the library writes.
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#stream.write(typeof frame === 'string' ? textFrame(frame) : frame)
    this.#events.figures.sent += 1
  }

  /** Resolves once what was sent has left, or the socket is closed. */
  drained(): Promise<void> {
    if (this.#state === 'closed' || this.#stream.writableLength === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.once('close', done)
      // A frame that clients ignore: its callback comes when everything before it has left.
      this.#socket.send('{}', { binary: false }, done)
    })
  }

  /** Looks for a sign of life; to be called every few seconds. */
  beat(now: number): void {
    const silent = now - this.#heard
    // From when it was asked on: after a pause of this process everybody seems to be silent.
    const unanswered = this.#askedAt !== undefined && now - this.#askedAt >= TIMES.answerWithin
    if (unanswered || (this.#state === 'opening' && silent >= TIMES.connectWithin)) {
      this.close(CLOSE.dead, 'silent')
      return
    }
    if (silent >= TIMES.pingAfter && this.#askedAt === undefined && this.#state === 'open') {
      this.#askedAt = now
      this.#write(PING)
    }
  }

  /** Ends the socket with a code that tells the client whether to come back. */
  close(code: number, reason: string): void {
    if (this.#state === 'closed') return
    this.#socket.close(code, reason)
    const cut = setTimeout(() => this.#socket.terminate(), TIMES.closeWithin)
    cut.unref()
    this.#socket.once('close', () => clearTimeout(cut))
    this.#ended()
  }

  #ended(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#pending = []
    this.#early = undefined
    this.#events.closed(this)
  }

  #hear(text: string): void {
    if (this.#state === 'closed') return
    this.#heard = this.#now()
    this.#askedAt = undefined
    this.#spend()
    const frame = parseFrame(text)
    if (frame === undefined) {
      this.send(frames.badRequest())
      return
    }
    switch (frame.msg) {
      case 'ping':
        // Also while a call is in work: it is the connection that is asked for.
        this.send(frames.pong(frame.id))
        return
      case 'pong':
      case 'other':
        return
      default:
        this.#queue(frame)
    }
  }

  #queue(frame: ClientFrame): void {
    if (this.#state === 'opening' && frame.msg !== 'connect') {
      this.#early ??= []
      if (this.#early.length < LIMITS.pendingFrames) this.#early.push(frame)
      return
    }
    this.#pending.push(frame)
    if (this.#pending.length >= LIMITS.pendingFrames) this.#socket.pause()
    if (!this.#working) void this.#work()
  }

  async #work(): Promise<void> {
    this.#working = true
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      await this.#events.frame(this, next)
      // Who does not take the answers is asked for no more questions.
      if (this.#stream.writableLength > LIMITS.shedBytes) await this.drained()
      if (this.#socket.isPaused && this.#pending.length === 0 && this.#credit > 0) {
        this.#socket.resume()
      }
    }
    this.#working = false
  }

  /** A client that talks too fast is listened to more slowly. */
  #spend(): void {
    const elapsed = this.#heard - this.#creditAt
    this.#creditAt = this.#heard
    const earned = (elapsed * LIMITS.framesPerSecond) / 1000
    this.#credit = Math.min(LIMITS.framesBurst, this.#credit + earned) - 1
    if (this.#credit > 0 || this.#socket.isPaused) return
    this.#socket.pause()
    const debt = ((1 - this.#credit) / LIMITS.framesPerSecond) * 1000
    const rest = setTimeout(() => this.#socket.resume(), Math.min(debt, TIMES.longestRest))
    rest.unref()
  }
}

const PING = textFrame(frames.ping())
