import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChildServer } from './support/child-server.ts'
import { ENGINES } from './support/engines.ts'
import { filesWith } from './support/files.ts'
import { ADMIN } from './support/test-server.ts'
import { newVisitor, randomId } from './support/visitor.ts'

test('[S2] no file, no log line and no metric holds a token or a password', async () => {
  const { storage, remove } = await ENGINES[0]!.create()
  assert.equal(storage.kind, 'sqlite')
  try {
    const server = await ChildServer.start({ storage, environment: { LOG_LEVEL: 'debug' } })
    const ana = await newVisitor(server, `token-of-ana-${randomId()}`)
    const text = `words-${randomId()}`
    const { _id } = await ana.say(text)
    await ana.edit(_id, `${text} edited`)
    await ana.messages()
    await ana.markRead(1)
    // What is refused, unknown or broken is logged, too.
    const wrongPassword = `guess-${randomId()}`
    await server.request('GET', `livechat/no.such.thing?token=${ana.token}`)
    await server.request('GET', `livechat/visitor/${ana.token}`)
    await server.request('GET', `livechat/visitor/${ana.token}%zz`)
    await server.request('PATCH', `livechat/visitor/${ana.token}`)
    await server.request('GET', `livechat/messages.history/${ana.rid}?token[$ne]=${ana.token}`)
    await server.request('GET', `/file-upload/none/a.txt?rc_rid=${ana.rid}&rc_token=${ana.token}`)
    await server.request('GET', '/file-upload/none/a.txt', {
      headers: { cookie: `rc_room_type=l; rc_rid=${ana.rid}; rc_token=${ana.token}` },
    })
    const asAna = { 'x-visitor-token': ana.token }
    await server.request('POST', `livechat/upload/${ana.rid}`, { headers: asAna, body: {} })
    await server.request('GET', `/api/v1/livechat/agent.next/${ana.token}?${'x'.repeat(20_000)}`)
    await server.request('POST', 'login', { body: { user: 'admin', password: wrongPassword } })
    await server.request('POST', 'login', { body: { user: wrongPassword, password: ana.token } })
    const login = await server.request('POST', 'login', {
      body: { user: ADMIN.username, password: ADMIN.password },
    })
    const { authToken, userId } = login.body.data
    const headers = { 'x-user-id': userId, 'x-auth-token': authToken }
    assert.equal((await server.request('GET', 'me', { headers })).status, 200)
    const again = await server.request('POST', 'login', { body: { resume: authToken } })
    assert.equal(again.status, 200)
    const made = { body: { tokenName: 'of a bot' }, headers }
    const personal = await server.request('POST', 'users.generatePersonalAccessToken', made)
    assert.equal(personal.status, 200)
    await ana.remove(_id)
    await ana.close()

    const kept = await ana.api.request('POST', 'livechat/visitor', {
      body: { visitor: { token: ana.token, name: `kept-${text}` } },
    })
    assert.equal(kept.status, 200)
    const secrets = [ana.token, wrongPassword, ADMIN.password, authToken, personal.body.token]
    const { body: metrics } = await server.request('GET', '/metrics')
    assert.match(metrics, /visitor\/:token/)
    for (const secret of secrets) assert.ok(!metrics.includes(secret), secret)
    const search = async (): Promise<void> => {
      assert.ok((await filesWith(storage.folder, `kept-${text}`)).length > 0, 'the search finds')
      for (const secret of secrets) assert.deepEqual(await filesWith(storage.folder, secret), [])
    }
    await search()
    await server.stop()
    await search()
    const printed = server.child.stdout + server.child.stderr
    assert.match(printed, /"route":"\/api\/v1\/livechat\/visitor\/:token"/, 'requests are logged')
    for (const secret of [...secrets, text]) assert.ok(!printed.includes(secret), secret)
  } finally {
    await remove()
  }
})
