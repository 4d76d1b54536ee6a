import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, newVisitor, randomId } from '../../../tests/support/visitor.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }

/** The calls of the two published documents, with the bodies and headers that they print. */
forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('POST, PUT and DELETE answer the printed fields, each with the time of the change', async () => {
    const ana = await newVisitor(server(), 'iNKE8a6k6cjbqWhWd')
    const sent = await server().request('POST', 'livechat/message', {
      body: { token: 'iNKE8a6k6cjbqWhWd', rid: ana.rid, msg: 'sending livechat message..' },
      headers: JSON_HEADERS,
    })
    assert.equal(sent.status, 200)
    assert.equal(sent.body.success, true)
    const { message } = sent.body
    assert.equal(message.msg, 'sending livechat message..')
    assert.deepEqual(message.u, { _id: ana.id, username: message.u.username, name: 'Ana' })
    assert.match(message.u.username, /^guest-\d+$/)
    assert.equal(message.ls, message.ts)

    const edited = await server().request('PUT', `livechat/message/${message._id}`, {
      body: { token: 'iNKE8a6k6cjbqWhWd', rid: ana.rid, msg: 'editing livechat message..' },
      headers: JSON_HEADERS,
    })
    assert.equal(edited.status, 200)
    assert.equal(edited.body.success, true)
    assert.equal(edited.body.message._id, message._id)
    assert.equal(edited.body.message.msg, 'editing livechat message..')
    assert.deepEqual(edited.body.message.u, message.u)
    assert.ok(edited.body.message.ls >= message.ls)

    const deleted = await server().request('DELETE', `livechat/message/${message._id}`, {
      body: { token: 'iNKE8a6k6cjbqWhWd', rid: ana.rid },
      headers: JSON_HEADERS,
    })
    assert.equal(deleted.status, 200)
    assert.deepEqual(Object.keys(deleted.body.message).sort(), ['_id', 'ls', 'ts'])
    assert.equal(deleted.body.message._id, message._id)
    assert.equal(deleted.body.success, true)
    assert.deepEqual(await ana.texts(), [])
  })

  test('the optional parts of the POST are taken: an own id, and an agent without effect', async () => {
    const ana = await newVisitor(server())
    const _id = 'ZKWP8LfGnRHQ3ozWa'
    const sent = await server().post('livechat/message', {
      ...ana.own,
      msg: 'hello',
      _id,
      agent: { agentId: 'nobody', username: 'nobody' },
    })
    assert.equal(sent.status, 200)
    assert.equal(sent.body.message._id, _id)
    assert.equal(sent.headers['content-type'], 'application/json')
  })

  test('DELETE takes token and rid from the query string', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('in the query')
    const path = `livechat/message/${_id}`
    const half = await server().request('DELETE', path, { query: { token: ana.token } })
    assert.equal(half.status, 400)
    const whole = await server().request('DELETE', path, { query: ana.own })
    assert.equal(whole.status, 200, JSON.stringify(whole.body))
    assert.equal(whole.body.message._id, _id)
    assert.deepEqual(await ana.texts(), [])
  })

  test('the bare DELETE says what to send, and works while its setting is on', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('bare')
    const bare = () => server().request('DELETE', `livechat/message/${_id}`)
    const refused = await bare()
    assert.equal(refused.status, 400)
    assert.equal(refused.body.success, false)
    assert.match(refused.body.error, /token.*rid.*body.*query/)
    assert.deepEqual(await ana.texts(), ['bare'])

    await withSettings(server(), { Livechat_allow_delete_without_token: true }, async () => {
      const deleted = await bare()
      assert.equal(deleted.status, 200, JSON.stringify(deleted.body))
      assert.equal(deleted.body.message._id, _id)
      assert.deepEqual((await bare()).body, deleted.body)
      assert.deepEqual(await ana.texts(), [])
      const started = (await ana.messages()).find(({ t }) => t === 'livechat-started')
      const system = await server().request('DELETE', `livechat/message/${started?._id}`)
      assert.match(system.body.error, /error-action-not-allowed/, 'he did not write that one')
      const absent = await server().request('DELETE', `livechat/message/${randomId()}`)
      assert.match(absent.body.error, /invalid-message/)
      const late = await ana.say('closed')
      await ana.close()
      const closed = await server().request('DELETE', `livechat/message/${late._id}`)
      assert.match(closed.body.error, /room-closed/)
    })
  })

  test('a body without a content type, or as text, is read as JSON', async () => {
    const ana = await newVisitor(server())
    const payload = JSON.stringify({ ...ana.own, msg: 'hello' })
    for (const headers of [{}, { 'content-type': 'text/plain;charset=UTF-8' }]) {
      const response = await server().app.http.inject({
        method: 'POST',
        url: '/api/v1/livechat/message',
        payload,
        headers,
      })
      assert.equal(response.statusCode, 200, response.body)
    }
    assert.deepEqual(await ana.texts(), ['hello', 'hello'])
  })
})
