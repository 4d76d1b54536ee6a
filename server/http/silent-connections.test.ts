import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import Fastify from 'fastify'
import { until } from '../../tests/support/until.ts'
import { dropSilentConnections } from './silent-connections.ts'

test('a connection that asked nothing holds up no stop; one that waits for its answer does', async () => {
  const app = Fastify({ forceCloseConnections: 'idle' })
  let answer = (): void => {}
  app.get('/slow', async (_request, reply) => {
    await new Promise<void>((resolve) => (answer = resolve))
    void reply.header('connection', 'close')
    return 'done'
  })
  dropSilentConnections(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const silent = connect(address.port, '127.0.0.1')
  await once(silent, 'connect')
  const asked = fetch(`http://127.0.0.1:${address.port}/slow`)
  await once(app.server, 'request')
  const closed = app.close()
  await once(silent, 'close')
  answer()
  assert.equal(await (await asked).text(), 'done')
  await closed
})

test(
  'an answer that is on its way when the stop begins does not keep its connection open',
  { timeout: 30_000 },
  async (t) => {
    const app = Fastify({ forceCloseConnections: 'idle', keepAliveTimeout: 0 })
    const file = new PassThrough()
    app.get('/file', async (_request, reply) => reply.send(file))
    dropSilentConnections(app)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const address = app.server.address()
    assert.ok(typeof address === 'object' && address !== null)
    t.after(() => app.server.closeAllConnections())
    const agent = new Agent({ keepAlive: true })
    const call = request({ port: address.port, path: '/file', agent }).end()
    file.write('the first half')
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    const closed = app.close()
    await until('the stop has begun', () => !app.server.listening)
    assert.equal(answer.headers.connection, 'keep-alive')
    file.end(' and the second')
    assert.equal(await text(answer), 'the first half and the second')
    await closed
    agent.destroy()
  },
)
