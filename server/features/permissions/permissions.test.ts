import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'

forEachEngine((engine) => {
  const server = useServer(engine)

  const rolesOf = async (id: string): Promise<string[]> => {
    const { body } = await server().get('permissions.listAll', {}, await server().admin())
    return body.update.find(({ _id }: { _id: string }) => _id === id)?.roles
  }

  test('an update is made whole or not at all', async () => {
    const admin = await server().admin()
    const update = (permissions: object[]) =>
      server().post('permissions.update', { permissions }, admin)
    const good = { _id: 'view-logs', roles: ['admin', 'livechat-manager'] }
    for (const [bad, code] of [
      [{ _id: 'no-such-permission', roles: ['admin'] }, 'error-invalid-permission'],
      [{ _id: 'view-statistics', roles: ['no-such-role'] }, 'error-invalid-role'],
      [{ _id: 'view-statistics', roles: 'admin' }, 'invalid-params'],
    ] as const) {
      const answer = await update([good, bad])
      assert.equal(answer.body.errorType, code)
      assert.deepEqual(await rolesOf('view-logs'), ['admin'])
    }
    const done = await update([good])
    assert.equal(done.status, 200)
    assert.ok(done.body.permissions.length > 100)
    assert.deepEqual(await rolesOf('view-logs'), ['admin', 'livechat-manager'])
    const since = await server().get(
      'permissions.listAll',
      { updatedSince: new Date(Date.now() + 60_000).toISOString() },
      admin,
    )
    assert.deepEqual(since.body.update, [])
    const bad = await server().get('permissions.listAll', { updatedSince: 'soon' }, admin)
    assert.equal(bad.body.errorType, 'error-roomId-param-invalid')
  })

  test('who may give away settings may give away nothing else', async () => {
    const admin = await server().admin()
    const { body } = await server().post('roles.create', { name: 'settings clerk' }, admin)
    const role = body.role._id
    await server().post(
      'permissions.addRole',
      { permissionId: 'access-setting-permissions', role },
      admin,
    )
    await server().post(
      'users.create',
      {
        username: 'clerk',
        name: 'C',
        email: 'c@example.com',
        password: PASSWORD,
        roles: ['user', role],
      },
      admin,
    )
    const clerk = await server().login('clerk', PASSWORD)
    const give = (permissionId: string) =>
      server().post('permissions.addRole', { permissionId, role }, clerk)
    assert.equal((await give('change-setting-Livechat_title')).status, 200)
    for (const id of ['create-user', 'access-permissions', 'manage-selected-settings']) {
      assert.equal((await give(id)).body.errorType, 'error-edit-permissions-not-allowed', id)
      assert.ok(!(await rolesOf(id)).includes(role), id)
    }
    const both = await server().post(
      'permissions.update',
      {
        permissions: [
          { _id: 'change-setting-Livechat_enabled', roles: [role] },
          { _id: 'create-user', roles: [role] },
        ],
      },
      clerk,
    )
    assert.equal(both.body.errorType, 'error-edit-permissions-not-allowed')
    assert.deepEqual(await rolesOf('change-setting-Livechat_enabled'), [])
  })
})
