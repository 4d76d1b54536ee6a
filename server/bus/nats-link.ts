import type { NatsConnection } from '@nats-io/transport-node'
import { Backoff } from './backoff.ts'
import type { Link, LinkEvents } from './linked-bus.ts'

const MAX_BYTES = 60_000
const CONNECT_MS = 5000
/** A send that is not confirmed by then may have gone nowhere. */
const ANSWER_MS = 3000
const PING_MS = 1500
const PINGS_UNANSWERED = 2
const RECONNECT_MS = 250

/** Where the NATS servers are, and who may use them. */
export interface NatsPlace {
  /** `host:port` of each; any that answers will do. */
  servers: readonly string[]
  tls: boolean
  user?: string
  pass?: string
  token?: string
}

/** Rings through NATS, which knows nothing of the database. */
export class NatsLink implements Link {
  readonly maxBytes = MAX_BYTES
  readonly #place: NatsPlace
  readonly #subject: string
  readonly #events: LinkEvents
  readonly #backoff = new Backoff()
  #connection: NatsConnection | undefined
  #closed = false

  /** @param subject of this installation alone: several may share the servers */
  constructor(place: NatsPlace, subject: string, events: LinkEvents) {
    this.#place = place
    this.#subject = subject
    this.#events = events
    void this.#connect()
  }

  async send(texts: readonly string[]): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) throw new Error('the link is lost')
    for (const text of texts) connection.publish(this.#subject, text)
    let late: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => reject(new Error('NATS does not confirm')), ANSWER_MS)
    })
    const flushed = connection.flush()
    // One that fails later, when the timeout has long been told, is nobody's surprise.
    flushed.catch(() => undefined)
    await Promise.race([flushed, timeout]).finally(() => clearTimeout(late))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#backoff.stop()
    await this.#connection?.close()
  }

  /** Until the first connection; after it the library reconnects by itself. */
  async #connect(): Promise<void> {
    const { servers, tls, user, pass, token } = this.#place
    try {
      // Loaded only where it is used.
      const { connect } = await import('@nats-io/transport-node')
      const connection = await connect({
        servers: [...servers],
        name: 'foyer',
        ...(tls ? { tls: {} } : {}),
        ...(user === undefined ? {} : { user, pass: pass ?? '' }),
        ...(token === undefined ? {} : { token }),
        timeout: CONNECT_MS,
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: RECONNECT_MS,
        reconnectJitter: RECONNECT_MS,
        pingInterval: PING_MS,
        maxPingOut: PINGS_UNANSWERED,
        noEcho: true,
      })
      if (this.#closed) {
        await connection.close()
        return
      }
      connection.subscribe(this.#subject, {
        callback: (error, message) => {
          if (error === null) this.#events.received(message.string())
        },
      })
      this.#connection = connection
      this.#backoff.reset()
      this.#events.connected()
      void this.#follow(connection)
    } catch {
      if (!this.#closed) this.#backoff.again(() => void this.#connect())
    }
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#events.lost()
      if (type === 'reconnect') this.#events.connected()
    }
    // The library has given up, which it was told not to do; begin anew.
    this.#connection = undefined
    this.#events.lost()
    if (!this.#closed) this.#backoff.again(() => void this.#connect())
  }
}
