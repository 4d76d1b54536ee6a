import { WebSocket } from 'ws'

/** A frame of the server, as far as the bench reads it. */
interface Frame {
  msg?: string
  id?: string
  subs?: string[]
}

const CHANGED = '{"msg":"changed"'
const MESSAGE_ID = /"args":\[\{"_id":"([^"]+)"/

/** What a message that has arrived is told to. */
export type Arrival = (messageId: string, at: number) => void

/** A client that does no more than the load needs. */
export class SocketClient {
  readonly #port: number
  readonly #onMessage: Arrival
  #socket: WebSocket | undefined
  #waiting = new Map<string, () => void>()
  #closed: () => void = () => undefined

  constructor(port: number, onMessage: Arrival) {
    this.#port = port
    this.#onMessage = onMessage
  }

  /** Opens a socket and shakes hands. Rejects when the server turns it away. */
  connect(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/websocket`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    this.#socket = socket
    this.#waiting = new Map()
    return new Promise((resolve, reject) => {
      socket.on('open', () =>
        socket.send('{"msg":"connect","version":"1","support":["1","pre2","pre1"]}'),
      )
      socket.on('error', reject)
      socket.on('close', (code) => {
        reject(new Error(`closed with ${code}`))
        this.#closed()
      })
      this.#waiting.set('connected', resolve)
      // oxlint-disable-next-line typescript/no-base-to-string -- text frames come as one buffer
      socket.on('message', (data) => this.#hear(data.toString()))
    })
  }

  /** Resolves when the socket has gone. */
  gone(): Promise<void> {
    return new Promise((resolve) => (this.#closed = resolve))
  }

  /** Calls a method; resolves with its result. */
  call(id: string, method: string, params: readonly unknown[]): Promise<void> {
    return this.#ask(id, { msg: 'method', id, method, params })
  }

  /** Subscribes; resolves with `ready`, or with the end of what was missed. */
  subscribe(id: string, name: string, params: readonly unknown[]): Promise<void> {
    return this.#ask(id, { msg: 'sub', id, name, params })
  }

  close(): void {
    this.#socket?.terminate()
  }

  #ask(id: string, frame: object): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#socket?.send(JSON.stringify(frame))
    })
  }

  #hear(text: string): void {
    if (text.startsWith(CHANGED)) {
      const at = performance.now()
      // Not parsed: thousands of clients share the core, and each would wait for the others.
      const id = MESSAGE_ID.exec(text)?.[1]
      if (id !== undefined) this.#onMessage(id, at)
      return
    }
    const frame = JSON.parse(text) as Frame
    const { msg } = frame
    if (msg === 'ping') {
      this.#socket?.send('{"msg":"pong"}')
      return
    }
    const key = msg === 'ready' ? frame.subs?.[0] : msg === 'connected' ? msg : frame.id
    if (msg === 'nosub') throw new Error(`refused: ${text}`)
    const done = this.#waiting.get(key ?? '')
    this.#waiting.delete(key ?? '')
    done?.()
  }
}
