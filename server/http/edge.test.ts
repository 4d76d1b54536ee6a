import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { before, describe, test } from 'node:test'
import { ENGINES } from '../../tests/support/engines.ts'
import { seedAgent, seedRoom } from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { asVisitor } from '../../tests/support/uploads.ts'
import type { TestVisitor } from '../../tests/support/visitor.ts'

const MESSAGE = '/api/v1/livechat/message'

/** A connection on which a test writes bytes, and all that came back. */
class Wire {
  readonly socket: Socket
  #heard = ''
  #look = (): void => {}

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      this.#heard += text
      this.#look()
    })
    this.socket.on('error', () => undefined).on('close', () => this.#look())
  }

  write(bytes: string): this {
    this.socket.write(bytes)
    return this
  }

  /** Waits until something like this came, or the connection ended without it. */
  async hears(expected: RegExp): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#look = () => {
        if (expected.test(this.#heard) || this.socket.closed) resolve()
      }
      this.#look()
    })
    assert.match(this.#heard, expected)
  }
}

const head = (path: string, lines: Record<string, string | number>): string =>
  `POST ${path} HTTP/1.1\r\n${Object.entries({ host: 'a', ...lines })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

describe('bytes that come over a socket', () => {
  const server = useServer(ENGINES[0]!)
  let port: number
  let visitor: TestVisitor

  before(async () => {
    await seedAgent(server())
    visitor = await seedRoom(server())
    const { http } = server().app
    assert.deepEqual(
      [http.server.headersTimeout, http.server.requestTimeout],
      [30_000, 60_000],
      'who sends a trickle is not waited for for ever',
    )
    Object.assign(http.server, { connectionsCheckingInterval: 10 })
    port = Number(new URL(await http.listen({ port: 0, host: '127.0.0.1' })).port)
  })

  test('[S6] who does not come to an end with his request is answered 408; a form may take longer', async () => {
    const form =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nslow\r\n--x--\r\n'
    const sender = new Wire(port).write(
      head(`/api/v1/livechat/upload/${visitor.rid}`, {
        ...asVisitor(visitor),
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': form.length,
      }) + form.slice(0, 80),
    )
    await once(server().app.http.server, 'request')
    const type = { 'content-type': 'application/json' }
    // As in a minute.
    const bounds = { headersTimeout: 50, requestTimeout: 50 }
    Object.assign(server().app.http.server, bounds)
    const slow = [
      new Wire(port).write(`${head(MESSAGE, { ...type, 'content-length': 1000 })}{`),
      new Wire(port).write(`POST ${MESSAGE} HTTP/1.1\r\nhost: a\r\nx: `),
      new Wire(port),
    ]
    for (const wire of slow)
      await wire.hears(/^HTTP\/1.1 408 .*\{"success":false,"error":"[^"]+"\}$/s)
    Object.assign(server().app.http.server, { headersTimeout: 30_000, requestTimeout: 60_000 })
    await sender.write(form.slice(80)).hears(/^HTTP\/1.1 200 /)
    sender.socket.destroy()
  })

  test('a request that cannot be read is told so on a connection that was of use before', async () => {
    const wire = new Wire(port).write('GET /api/info HTTP/1.1\r\nhost: a\r\n\r\n')
    await wire.hears(/"version"/)
    await wire
      .write(`GET /api/info?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`)
      .hears(/HTTP\/1.1 431 .*\{"success":false,"error":"The headers are too large"\}$/s)
  })

  test('bodies that are not what they say, or not UTF-8, are refused, never stored in part', async () => {
    const body = { token: visitor.token, rid: visitor.rid, msg: 'Grüße' }
    const send = (headers: Record<string, string>) =>
      server().request('POST', MESSAGE, { body: JSON.stringify(body), headers })
    const before = (await visitor.messages()).length
    for (const refused of [
      { 'content-type': 'application/json; charset=iso-8859-1' },
      { 'content-type': 'application/json; charset="utf-16"' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ]) {
      assert.equal((await send(refused)).status, 415, JSON.stringify(refused))
    }
    assert.equal((await visitor.messages()).length, before)
    for (const accepted of ['application/json', 'application/json;charset=UTF-8', 'text/plain']) {
      const answer = await send({ 'content-type': accepted })
      assert.equal(answer.body.message?.msg, 'Grüße', accepted)
    }
  })

  test('targets that are no path, and paths that end otherwise, are no failure', async () => {
    await new Wire(port)
      .write('GET * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
      .hears(/^HTTP\/1.1 (200|503) /)
    assert.equal((await server().get('/api/v1/info/')).status, 404)
    assert.equal((await server().request('PUT', '/api/v1/info')).status, 405)
  })
})
