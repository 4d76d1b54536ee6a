import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import Fastify from 'fastify'
import { sendDownload } from './download.ts'

const PIECE = Buffer.alloc(64 * 1024, 'a')
const PIECES = 100

test(
  '[P12] a client that takes nothing of a file is cut off, one that takes it gets all',
  { timeout: 30_000 },
  async (t) => {
    const app = Fastify()
    t.after(() => app.close())
    let endless = 0
    async function* pieces(count: number): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < count; sent++) {
        if (count === Infinity) endless += PIECE.length
        yield PIECE
      }
    }
    const download = (count: number) => ({
      status: 200 as const,
      headers: {},
      open: async () => Readable.from(pieces(count), { objectMode: false }),
    })
    app.get('/endless', (request, reply) =>
      sendDownload(request.method, reply, download(Infinity), 100),
    )
    app.get('/whole', (request, reply) => sendDownload(request.method, reply, download(PIECES)))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const address = app.server.address()
    assert.ok(typeof address === 'object' && address !== null)

    const accepted = once(app.server, 'connection') as Promise<[Socket]>
    const client = connect(address.port, '127.0.0.1').on('error', () => undefined)
    client.pause().write('GET /endless HTTP/1.1\r\nhost: a\r\n\r\n')
    const [connection] = await accepted
    await once(connection, 'close')
    assert.ok(endless > 0)
    client.destroy()

    const whole = await fetch(`http://127.0.0.1:${address.port}/whole`)
    assert.equal((await whole.arrayBuffer()).byteLength, PIECES * PIECE.length)
  },
)
