import { Socket } from 'node:net'
import { Client } from 'pg'
import { Backoff } from './backoff.ts'
import type { Link, LinkEvents } from './linked-bus.ts'

/** PostgreSQL refuses payloads of 8,000 bytes. */
const MAX_BYTES = 7900
const CONNECT_MS = 5000
/** A statement that takes longer than this says that nobody is there any more. */
const ANSWER_MS = 3000
const LOOK_MS = 3000

/** Installations that share a database live in schemas of their own, and hear only themselves. */
const CHANNEL = "select 'foyer_' || md5(current_schema()) as name"

/** Where the database is. */
export interface PostgresPlace {
  url: string
  schema?: string
}

/**
 * Rings by NOTIFY, on one connection of its own that also listens. NOTIFY stays out of the
 * transactions that write: at their commit it would make them wait for each other.
 */
export class PostgresLink implements Link {
  readonly maxBytes = MAX_BYTES
  readonly #place: PostgresPlace
  readonly #events: LinkEvents
  readonly #backoff = new Backoff()
  #client: Client | undefined
  #socket: Socket | undefined
  #channel = ''
  #look: NodeJS.Timeout | undefined
  #closed = false

  constructor(place: PostgresPlace, events: LinkEvents) {
    this.#place = place
    this.#events = events
    void this.#connect()
  }

  async send(texts: readonly string[]): Promise<void> {
    if (this.#client === undefined) throw new Error('the link is lost')
    await this.#ask(this.#client, 'select pg_notify($1, told) from unnest($2::text[]) as told', [
      this.#channel,
      texts,
    ])
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#backoff.stop()
    clearInterval(this.#look)
    const client = this.#client
    this.#client = undefined
    if (client === undefined) {
      this.#socket?.destroy()
      return
    }
    const gone = setTimeout(() => this.#socket?.destroy(), ANSWER_MS)
    await client.end().catch(() => undefined)
    clearTimeout(gone)
  }

  async #connect(): Promise<void> {
    const socket = new Socket()
    const { url, schema } = this.#place
    const client = new Client({
      connectionString: url,
      ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      stream: () => socket,
    })
    this.#socket = socket
    client.on('error', () => this.#lose(client, socket))
    client.on('end', () => this.#lose(client, socket))
    client.on('notification', ({ channel, payload }) => {
      if (channel === this.#channel && payload !== undefined) this.#events.received(payload)
    })
    try {
      await client.connect()
      const { rows } = await client.query<{ name: string }>(CHANNEL)
      this.#channel = rows[0]?.name ?? ''
      await client.query(`listen "${this.#channel}"`)
    } catch {
      this.#lose(client, socket)
      return
    }
    if (this.#closed) {
      socket.destroy()
      return
    }
    this.#client = client
    this.#backoff.reset()
    this.#look = setInterval(() => void this.#ask(client, 'select 1').catch(noop), LOOK_MS)
    this.#look.unref()
    this.#events.connected()
  }

  /** A statement that gets no answer in time ends the connection: it may be half open. */
  async #ask(client: Client, text: string, values: unknown[] = []): Promise<void> {
    try {
      await client.query(text, values)
    } catch (error) {
      if (this.#socket !== undefined) this.#lose(client, this.#socket)
      throw error
    }
  }

  #lose(client: Client, socket: Socket): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    clearInterval(this.#look)
    // A farewell would wait for somebody who may be gone.
    socket.destroy()
    if (this.#client === client) {
      this.#client = undefined
      this.#events.lost()
    }
    if (!this.#closed) this.#backoff.again(() => void this.#connect())
  }
}

const noop = (): void => undefined
