import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'

forEachEngine((engine) => {
  const server = useServer(engine)

  test('[S10] administrators list and end the logins of all, users only their own', async () => {
    const admin = await server().admin()
    await server().post(
      'users.create',
      { username: 'uma', name: 'Uma', email: 'uma@example.com', password: PASSWORD },
      admin,
    )
    const uma = await server().login('uma', PASSWORD)
    const all = await server().get(
      'sessions/list.all',
      { filter: 'UMA', sort: '{"_user.username":1}' },
      admin,
    )
    assert.equal(all.body.total, 1)
    const [session] = all.body.sessions
    assert.deepEqual(session._user, { name: 'Uma', username: 'uma' })
    const sessionId = session._id
    const info = await server().get('sessions/info.admin', { sessionId }, admin)
    assert.equal(info.body.userId, uma.userId)
    assert.equal((await server().get('sessions/info', { sessionId }, uma)).body._id, sessionId)

    assert.equal((await server().get('sessions/info', { sessionId }, admin)).status, 404)
    assert.equal((await server().post('sessions/logout.me', { sessionId }, admin)).status, 404)
    assert.equal((await server().get('me', {}, uma)).status, 200)
    assert.equal((await server().post('sessions/logout', { sessionId }, uma)).status, 403)
    assert.equal((await server().post('sessions/logout', { sessionId }, admin)).status, 200)
    assert.equal((await server().get('me', {}, uma)).status, 401)
    const sort = await server().get('sessions/list', { sort: '{"ip":1}' }, admin)
    assert.equal(sort.body.errorType, 'error-invalid-sort-keys')
  })
})
