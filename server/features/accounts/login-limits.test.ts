import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, {
    clock: { now: () => now },
    environment: { OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true' },
  })
  const guess = (user: unknown) => server().post('login', { user, password: 'a wrong guess' })

  test('[S10] guesses are counted per account, in every form, and per address', async () => {
    now += 600_000
    const me = await server().get('me', {}, await server().admin())
    const address: string = me.body.emails[0].address
    const forms = ['admin', address, 'ADMIN', { username: 'admin' }, { email: address }, 'Admin']
    // Signing in was one.
    for (let index = 0; index < 9; index++) {
      assert.equal((await guess(forms[index % forms.length])).status, 401)
    }
    const refused = await server().post('login', { user: 'admin', password: ADMIN.password })
    assert.equal(refused.status, 429)
    assert.equal(refused.body.errorType, 'error-too-many-requests')
    assert.ok(Number(refused.headers['retry-after']) > 0)
    assert.equal((await guess('somebody.else')).status, 401)

    const statuses: number[] = []
    for (let index = 0; index < 25; index++) statuses.push((await guess(`user${index}`)).status)
    assert.equal(statuses.filter((status) => status === 401).length, 18)
    assert.equal(statuses.at(-1), 429)

    now += 60_000
    assert.equal(
      (await server().post('login', { user: 'admin', password: ADMIN.password })).status,
      200,
    )
  })

  test('[S10] whoever is signed in guesses no faster, whatever he may skip', async () => {
    now += 600_000
    const boss = await server().admin()
    const statuses: number[] = []
    for (let index = 0; index < 20; index++) {
      const body = { user: 'admin', password: 'a wrong guess' }
      statuses.push((await server().post('login', body, boss)).status)
    }
    // One login of ten was the right one.
    assert.equal(statuses.filter((status) => status === 401).length, 9)
    assert.equal(statuses.at(-1), 429)

    now += 600_000
    const change = (currentPassword: string) =>
      server().post(
        'users.updateOwnBasicInfo',
        { data: { currentPassword, newPassword: 'another long password' } },
        boss,
      )
    for (let index = 0; index < 10; index++) {
      assert.equal((await change('a wrong guess')).body.errorType, 'error-invalid-password')
    }
    assert.equal((await change(ADMIN.password)).status, 429)
    assert.equal((await guess('admin')).status, 429, 'one count for both')
    const named = await server().post('users.updateOwnBasicInfo', { data: { name: 'B' } }, boss)
    assert.equal(named.status, 200)
  })

  test('[S10] logins are listed and revoked, and end at once', async () => {
    now += 600_000
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
    const mine = await server().admin()
    const other = await server().request('POST', 'login', {
      body: { user: 'admin', password: ADMIN.password },
      headers: { 'user-agent': agent },
    })
    const { userId, authToken } = other.body.data
    const stolen = { userId, headers: { 'x-user-id': userId, 'x-auth-token': authToken } }
    const list = await server().get('sessions/list', { filter: 'firefox' }, mine)
    assert.equal(list.body.total, 1)
    const [session] = list.body.sessions
    assert.equal(session.device.name, 'Firefox')
    assert.equal(session.device.version, '141')
    assert.equal(session.device.os.name, 'Linux')
    assert.ok(!JSON.stringify(list.body).includes(authToken))
    assert.ok(!/sha256:/.test(JSON.stringify(list.body)))

    assert.equal((await server().get('me', {}, stolen)).status, 200)
    const ended = await server().post('sessions/logout.me', { sessionId: session._id }, mine)
    assert.deepEqual(ended.body, { sessionId: session._id, success: true })
    assert.equal((await server().get('me', {}, stolen)).status, 401)
    assert.equal((await server().get('me', {}, mine)).status, 200)
    const twice = await server().post('sessions/logout.me', { sessionId: session._id }, mine)
    assert.equal(twice.status, 404)
    assert.equal(twice.body.error, 'Session not found')
  })
})
