import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import type { Login, TestServer } from './test-server.ts'
import type { TestVisitor } from './visitor.ts'

const PATIENCE_MS = 20_000

/** A frame of the server. Bodies are whatever the wire holds, hence loosely typed. */
export interface Frame {
  msg?: string
  id?: string
  subs?: string[]
  collection?: string
  // The shape differs with every event; each test asserts the fields it reads.
  // oxlint-disable-next-line typescript/no-explicit-any
  fields?: { eventName: string; args: any[]; seq?: number; upToDate?: boolean; limited?: boolean }
  // oxlint-disable-next-line typescript/no-explicit-any
  [field: string]: any
}

const listening = new WeakMap<TestServer, Promise<unknown>>()

/** The port of a test server, which begins to listen when it is first asked for. */
export async function portOf(server: TestServer): Promise<number> {
  const { http } = server.app
  const begun = http.server.listening ? Promise.resolve() : undefined
  const listens = listening.get(server) ?? begun ?? http.listen({ port: 0, host: '127.0.0.1' })
  listening.set(server, listens)
  await listens
  const address = http.server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

/** A client of the raw protocol: it sends what a test tells it and keeps everything it hears. */
export class DdpClient {
  readonly heard: Frame[] = []
  readonly socket: WebSocket
  /** Resolves with the code when the socket has closed. */
  readonly closed: Promise<number>
  #ids = 0
  #waiting: (() => void)[] = []

  constructor(port: number, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`, { headers })
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data) => {
      // oxlint-disable-next-line typescript/no-base-to-string -- text frames come as one buffer
      this.heard.push(JSON.parse(data.toString()) as Frame)
      this.#wake()
    })
    this.socket.on('close', () => this.#wake())
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** A client that has shaken hands. */
  static async connect(
    server: TestServer,
    headers: Record<string, string> = {},
  ): Promise<DdpClient> {
    const client = new DdpClient(await portOf(server), headers)
    await client.opened()
    client.send({ msg: 'connect', version: '1', support: ['1'] })
    await client.next(({ msg }) => msg === 'connected')
    return client
  }

  /** A client that has signed in with the token of a login over REST. */
  static async signedIn(server: TestServer, login: Login): Promise<DdpClient> {
    const client = await DdpClient.connect(server)
    const { error } = await client.call('login', { resume: login.headers['x-auth-token'] })
    assert.equal(error, undefined, JSON.stringify(error))
    return client
  }

  async opened(): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) return
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('error', reject)
    })
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The first frame, heard already or yet to come, that fits; rejects when the socket closes. */
  async next(fits: (frame: Frame) => boolean, from = 0): Promise<Frame> {
    const deadline = Date.now() + PATIENCE_MS
    for (let index = from; ; index++) {
      while (index >= this.heard.length) await this.#hear(deadline)
      const frame = this.heard[index]
      if (frame !== undefined && fits(frame)) return frame
    }
  }

  async #hear(deadline: number): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) {
      throw new Error(`it closed; heard: ${JSON.stringify(this.heard.slice(-8))}`)
    }
    await new Promise<void>((resolve, reject) => {
      const fail = setTimeout(
        () => reject(new Error(`nothing came; heard: ${JSON.stringify(this.heard.slice(-8))}`)),
        Math.max(0, deadline - Date.now()),
      )
      this.#waiting.push(() => {
        clearTimeout(fail)
        resolve()
      })
    })
  }

  /** Calls a method and returns its result frame. */
  async call(method: string, ...params: unknown[]): Promise<Frame> {
    const id = `m${(this.#ids += 1)}`
    this.send({ msg: 'method', method, params, id })
    return this.next((frame) => frame.msg === 'result' && frame.id === id)
  }

  /** Subscribes and returns the answer: `ready` or `nosub`. */
  async subscribe(name: string, event: string, options: unknown = false): Promise<Frame> {
    const id = `s${(this.#ids += 1)}`
    this.send({ msg: 'sub', id, name: `stream-${name}`, params: [event, options] })
    return this.next(
      ({ msg, subs, id: of }) =>
        (msg === 'ready' && subs?.[0] === id) || (msg === 'nosub' && of === id),
    )
  }

  /** Subscribes as a visitor, and fails the test when that is refused. */
  async follow(
    visitor: TestVisitor,
    name: string,
    event = visitor.rid,
    since?: number,
  ): Promise<string> {
    const extra = { token: visitor.token, visitorToken: visitor.token }
    return this.expectReady(name, event, { useCollection: false, args: [extra], since })
  }

  /** Subscribes, fails the test when that is refused, and returns the subscription's id. */
  async expectReady(name: string, event: string, options: unknown = false): Promise<string> {
    const answer = await this.subscribe(name, event, options)
    assert.equal(answer.msg, 'ready', JSON.stringify(answer))
    return answer.subs?.[0] ?? ''
  }

  /** What has come of one event so far, without the ends of catching up. */
  events(name: string, event: string): Frame[] {
    return this.heard.filter(isEvent(name, event))
  }

  /** The first event that fits, heard already or yet to come. */
  event(
    name: string,
    event: string,
    // oxlint-disable-next-line typescript/no-explicit-any
    fits: (args: any[]) => boolean = () => true,
  ): Promise<Frame> {
    const is = isEvent(name, event)
    return this.next((frame) => is(frame) && fits(frame.fields?.args ?? []))
  }

  /** The message with this text, heard already or yet to come. */
  async message(rid: string, text: string): Promise<Frame> {
    return this.event('room-messages', rid, ([message]) => message.msg === text)
  }

  /** Everything the server had to say before it answered is heard. */
  async settled(): Promise<void> {
    const id = `p${(this.#ids += 1)}`
    this.send({ msg: 'ping', id })
    await this.next((frame) => frame.msg === 'pong' && frame.id === id)
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

const isEvent =
  (name: string, event: string) =>
  ({ msg, collection, fields }: Frame): boolean =>
    msg === 'changed' &&
    collection === `stream-${name}` &&
    fields?.eventName === event &&
    fields.upToDate !== true
