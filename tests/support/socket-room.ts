import assert from 'node:assert/strict'
import { DdpClient } from './ddp-client.ts'
import type { TestServer } from './test-server.ts'
import type { TestVisitor, WireMessage } from './visitor.ts'

/** What a frame tells of one message, with dates as REST writes them. */
const fromEjson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(fromEjson)
  if (typeof value !== 'object' || value === null) return value
  const { $date: date } = value as { $date?: number }
  if (typeof date === 'number') return new Date(date).toISOString()
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fromEjson(entry)]))
}

/**
 * A room as a client knows it that counts places: it comes and goes, and each time asks for what
 * came after the place that it has. It fails when anything comes out of order or twice.
 */
export class SocketRoom {
  readonly messages = new Map<string, WireMessage>()
  cursor = 0
  /** Places of everything that has come. */
  readonly places: number[] = []
  limited = false
  #client: DdpClient | undefined
  #from = 0

  /** Connects and asks for what was missed; resolves once that has come. */
  async connect(server: TestServer, visitor: TestVisitor): Promise<void> {
    this.#client = await DdpClient.connect(server)
    this.#from = 0
    await this.#client.follow(visitor, 'room-messages', visitor.rid, this.cursor)
    const end = await this.#client.next(({ fields }) => fields?.upToDate === true)
    this.limited = end.fields?.limited === true
    this.take()
  }

  /** Takes what has come so far. */
  take(): void {
    const heard = this.#client?.heard.slice(this.#from) ?? []
    this.#from += heard.length
    for (const { collection, fields } of heard) {
      if (collection !== 'stream-room-messages' || fields?.seq === undefined) continue
      const { seq, args, upToDate } = fields
      if (upToDate === true) {
        assert.ok(seq >= this.cursor, `up to date at ${seq}, after ${this.cursor}`)
        this.cursor = seq
        continue
      }
      assert.ok(seq > this.cursor, `place ${seq} after ${this.cursor}`)
      this.cursor = seq
      this.places.push(seq)
      const [message] = args
      if (message.t === 'rm') this.messages.delete(message._id)
      else this.messages.set(message._id, fromEjson(message) as WireMessage)
    }
  }

  /** Loses the connection without a word, with whatever has not arrived. */
  cut(): void {
    this.take()
    this.#client?.socket.terminate()
  }

  /** Takes everything that is on its way. */
  async takeAll(server: TestServer): Promise<void> {
    await server.app.realtime.settled()
    await this.#client?.settled()
    this.take()
  }

  /** Takes everything that is on its way, then closes. */
  async close(server: TestServer): Promise<void> {
    await this.takeAll(server)
    await this.#client?.close()
  }

  /** In the order of the room. */
  get inOrder(): WireMessage[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq)
  }
}
