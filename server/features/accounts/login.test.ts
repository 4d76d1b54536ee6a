import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, useServer } from '../../../tests/support/test-server.ts'

const digest = createHash('sha256').update(ADMIN.password).digest('hex')

forEachEngine((engine) => {
  const server = useServer(engine)

  test('every form of a login answers the same user, and the token works', async () => {
    const forms = [
      { user: 'admin', password: ADMIN.password },
      { user: 'ADMIN', password: ADMIN.password },
      { username: 'admin', password: ADMIN.password, code: '123456' },
      { email: 'Admin@Example.com', password: ADMIN.password },
      { user: 'admin@example.com', password: { digest, algorithm: 'sha-256' } },
      { user: { username: 'admin' }, password: { digest, algorithm: 'sha-256' } },
      { user: { email: 'admin@example.com' }, password: { digest, algorithm: 'sha-256' } },
    ]
    for (const form of forms) {
      const { status, body } = await server().post('login', form)
      assert.equal(status, 200, JSON.stringify(form))
      assert.equal(body.status, 'success')
      assert.equal(body.success, undefined)
      assert.equal(body.data.authToken.length, 43)
      assert.equal(body.data.me.username, 'admin')
      assert.equal(body.data.me.services, undefined)
      const headers = { 'x-user-id': body.data.userId, 'x-auth-token': body.data.authToken }
      const me = await server().request('GET', 'me', { headers })
      assert.equal(me.status, 200)
      const again = await server().post('login', { resume: body.data.authToken })
      assert.equal(again.body.data.authToken, body.data.authToken)
    }
  })
})
