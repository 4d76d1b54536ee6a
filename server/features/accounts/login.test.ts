import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, useServer } from '../../../tests/support/test-server.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const digest = sha256(ADMIN.password)
const DAY_MS = 86_400_000

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { clock: { now: () => now } })

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

  test('me is flat, complete in its preferences and free of secrets', async () => {
    const admin = await server().admin()
    const set = await server().post(
      'users.setPreferences',
      { data: { sendOnEnter: 'desktop', language: 'de' } },
      admin,
    )
    assert.equal(set.status, 200)
    const { body } = await server().get('me', {}, admin)
    assert.equal(body.success, true)
    assert.equal(body._id, admin.userId)
    assert.equal(body.email, 'admin@example.com')
    assert.equal(body.avatarUrl, 'http://localhost:3000/avatar/admin')
    assert.deepEqual(body.services, { password: { exists: true } })
    const { preferences } = body.settings
    assert.equal(preferences.sendOnEnter, 'desktop')
    assert.equal(preferences.language, 'de')
    assert.equal(preferences.newMessageNotification, 'chime')
    assert.deepEqual(preferences.featuresPreview, [])
    assert.ok(!/argon2|sha256:/.test(JSON.stringify(body)))
  })

  test('a body of other types or with unknown keys is refused before anybody is looked up', async () => {
    for (const body of [
      { user: { $ne: null }, password: 'x' },
      { user: 'admin', password: { $ne: '' } },
      { user: ['admin'], password: ADMIN.password },
      { user: { username: 'admin', email: 'x' }, password: ADMIN.password },
      { user: 'admin', password: ADMIN.password, token: 'another bucket' },
      { resume: { $ne: '' } },
    ]) {
      const answer = await server().post('login', body)
      assert.equal(answer.status, 400, JSON.stringify(body))
      assert.equal(answer.body.errorType, 'invalid-params')
    }
    assert.equal((await server().post('login', {})).status, 401)
  })

  test('a token ends with its logout, its time and its owner, and only then', async () => {
    const kept = await server().admin()
    const left = await server().admin()
    const bye = await server().post('logout', undefined, left)
    assert.deepEqual(bye.body, { status: 'success', data: { message: "You've been logged out!" } })
    assert.equal((await server().get('me', {}, left)).status, 401)
    assert.equal((await server().get('me', {}, kept)).status, 200)
    assert.equal((await server().get('logout', {}, left)).status, 401)

    now += 90 * DAY_MS - 1
    assert.equal((await server().get('me', {}, kept)).status, 200)
    now += 1
    assert.equal((await server().get('me', {}, kept)).status, 401)
    const late = await server().post('login', { resume: kept.headers['x-auth-token'] })
    assert.equal(late.status, 401)
    assert.equal(late.body.error, 403)
  })

  test('a user has 50 logins at most; the oldest goes', async () => {
    const first = await server().admin()
    now += 1000
    for (let index = 0; index < 49; index++) await server().admin()
    assert.equal((await server().get('me', {}, first)).status, 200)
    await server().admin()
    assert.equal((await server().get('me', {}, first)).status, 401)
  })

  test('[S11] unknown user and wrong password get the same answer after the same work', async () => {
    const admin = await server().admin()
    const gone = await server().post(
      'users.create',
      { username: 'gone', name: 'G', email: 'gone@example.com', password: 'was here once' },
      admin,
    )
    assert.equal(gone.status, 200, JSON.stringify(gone.body))
    const userId = gone.body.user._id
    await server().post('users.setActiveStatus', { userId, activeStatus: false }, admin)

    // What the process works, and not how long it has to wait for a processor.
    const timed = async (user: string, password = 'wrong password') => {
      const before = process.cpuUsage()
      const answer = await server().post('login', { user, password })
      const work = process.cpuUsage(before)
      return { status: answer.status, body: answer.body, ms: (work.user + work.system) / 1000 }
    }
    const expected = { status: 'error', error: 'Unauthorized', message: 'Unauthorized' }
    const median = async (user: string): Promise<number> => {
      const times: number[] = []
      for (let index = 0; index < 7; index++) {
        const { status, body, ms } = await timed(user)
        assert.equal(status, 401)
        assert.deepEqual(body, expected)
        times.push(ms)
      }
      return times.sort((one, other) => one - other)[3] ?? 0
    }
    const known = await median('admin')
    for (const user of ['nobody', 'nobody@example.com', 'gone', 'rocket.cat']) {
      const other = await median(user)
      // Without the hash an answer takes a tenth of it.
      assert.ok(other > known / 3 && other < known * 3, `${user}: ${other} ms, known: ${known} ms`)
    }
    const right = await timed('gone', 'was here once')
    assert.equal(right.body.error, 'error-user-is-not-activated')
  })
})
