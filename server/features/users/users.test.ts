import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, useServer, type Login } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

forEachEngine((engine) => {
  const server = useServer(engine)

  const create = async (username: string, more: object = {}) => {
    const admin = await server().admin()
    const answer = await server().post(
      'users.create',
      { username, name: username, email: `${username}@example.com`, password: PASSWORD, ...more },
      admin,
    )
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.user
  }
  const infoOf = async (userId: string, as: Login) =>
    (await server().get('users.info', { userId }, as)).body.user

  test('a created user signs in; names and addresses are taken once, also in a race', async () => {
    const admin = await server().admin()
    const user = await create('Anna', { roles: ['user', 'livechat-agent'], bio: 'Hello' })
    assert.equal(user.statusLivechat, 'available')
    assert.deepEqual(user.roles, ['livechat-agent', 'user'])
    assert.equal(user.password_hash, undefined)
    const login = await server().login('anna', PASSWORD)
    assert.equal(login.userId, user._id)
    const attempt = (body: object) =>
      server().post('users.create', { name: 'B', password: PASSWORD, ...body }, admin)
    for (const bodies of [
      [1, 2, 3, 4].map((index) => ({ username: 'Bert', email: `b${index}@example.com` })),
      [1, 2, 3, 4].map((index) => ({ username: `carl${index}`, email: 'carl@example.com' })),
    ]) {
      const answers = await Promise.all(bodies.map(attempt))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      const lost = answers.find(({ status }) => status === 400)
      assert.equal(lost?.body.errorType, 'error-field-unavailable')
    }
    const again = await attempt({ username: 'anna', email: 'other@example.com' })
    assert.equal(again.body.error, 'anna is already in use :( [error-field-unavailable]')
  })

  test('what a user cannot be is refused field by field', async () => {
    const admin = await server().admin()
    const good = { username: 'dora', name: 'Dora', email: 'dora@example.com', password: PASSWORD }
    for (const [field, code] of [
      [{ username: 'do ra' }, 'error-input-is-not-a-valid-field'],
      [{ username: 'do@ra' }, 'error-input-is-not-a-valid-field'],
      [{ username: '' }, 'error-the-field-is-required'],
      [{ name: ' ' }, 'error-the-field-is-required'],
      [{ email: 'dora@example.com\r\nBcc: all@example.com' }, 'error-invalid-email'],
      [{ email: 'dora' }, 'error-invalid-email'],
      [{ password: 'short' }, 'error-password-policy-not-met'],
      [{ bio: 'x'.repeat(261) }, 'error-bio-size-exceeded'],
      [{ nickname: 'x'.repeat(121) }, 'error-nickname-size-exceeded'],
      [{ roles: ['no-such-role'] }, 'error-action-not-allowed'],
      [{ roles: ['owner'] }, 'error-action-not-allowed'],
      [{ customFields: { a: { $ne: 1 } } }, 'error-input-is-not-a-valid-field'],
      [{ name: { $ne: '' } }, 'invalid-params'],
      [{ type: 'bot' }, 'invalid-params'],
    ] as const) {
      const answer = await server().post('users.create', { ...good, ...field }, admin)
      assert.equal(answer.status, 400, JSON.stringify(field))
      assert.equal(answer.body.errorType, code, JSON.stringify(field))
    }
    assert.equal((await server().post('users.create', good, admin)).status, 200)
  })

  test('an update changes what it names and nothing else', async () => {
    const admin = await server().admin()
    const user = await create('emil', { bio: 'A bio', nickname: 'Em' })
    const answer = await server().post(
      'users.update',
      { userId: user._id, data: { name: 'Emil B.', email: 'EMIL2@example.com', verified: true } },
      admin,
    )
    assert.equal(answer.status, 200)
    assert.equal(answer.body.user.bio, 'A bio')
    assert.equal(answer.body.user.nickname, 'Em')
    assert.equal(answer.body.user.name, 'Emil B.')
    assert.deepEqual(answer.body.user.emails, [{ address: 'emil2@example.com', verified: true }])
    await server().login('emil2@example.com', PASSWORD)
    const taken = await server().post(
      'users.update',
      { userId: user._id, data: { username: ADMIN.username.toUpperCase() } },
      admin,
    )
    assert.equal(taken.body.errorType, 'error-field-unavailable')
  })

  test('an own password needs the present one and ends every other session', async () => {
    await create('fred')
    const [here, there] = [
      await server().login('fred', PASSWORD),
      await server().login('fred', PASSWORD),
    ]
    const change = (data: object) => server().post('users.updateOwnBasicInfo', { data }, here)
    for (const currentPassword of [undefined, 'not the password', sha256('not the password')]) {
      const refused = await change({ newPassword: 'another long secret', currentPassword })
      assert.equal(refused.body.errorType, 'error-invalid-password')
    }
    const mail = await change({ email: 'thief@example.com' })
    assert.equal(mail.body.errorType, 'error-invalid-password')
    const same = await change({ newPassword: PASSWORD, currentPassword: PASSWORD })
    assert.equal(same.body.errorType, 'error-password-same-as-current')
    const weak = await change({ newPassword: '1234567', currentPassword: PASSWORD })
    assert.equal(weak.body.errorType, 'error-password-policy-not-met')
    assert.equal((await server().get('me', {}, there)).status, 200)

    const done = await change({
      newPassword: 'another long secret',
      currentPassword: sha256(PASSWORD),
    })
    assert.equal(done.status, 200, JSON.stringify(done.body))
    assert.equal((await server().get('me', {}, here)).status, 200)
    assert.equal((await server().get('me', {}, there)).status, 401)
    await server().login('fred', 'another long secret')
  })

  test('the password policy of the settings holds from the next request on', async () => {
    const admin = await server().admin()
    const attempt = (password: string) =>
      server().post(
        'users.create',
        { username: 'gina', name: 'G', email: 'gina@example.com', password },
        admin,
      )
    await server().post('settings/Accounts_Password_Policy_Enabled', { value: true }, admin)
    await server().post('settings/Accounts_Password_Policy_MinLength', { value: 12 }, admin)
    const refused = await attempt('aaaa only lower')
    assert.equal(refused.body.errorType, 'error-password-policy-not-met')
    assert.deepEqual(refused.body.details.rules, [
      'get-password-policy-forbidRepeatingCharacters',
      'get-password-policy-mustContainAtLeastOneUppercase',
      'get-password-policy-mustContainAtLeastOneNumber',
    ])
    const policy = await server().get('pw.getPolicy')
    assert.deepEqual(policy.body.policy[0], ['get-password-policy-minLength', { minLength: 12 }])
    assert.equal((await attempt('Good Enough 1!')).status, 200)
    await server().post('settings/Accounts_Password_Policy_Enabled', { value: false }, admin)
  })

  test('deactivating and deleting end every session; the last administrator stays', async () => {
    const admin = await server().admin()
    const user = await create('hugo', { roles: ['user', 'livechat-agent'] })
    const hugo = await server().login('hugo', PASSWORD)
    const active = (userId: string, activeStatus: boolean) =>
      server().post('users.setActiveStatus', { userId, activeStatus }, admin)
    assert.equal((await active(user._id, false)).body.user.active, false)
    assert.equal((await server().get('me', {}, hugo)).status, 401)
    await active(user._id, true)
    assert.equal((await server().get('me', {}, hugo)).status, 401)

    for (const answer of [
      await active(admin.userId, false),
      await server().post('users.delete', { userId: admin.userId }, admin),
      await server().post(
        'users.update',
        { userId: admin.userId, data: { roles: ['user'] } },
        admin,
      ),
      await active('rocket.cat', false),
      await server().post('users.delete', { username: 'rocket.cat' }, admin),
      await server().post('users.update', { userId: 'rocket.cat', data: { name: 'X' } }, admin),
      await server().post('users.createToken', { userId: 'rocket.cat' }, admin),
    ]) {
      assert.equal(answer.body.errorType, 'error-action-not-allowed', JSON.stringify(answer.body))
    }
    assert.equal((await server().get('me', {}, admin)).status, 200)

    const again = await server().login('hugo', PASSWORD)
    assert.equal((await server().post('users.delete', { userId: user._id }, again)).status, 403)
    assert.equal((await server().post('users.delete', { userId: user._id }, admin)).status, 200)
    assert.equal((await server().get('me', {}, again)).status, 401)
    assert.equal((await server().get('users.info', { userId: user._id }, admin)).status, 400)
    await create('hugo')
  })

  test('of two administrators who remove each other at once, one stays', async () => {
    const admin = await server().admin()
    const second = await create('ines', { roles: ['user', 'admin'] })
    const ines = await server().login('ines', PASSWORD)
    const answers = await Promise.all([
      server().post('users.setActiveStatus', { userId: second._id, activeStatus: false }, admin),
      server().post('users.update', { userId: second._id, data: { roles: ['user'] } }, ines),
      server().post('users.setActiveStatus', { userId: admin.userId, activeStatus: false }, ines),
    ])
    const holders = await Promise.all([
      server().post('login', { user: 'admin', password: ADMIN.password }),
      server().post('login', { user: 'ines', password: PASSWORD }),
    ])
    const admins = holders.filter(({ body }) => body.data?.me.roles.includes('admin'))
    assert.equal(admins.length >= 1, true, JSON.stringify(answers.map(({ body }) => body)))
    // Puts the first administrator back for the tests that follow.
    const [winner] = admins
    const { userId, authToken } = winner?.body.data ?? {}
    const login = { userId, headers: { 'x-user-id': userId, 'x-auth-token': authToken } }
    await server().post(
      'users.setActiveStatus',
      { userId: admin.userId, activeStatus: true },
      login,
    )
  })

  test('status and presence are what the user says, and who is gone is offline', async () => {
    const admin = await server().admin()
    const user = await create('jana')
    const jana = await server().login('jana', PASSWORD)
    const set = (body: object, as: Login) => server().post('users.setStatus', body, as)
    assert.equal((await set({ status: 'busy', message: ` ${'x'.repeat(200)}` }, jana)).status, 200)
    const status = await server().get('users.getStatus', {}, jana)
    assert.equal(status.body.status, 'busy')
    assert.equal(status.body.message, 'x'.repeat(120))
    assert.equal((await set({ status: 'sleeping' }, jana)).body.errorType, 'error-invalid-status')
    assert.equal((await set({ status: 'away', userId: admin.userId }, jana)).status, 403)
    assert.equal((await set({ status: 'away', userId: user._id }, admin)).status, 200)
    const there = await server().get('users.presence', { ids: user._id }, admin)
    assert.deepEqual(
      there.body.users.map(({ status: is }: { status: string }) => is),
      ['away'],
    )
    await server().post('users.setActiveStatus', { userId: user._id, activeStatus: false }, admin)
    assert.equal((await infoOf(user._id, admin)).status, 'offline')
  })

  test('lists page, sort and search; wildcards mean themselves', async () => {
    const admin = await server().admin()
    await create('kim_1')
    await create('kimx1')
    const page = await server().get(
      'users.list',
      { count: '1', offset: '1', sort: '{"username":-1}' },
      admin,
    )
    assert.equal(page.body.count, 1)
    assert.equal(page.body.offset, 1)
    const all = await server().get('users.list', { count: '0', sort: '{"username":-1}' }, admin)
    assert.equal(all.body.total, all.body.users.length)
    assert.deepEqual(page.body.users[0], all.body.users[1])
    const found = await server().get('users.listByStatus', { searchTerm: 'KIM_1' }, admin)
    assert.equal(found.body.total, 2 - 1)
    const selector = JSON.stringify({
      term: 'kim',
      exceptions: ['kimx1'],
      conditions: { $where: '1' },
    })
    const items = await server().get('users.autocomplete', { selector }, admin)
    assert.deepEqual(
      items.body.items.map(({ username }: { username: string }) => username),
      ['kim_1'],
    )
    assert.equal(
      (await server().get('users.list', { sort: 'x' }, admin)).body.error,
      'Invalid sort parameter provided: "x" [error-invalid-sort]',
    )
  })

  test('personal tokens work until they are replaced or removed', async () => {
    const admin = await server().admin()
    const make = (path: string) => server().post(path, { tokenName: 'reports' }, admin)
    const first = (await make('users.generatePersonalAccessToken')).body.token
    const as = (token: string): Login => ({
      userId: admin.userId,
      headers: { 'x-user-id': admin.userId, 'x-auth-token': token },
    })
    assert.equal((await server().get('me', {}, as(first))).status, 200)
    assert.equal(
      (await make('users.generatePersonalAccessToken')).body.errorType,
      'error-token-already-exists',
    )
    const listed = await server().get('users.getPersonalAccessTokens', {}, admin)
    assert.equal(listed.body.tokens[0].lastTokenPart, first.slice(-6))
    assert.ok(!JSON.stringify(listed.body).includes(first))
    const second = (await make('users.regeneratePersonalAccessToken')).body.token
    assert.equal((await server().get('me', {}, as(first))).status, 401)
    const others = await server().post('users.logoutOtherClients', {}, admin)
    assert.equal(others.body.token, admin.headers['x-auth-token'])
    assert.equal((await server().get('me', {}, as(second))).status, 200)
    assert.equal((await make('users.removePersonalAccessToken')).status, 200)
    assert.equal((await server().get('me', {}, as(second))).status, 401)
  })
})
