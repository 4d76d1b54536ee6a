import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, beforeEach, describe, test } from 'node:test'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import { freePort } from '../tests/support/ports.ts'
import { createSocket, SocketCallError, type Socket } from './socket.ts'
import { ManualTimers } from './testing/manual-timers.ts'
import { until } from './testing/world.ts'

interface ClientFrame {
  msg: string
  id?: string
  method?: string
  name?: string
  params?: unknown[]
}

/** A small server of the protocol's frames, which falls silent or goes away on command. */
class Peer {
  readonly frames: ClientFrame[] = []
  readonly sockets: ServerSocket[] = []
  isSilent = false
  loginError: string | number | undefined
  #server: WebSocketServer | undefined
  #port = 0

  async listen(): Promise<void> {
    // It comes back where it was, and nobody else shall listen there meanwhile.
    this.#port ||= await freePort()
    this.#server = new WebSocketServer({ port: this.#port, host: '127.0.0.1' })
    this.#server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as ClientFrame
        this.frames.push(frame)
        if (!this.isSilent) this.#answer(socket, frame)
      })
    })
    await once(this.#server, 'listening')
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get last(): ServerSocket {
    const socket = this.sockets.at(-1)
    assert.ok(socket)
    return socket
  }

  of(msg: string): ClientFrame[] {
    return this.frames.filter((frame) => frame.msg === msg)
  }

  send(frame: object): void {
    this.last.send(JSON.stringify(frame))
  }

  async away(): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#server?.close()
    await new Promise((resolve) => setImmediate(resolve))
  }

  #answer(socket: ServerSocket, { msg, id, method }: ClientFrame): void {
    const send = (frame: object): void => socket.send(JSON.stringify(frame))
    if (msg === 'connect') send({ msg: 'connected', session: 's' })
    if (msg === 'ping') send({ msg: 'pong' })
    if (msg === 'sub') send({ msg: 'ready', subs: [id] })
    if (method === 'login' && this.loginError !== undefined) {
      send({ msg: 'result', id, error: { error: this.loginError, reason: 'no' } })
    } else if (method !== undefined && method !== 'never') {
      send({ msg: 'result', id, result: { at: { $date: 0 } } })
    }
  }
}

