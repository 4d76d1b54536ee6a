import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { DdpClient, portOf } from '../../tests/support/ddp-client.ts'
import { ENGINES } from '../../tests/support/engines.ts'
import { seedAgent, seedRoom } from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE } from '../../tests/support/visitor.ts'

const [sqlite] = ENGINES
assert.ok(sqlite)

describe('frames', () => {
  const server = useServer(sqlite, { environment: ALONE })
  const raw = async (): Promise<DdpClient> => {
    const client = new DdpClient(await portOf(server()))
    await client.opened()
    return client
  }

  for (const version of ['1', 'pre2', 'pre1']) {
    test(`version ${version} is answered before anything else`, async () => {
      const client = await raw()
      client.send({ msg: 'sub', id: 'early', name: 'meteor.loginServiceConfiguration', params: [] })
      client.send({ msg: 'method', id: 'call', method: 'nothing', params: [] })
      client.send({ msg: 'connect', version, support: [version] })
      await client.next(({ msg }) => msg === 'updated')
      const kinds = client.heard.map(({ msg }) => msg)
      assert.deepEqual(kinds, ['connected', 'ready', 'result', 'updated'])
      assert.ok(typeof client.heard[0]?.['session'] === 'string')
      await client.close()
    })
  }

  test('any site may connect, and only here', async () => {
    const port = await portOf(server())
    const client = new DdpClient(port, { origin: 'https://elsewhere.example' })
    await client.opened()
    client.send({ msg: 'connect', version: '1', support: ['1'] })
    await client.next(({ msg }) => msg === 'connected')
    await client.close()
    const answer = await new Promise((resolve) => {
      const wrong = new WebSocket(`ws://127.0.0.1:${port}/elsewhere`)
      wrong.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
      wrong.on('error', () => undefined)
    })
    assert.equal(answer, 404)
  })

  test('a client that offers HTTP/2 with its request is answered all the same', async () => {
    const port = await portOf(server())
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
    const status = await new Promise((resolve, reject) => {
      const call = request({ port, host: '127.0.0.1', path: '/api/info', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      call.on('error', reject)
      call.end()
    })
    assert.equal(status, 200)
  })

  test('a version nobody speaks fails, and the client may say another', async () => {
    const client = await raw()
    client.send({ msg: 'connect', version: '2', support: ['2'] })
    assert.equal((await client.next(() => true))['version'], '1')
    client.send({ msg: 'connect', version: '1', support: ['1'] })
    await client.next(({ msg }) => msg === 'connected')
    await client.close()
  })

  test('a ping is answered with its id, or without one', async () => {
    const client = await DdpClient.connect(server())
    client.send({ msg: 'ping', id: 'x' })
    client.send({ msg: 'ping' })
    await client.next((frame) => frame.msg === 'pong' && frame.id === 'x')
    await client.next((frame) => frame.msg === 'pong' && !('id' in frame))
    await client.close()
  })

  test('what is no frame is answered and closes nothing; unknown kinds are ignored', async () => {
    const client = await DdpClient.connect(server())
    const broken = ['no json', '[]', '{"msg":"method"}', '{"msg":"sub","id":{}}', '"\\u0000"']
    for (const text of broken) client.send(text)
    client.send({ msg: 'surprise' })
    client.send({ server_id: '0' })
    await client.settled()
    const errors = client.heard.filter(({ msg }) => msg === 'error')
    assert.deepEqual(
      errors,
      broken.map(() => ({ msg: 'error', reason: 'Bad request' })),
    )
    await client.close()
  })

  test('a frame that is too large closes the socket, and the server goes on', async () => {
    const client = await DdpClient.connect(server())
    client.send({ msg: 'method', id: 'x', method: 'm', params: ['x'.repeat(200_000)] })
    assert.equal(await client.closed, 1009)
    await (await DdpClient.connect(server())).close()
  })

  test('result comes before updated; errors have the shape of Meteor', async () => {
    const client = await DdpClient.connect(server())
    const { error } = await client.call('nothing')
    assert.deepEqual(error, {
      isClientSafe: true,
      error: 404,
      reason: "Method 'nothing' not found",
      message: "Method 'nothing' not found [404]",
      errorType: 'Meteor.Error',
    })
    const { id } = client.heard.at(-1) ?? {}
    await client.next(({ msg, methods }) => msg === 'updated' && methods.length === 1)
    assert.ok(id === undefined || id === 'm1')
    await client.close()
  })

  test('one ready for each subscription; nosub for refused, ended and unknown ones', async () => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    const refused = await client.subscribe('room-messages', visitor.rid)
    assert.equal(refused.msg, 'nosub')
    assert.equal(refused['error'].error, 'not-allowed')
    const nowhere = await client.subscribe('nothing', 'x')
    assert.equal(nowhere['error'].error, '404')
    const id = await client.follow(visitor, 'room-messages')
    client.send({ msg: 'unsub', id })
    assert.ok(
      !('error' in (await client.next((frame) => frame.msg === 'nosub' && frame.id === id))),
    )
    client.send({ msg: 'unsub', id: 'unknown' })
    await client.next((frame) => frame.msg === 'nosub' && frame.id === 'unknown')
    await client.close()
  })

  test('several subscriptions to one event are one frame; it goes on until the last ends', async () => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    const first = await client.follow(visitor, 'room-messages')
    await client.follow(visitor, 'room-messages')
    await visitor.say('one')
    await client.message(visitor.rid, 'one')
    client.send({ msg: 'unsub', id: first })
    await visitor.say('two')
    await client.message(visitor.rid, 'two')
    const texts = client
      .events('room-messages', visitor.rid)
      .map(({ fields }) => fields?.args[0].msg)
    assert.deepEqual(texts, ['one', 'two'])
    await client.close()
  })

  test('options may be an object with args, a boolean, or missing', async () => {
    const agent = await seedAgent(server())
    const visitor = await seedRoom(server())
    const client = await DdpClient.signedIn(server(), agent)
    for (const options of [
      { useCollection: false, args: [null] },
      { args: [] },
      true,
      false,
      null,
    ]) {
      await client.expectReady('room-messages', visitor.rid, options)
    }
    client.send({ msg: 'sub', id: 'bare', name: 'stream-room-messages', params: [visitor.rid] })
    await client.next(({ subs }) => subs?.[0] === 'bare')
    const added = client.heard.filter(
      ({ msg, collection }) => msg === 'added' && collection !== 'users',
    )
    assert.equal(added.length, 1, 'one document, for the collection')
    await client.close()
  })
})
