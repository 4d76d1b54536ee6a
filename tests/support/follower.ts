import { WebSocket } from 'ws'
import type { WireMessage } from './visitor.ts'

/** A socket that says nothing for so long is given up, as our client does. */
const SILENCE_MS = 10_000
const PING_MS = 2500
const AGAIN_MS = 100

/** How a client presents itself, and how it subscribes to a room's messages. */
export interface FollowerLogin {
  /** Calls a method before anything else, such as `login`. */
  method: string
  params: readonly unknown[]
  /** Goes with each subscription. */
  extra?: Record<string, string>
}

/** What a client knows of one room: its messages, and how far it has come. */
export class FollowedMessages {
  readonly messages = new Map<string, WireMessage>()
  cursor = 0
  /** Frames that went back, or came twice in one subscription. */
  disorder = 0
  limited = false
}

/**
 * A client of the raw protocol that follows rooms as ours does: it counts places, subscribes with
 * the last one when it comes back, and goes to another process when one is gone.
 */
export class Follower {
  readonly rooms = new Map<string, FollowedMessages>()
  readonly #urls: () => readonly string[]
  readonly #login: FollowerLogin
  #socket: WebSocket | undefined
  #ping: NodeJS.Timeout | undefined
  #heardAt = 0
  #stopped = false
  connections = 0

  /** @param urls where the installation can be reached at the moment */
  constructor(urls: () => readonly string[], login: FollowerLogin) {
    this.#urls = urls
    this.#login = login
    this.#connect()
  }

  follow(roomId: string): FollowedMessages {
    const room = new FollowedMessages()
    this.rooms.set(roomId, room)
    if (this.#socket?.readyState === WebSocket.OPEN) this.#subscribe(roomId, room)
    return room
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#ping)
    this.#socket?.terminate()
  }

  #connect(): void {
    if (this.#stopped) return
    const urls = this.#urls()
    const url = urls[Math.floor(Math.random() * urls.length)] ?? ''
    const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`)
    this.#socket = socket
    this.#heardAt = performance.now()
    const send = (frame: object): void => socket.send(JSON.stringify(frame))
    socket.on('open', () => {
      this.connections += 1
      send({ msg: 'connect', version: '1', support: ['1'] })
      const { method, params } = this.#login
      send({ msg: 'method', method, params, id: 'login' })
      for (const [roomId, room] of this.rooms) this.#subscribe(roomId, room)
    })
    socket.on('message', (data) => {
      this.#heardAt = performance.now()
      // oxlint-disable-next-line typescript/no-base-to-string -- text frames come as one buffer
      this.#hear(JSON.parse(data.toString()))
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(this.#ping)
      setTimeout(() => this.#connect(), AGAIN_MS)
    })
    this.#ping = setInterval(() => {
      if (performance.now() - this.#heardAt > SILENCE_MS) socket.terminate()
      else if (socket.readyState === WebSocket.OPEN) send({ msg: 'ping' })
    }, PING_MS)
  }

  #subscribe(roomId: string, room: FollowedMessages): void {
    const { extra } = this.#login
    const options = {
      useCollection: false,
      args: extra === undefined ? [] : [extra],
      since: room.cursor,
    }
    this.#socket?.send(
      JSON.stringify({
        msg: 'sub',
        id: `s${roomId}`,
        name: 'stream-room-messages',
        params: [roomId, options],
      }),
    )
  }

  // Frames are whatever the wire holds; what is read of them is checked by the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  #hear({ msg, id, collection, fields }: any): void {
    if (msg === 'ping') this.#socket?.send(JSON.stringify({ msg: 'pong' }))
    // Refused for once, such as by a process whose database was slow: begin anew.
    if (msg === 'nosub' && String(id).startsWith('s')) this.#socket?.terminate()
    if (msg !== 'changed' || collection !== 'stream-room-messages') return
    const room = this.rooms.get(fields.eventName)
    if (room === undefined) return
    if (fields.upToDate === true) {
      room.limited ||= fields.limited === true
      room.cursor = Math.max(room.cursor, fields.seq)
      return
    }
    if (fields.seq <= room.cursor) room.disorder += 1
    room.cursor = Math.max(room.cursor, fields.seq)
    for (const message of fields.args as WireMessage[]) {
      if (message.t === 'rm') room.messages.delete(message._id)
      else room.messages.set(message._id, message)
    }
  }
}
