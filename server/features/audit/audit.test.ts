import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TickingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedManager,
  seedUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { clock: new TickingClock() })
  const read = async (query: Record<string, string>) =>
    expectOk(await server().get('foyer/audit', query, await admin(server())))
  const entriesOf = async (action: string) => (await read({ action, count: '0' })).entries

  test('who changed what is known: settings, permissions, roles, users', async () => {
    const login = await admin(server())
    const sara = await seedUser(server(), ['user'])
    await changeSettings(server(), {
      Livechat_enabled: false,
      SMTP_Password: 'hunter2',
      Livechat_webhookUrl: 'https://user:hunter3@crm.example/',
    })
    const role = expectOk(await server().post('roles.create', { name: 'guides' }, login)).role
    const membership = { username: sara.username, roleId: role._id }
    expectOk(await server().post('roles.addUserToRole', membership, login))
    const permissions = [{ _id: 'view-logs', roles: ['admin', role._id] }]
    expectOk(await server().post('permissions.update', { permissions }, login))
    const data = { name: 'Sara', password: 'another long password' }
    expectOk(await server().post('users.update', { userId: sara.userId, data }, login))
    expectOk(await server().post('users.delete', { userId: sara.userId }, login))

    const [first] = await entriesOf('user.created')
    assert.deepEqual(
      [first.target, first.by.username, first.ip],
      [sara.userId, 'admin', '127.0.0.1'],
    )
    const settings = await entriesOf('setting.changed')
    assert.deepEqual(
      settings.map(({ target, details }: { target: string; details: object }) => [target, details]),
      [
        ['Livechat_webhookUrl', {}],
        ['SMTP_Password', {}],
        ['Livechat_enabled', { value: false }],
      ],
    )
    assert.deepEqual((await entriesOf('role.given'))[0].details, { role: role._id })
    assert.deepEqual((await entriesOf('permission.changed'))[0].details.roles, ['admin', role._id])
    assert.deepEqual((await entriesOf('user.changed'))[0].details.fields, ['name', 'password'])
    assert.equal((await entriesOf('user.deleted'))[0].details.username, sara.username)
    const everything = JSON.stringify(await read({ count: '0' }))
    for (const secret of ['hunter2', 'hunter3', 'another long password', 'correct horse']) {
      assert.ok(!everything.includes(secret), secret)
    }
    assert.ok(!everything.includes(login.headers['x-auth-token'] ?? '-'))
  })

  test('[S10] logins are known, failed ones too, and what was typed as a name is not kept', async () => {
    const sara = await seedUser(server(), ['user'])
    const attempt = (user: string, password: string) => server().post('login', { user, password })
    assert.equal((await attempt(sara.username, 'wrong')).status, 401)
    assert.equal((await attempt('my-password-in-the-wrong-field', 'x')).status, 401)
    const [unknown, wrong] = await entriesOf('login.failed')
    assert.deepEqual([unknown.target, unknown.details, unknown.ip], ['', {}, '127.0.0.1'])
    assert.deepEqual([wrong.target, wrong.details.username], [sara.userId, sara.username])
    assert.equal((await entriesOf('login'))[0].by.username, sara.username)
    expectOk(await server().post('logout', {}, sara))
    assert.equal((await entriesOf('logout'))[0].by.username, sara.username)

    const login = await admin(server())
    const body = { userId: sara.userId, activeStatus: false }
    expectOk(await server().post('users.setActiveStatus', body, login))
    const before = (await entriesOf('login.failed')).length
    assert.equal((await attempt(sara.username, 'a long enough password')).status, 401)
    assert.equal((await entriesOf('login.failed')).length, before + 1, 'a deactivated user, too')
  })

  test('a change that fails leaves no entry', async () => {
    const login = await admin(server())
    const before = (await read({})).total
    const body = { roleId: 'no such role', username: 'admin' }
    assert.equal((await server().post('roles.addUserToRole', body, login)).status, 400)
    assert.equal(
      (await server().post('settings/Livechat_enabled', { value: 1 }, login)).status,
      400,
    )
    assert.equal((await read({})).total, before)
  })

  test('the trail is read in pages, by actor, action and time; by administrators alone', async () => {
    const sara = await seedUser(server(), ['user'])
    const own = await read({ actor: sara.username })
    assert.deepEqual(
      own.entries.map(({ action }: { action: string }) => action),
      ['login'],
    )
    assert.equal((await read({ actor: sara.userId })).total, 1)
    const all = await read({ count: '0' })
    const [newest, next] = all.entries
    assert.deepEqual((await read({ offset: '1', count: '1' })).entries, [next])
    assert.ok(all.entries.every(({ at }: { at: string }) => at <= newest.at))
    assert.equal((await read({ to: newest.at })).total, all.total)
    assert.equal((await read({ from: '2999-01-01' })).total, 0)
    assert.ok((await read({ from: newest.at })).total >= 1)
    const login = await admin(server())
    expectRefusal(await server().get('foyer/audit', { from: 'then' }, login), 400, 'valid date')
    expectRefusal(await server().get('foyer/audit', { action: 'x' }, login), 400, 'invalid-params')
    const manager = await seedManager(server())
    expectRefusal(await server().get('foyer/audit', {}, manager), 403, 'error-unauthorized')
    assert.equal((await server().get('foyer/audit')).status, 401)
  })
})