describe('the socket', () => {
  let timers = new ManualTimers()
  let peer = new Peer()
  const ends: (() => unknown)[] = []

  beforeEach(async () => {
    timers = new ManualTimers()
    peer = new Peer()
    const mine = peer
    ends.push(() => mine.away())
    await peer.listen()
  })
  after(async () => {
    for (const end of ends) await end()
  })

  function open(): Socket {
    const identify = { method: 'login', params: [{ resume: 'token' }] }
    const socket = createSocket({ serverUrl: peer.url, identify, timers })
    ends.push(() => socket.close())
    return socket
  }

  async function online(): Promise<Socket> {
    const socket = open()
    await until(() => socket.status === 'online', 'online')
    return socket
  }

  test('it says who it is before it is online, and calls methods', async () => {
    const socket = await online()
    assert.deepEqual(peer.frames[1]?.params, [{ resume: 'token' }])
    assert.deepEqual(await socket.call('anything', 1), { at: '1970-01-01T00:00:00.000Z' })
    const lost = assert.rejects(socket.call('never'), { code: 'connection-lost' })
    await peer.away()
    await lost
    await assert.rejects(socket.call('anything'), SocketCallError)
  })

  test('[P11] it never gives up: waits grow to 30 s and no further, each a random part shorter', async () => {
    const socket = open()
    await peer.away()
    timers.chance = 1
    await until(() => socket.status === 'waiting', 'the loss')
    const waits: number[] = []
    for (let attempt = 0; attempt < 12; attempt++) {
      const wait = timers.asked.at(-1) ?? 0
      waits.push(wait)
      timers.chance = 1 - (attempt % 2)
      timers.pass(wait)
      assert.equal(socket.status, 'connecting')
      await until(() => socket.status === 'waiting', 'the next failure')
    }
    assert.ok(waits.every((wait) => wait >= 500 && wait <= 30_000))
    assert.equal(Math.max(...waits), 30_000)
    assert.equal(waits.at(-1), 30_000)
    assert.equal(waits.at(-2), 15_000, 'with the other chance half as long')
    await peer.listen()
    timers.pass(timers.asked.at(-1) ?? 0)
    await until(() => socket.status === 'online', 'it is back')
  })

  test('[P11] told that the network is back it tries at once', async () => {
    const socket = await online()
    await peer.away()
    await until(() => socket.status === 'waiting', 'the loss')
    await peer.listen()
    socket.reconnectNow()
    await until(() => socket.status === 'online', 'online without any time passing')
  })

  test('[P11] a half-open connection is found within 25 s', async () => {
    const socket = await online()
    timers.pass(9999)
    assert.equal(peer.of('ping').length, 0, 'no ping while it need not be')
    peer.isSilent = true
    timers.pass(10_001)
    assert.equal(socket.status, 'waiting')
    await until(() => peer.of('ping').length === 1, 'it had asked')
    peer.isSilent = false
    timers.pass(1000)
    await until(() => socket.status === 'online', 'a new connection')
  })

  test('a connection that answers is kept however long it is silent', async () => {
    const socket = await online()
    for (let round = 1; round <= 5; round++) {
      timers.pass(10_000)
      await until(() => peer.of('ping').length === round, 'a ping')
      // The answer has to have come before time goes on.
      await socket.call('anything')
    }
    assert.equal(socket.status, 'online')
    assert.equal(peer.sockets.length, 1)
  })

  test('a server that accepts and says nothing is given up', async () => {
    peer.isSilent = true
    const socket = open()
    await until(() => peer.of('connect').length === 1, 'connected')
    timers.pass(15_000)
    assert.equal(socket.status, 'waiting')
  })

  test('each connection is asked for everything again, from where it was then', async () => {
    const socket = await online()
    let place = 3
    const heard: unknown[] = []
    socket.subscribe({
      stream: 'room-messages',
      event: 'R',
      extra: { token: 't' },
      since: () => place,
      onEvent: ([message], seq) => heard.push([message, seq]),
      onUpToDate: (state) => heard.push(state),
    })
    await until(() => peer.of('sub').length === 1, 'asked')
    assert.deepEqual(peer.of('sub')[0]?.params, [
      'R',
      { useCollection: false, args: [{ token: 't' }], since: 3 },
    ])
    const collection = 'stream-room-messages'
    peer.send({ msg: 'changed', collection, fields: { eventName: 'R', args: [1], seq: 4 } })
    peer.send({ msg: 'changed', collection, fields: { eventName: 'other', args: [2], seq: 5 } })
    const end = { eventName: 'R', args: [], seq: 6, upToDate: true, limited: true }
    peer.send({ msg: 'changed', collection, fields: end })
    await until(() => heard.length === 2, 'heard')
    assert.deepEqual(heard, [[1, 4], { limited: true, seq: 6 }])
    place = 6
    await peer.away()
    await until(() => socket.status === 'waiting', 'the loss')
    await peer.listen()
    timers.pass(1000)
    await until(() => peer.of('sub').length === 2, 'asked again')
    assert.deepEqual(peer.of('sub')[1]?.params?.[1], {
      useCollection: false,
      args: [{ token: 't' }],
      since: 6,
    })
  })

  test('a refusal is told, and asked again only where it passes by itself', async () => {
    const socket = await online()
    const refused: unknown[] = []
    const subscribe = (event: string): unknown =>
      socket.subscribe({
        stream: 'notify-room',
        event,
        onEvent: () => {},
        onRefused: (error) => refused.push(error),
      })
    subscribe('closed')
    subscribe('busy')
    await until(() => peer.of('sub').length === 2, 'asked')
    const [closed, busy] = peer.of('sub')
    peer.send({ msg: 'nosub', id: closed?.id, error: { error: 'room-closed', reason: 'over' } })
    peer.send({ msg: 'nosub', id: busy?.id, error: { error: 'error-too-many-requests' } })
    await until(() => refused.length === 1, 'refused')
    await socket.call('anything')
    assert.deepEqual(refused, [{ code: 'room-closed', text: 'over' }])
    timers.pass(1000)
    await until(() => peer.of('sub').length === 3, 'asked again')
    assert.equal(peer.of('sub')[2]?.params?.[0], 'busy')
  })

  test('a login that does not hold is not tried again by itself', async () => {
    peer.loginError = 403
    const socket = open()
    await until(() => socket.status === 'refused', 'refused')
    timers.pass(120_000)
    assert.equal(socket.status, 'refused', 'nothing is under way')
    assert.equal(peer.sockets.length, 1)
    peer.loginError = undefined
    socket.reconnectNow()
    await until(() => socket.status === 'online', 'a person tried again')
    peer.last.close(4401)
    await until(() => socket.status === 'refused', 'revoked')
  })

  test('after an orderly restart it comes back within 5 s', async () => {
    const socket = await online()
    timers.chance = 0.9
    peer.last.close(1012)
    await until(() => socket.status === 'waiting', 'the loss')
    assert.equal(timers.asked.at(-1), 4500)
  })

  test('a ping is answered, and what makes no sense is passed over', async () => {
    const socket = await online()
    peer.last.send('{')
    peer.last.send('null')
    peer.last.send('[]')
    peer.send({ msg: 'news' })
    peer.send({ msg: 'changed' })
    peer.send({ msg: 'nosub', id: 'nobody' })
    peer.send({ msg: 'ping', id: 'p' })
    await until(() => peer.of('pong').length === 1, 'a pong')
    assert.equal(peer.of('pong')[0]?.id, 'p')
    assert.equal(socket.status, 'online')
  })
})
