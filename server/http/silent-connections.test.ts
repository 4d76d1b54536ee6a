import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
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
