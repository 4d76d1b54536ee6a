import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'

forEachEngine((engine) => {
  const server = useServer(engine)
  const create = async (username: string) => {
    const answer = await server().post(
      'users.create',
      { username, name: username, email: `${username}@example.com`, password: PASSWORD },
      await server().admin(),
    )
    return answer.body.user._id as string
  }

  test('an agent is available from the grant on, and nothing after the loss', async () => {
    const admin = await server().admin()
    const userId = await create('agnes')
    const member = (path: string) =>
      server().post(path, { username: 'agnes', roleId: 'livechat-agent' }, admin)
    const availability = async () =>
      (await server().get('users.info', { userId }, admin)).body.user.statusLivechat
    assert.equal(await availability(), undefined)
    assert.equal((await member('roles.addUserToRole')).body.role._id, 'livechat-agent')
    assert.equal(await availability(), 'available')
    assert.equal((await member('roles.addUserToRole')).body.errorType, 'error-user-already-in-role')
    const agents = await server().get('roles.getUsersInRole', { role: 'livechat-agent' }, admin)
    assert.equal(agents.body.total, 1)
    assert.equal(agents.body.users[0].emails[0].address, 'agnes@example.com')
    assert.equal((await member('roles.removeUserFromRole')).status, 200)
    assert.equal(await availability(), undefined)
    assert.equal(
      (await member('roles.removeUserFromRole')).body.errorType,
      'error-user-not-in-role',
    )
  })

  test('roles have unique names; built-in ones and those in use stay', async () => {
    const admin = await server().admin()
    const post = (path: string, body: object) => server().post(path, body, admin)
    const attempts = await Promise.all(
      [1, 2, 3].map(() => post('roles.create', { name: 'Night shift', description: 'Late' })),
    )
    assert.equal(attempts.filter(({ status }) => status === 200).length, 1)
    const { role } = attempts.find(({ status }) => status === 200)?.body ?? {}
    assert.deepEqual(role, {
      _id: role._id,
      name: 'Night shift',
      scope: 'Users',
      description: 'Late',
      mandatory2fa: false,
      protected: false,
    })
    const renamed = await post('roles.update', { roleId: role._id, name: 'Day shift' })
    assert.equal(renamed.body.role.description, 'Late')
    const taken = await post('roles.update', { roleId: role._id, name: 'admin' })
    assert.equal(taken.body.errorType, 'error-duplicate-role-names-not-allowed')
    const narrowed = await post('roles.update', {
      roleId: 'admin',
      name: 'admin',
      scope: 'Subscriptions',
    })
    assert.equal(narrowed.body.errorType, 'error-role-protected')

    await create('nora')
    await post('roles.addUserToRole', { username: 'nora', roleName: 'Day shift' })
    await post('permissions.addRole', { permissionId: 'view-logs', role: role._id })
    assert.equal(
      (await post('roles.delete', { roleId: role._id })).body.errorType,
      'error-role-in-use',
    )
    assert.equal(
      (await post('roles.delete', { roleId: 'admin' })).body.errorType,
      'error-role-protected',
    )
    assert.equal(
      (await post('roles.delete', { roleId: 'none' })).body.errorType,
      'error-invalid-roleId',
    )
    await post('roles.removeUserFromRole', { username: 'nora', roleId: role._id })
    assert.equal((await post('roles.delete', { roleId: role._id })).status, 200)
    const { body } = await server().get('permissions.listAll', {}, admin)
    assert.ok(!JSON.stringify(body).includes(role._id))
  })

  test('the last administrator keeps the role; roles of rooms are not given', async () => {
    const admin = await server().admin()
    const last = await server().post(
      'roles.removeUserFromRole',
      { username: 'admin', roleId: 'admin' },
      admin,
    )
    assert.equal(last.body.errorType, 'error-admin-required')
    assert.equal((await server().get('me', {}, admin)).body.roles.includes('admin'), true)
    for (const body of [
      { username: 'admin', roleId: 'owner' },
      { username: 'admin', roleId: 'bot', roomId: 'r' },
      { username: 'rocket.cat', roleId: 'admin' },
    ]) {
      const refused = await server().post('roles.addUserToRole', body, admin)
      assert.equal(refused.body.errorType, 'error-action-not-allowed', JSON.stringify(body))
    }
  })

  test('lists hold every role, and those changed since', async () => {
    const admin = await server().admin()
    const { body } = await server().get('roles.list', {}, admin)
    assert.ok(body.roles.length >= 12)
    const later = new Date(Date.now() + 60_000).toISOString()
    const none = await server().get('roles.sync', { updatedSince: later }, admin)
    assert.deepEqual(none.body.roles, { update: [], remove: [] })
    const all = await server().get(
      'roles.sync',
      { updatedSince: '2020-01-01T00:00:00.000Z' },
      admin,
    )
    assert.equal(all.body.roles.update.length, body.roles.length)
    const holders = await server().get('roles.getUsersInPublicRoles', {}, admin)
    assert.ok(holders.body.users.some(({ username }: { username: string }) => username === 'admin'))
  })
})
