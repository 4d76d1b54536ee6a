import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, useServer, type Login } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'

forEachEngine((engine) => {
  const server = useServer(engine)

  const create = async (username: string, roles: string[]) => {
    const admin = await server().admin()
    const answer = await server().post(
      'users.create',
      { username, name: username, email: `${username}@example.com`, password: PASSWORD, roles },
      admin,
    )
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return server().login(username, PASSWORD)
  }
  const roleWith = async (name: string, permissions: string[]): Promise<string> => {
    const admin = await server().admin()
    const { body } = await server().post('roles.create', { name }, admin)
    for (const permissionId of permissions) {
      const added = await server().post(
        'permissions.addRole',
        { permissionId, role: body.role._id },
        admin,
      )
      assert.equal(added.status, 200)
    }
    return body.role._id
  }
  const rolesOf = async (login: Login): Promise<string[]> =>
    (await server().get('me', {}, login)).body.roles

  test('[S8] an agent cannot raise himself, nor read what is not his', async () => {
    const agent = await create('bored', ['user', 'livechat-agent'])
    const { userId } = agent
    const attempts: [string, object][] = [
      ['users.update', { userId, data: { roles: ['user', 'livechat-agent', 'admin'] } }],
      ['users.update', { userId, data: { roles: ['livechat-manager'] } }],
      ['users.update', { userId, data: { verified: true } }],
      ['users.update', { userId, data: { active: false } }],
      [
        'users.create',
        { username: 'puppet', name: 'P', email: 'p@example.com', password: PASSWORD },
      ],
      ['roles.addUserToRole', { username: 'bored', roleId: 'admin' }],
      ['roles.addUserToRole', { username: 'bored', roleName: 'livechat-manager' }],
      ['roles.create', { name: 'mine' }],
      ['permissions.update', { permissions: [{ _id: 'create-user', roles: ['livechat-agent'] }] }],
      ['permissions.addRole', { permissionId: 'create-user', role: 'livechat-agent' }],
      ['settings/Accounts_Registration_Users_Default_Roles', { value: 'admin' }],
      ['users.createToken', { username: 'admin' }],
      ['users.setActiveStatus', { userId, activeStatus: true }],
      ['users.logout', { userId: (await server().admin()).userId }],
      ['sessions/logout', { sessionId: 'any' }],
    ]
    for (const [path, body] of attempts) {
      const answer = await server().post(path, body, agent)
      assert.ok([400, 403].includes(answer.status), `${path} ${answer.status}`)
    }
    assert.deepEqual(await rolesOf(agent), ['livechat-agent', 'user'])

    const admin = await server().admin()
    for (const [path, query] of [
      ['users.list', {}],
      ['users.info', { username: 'admin' }],
      ['users.autocomplete', { selector: '{"term":"admin"}' }],
      ['users.listByStatus', { searchTerm: 'admin' }],
      ['users.presence', {}],
      ['roles.getUsersInPublicRoles', {}],
    ] as const) {
      const seen = await server().get(path, query, agent)
      assert.equal(seen.status, 200, path)
      assert.ok(!JSON.stringify(seen.body).includes('admin@example.com'), path)
    }
    const byAddress = await server().get('users.listByStatus', { searchTerm: 'admin@ex' }, agent)
    assert.equal(byAddress.body.total, 0)
    const allowed = await server().get('users.listByStatus', { searchTerm: 'admin@ex' }, admin)
    assert.equal(allowed.body.total, 1)
    for (const [path, query] of [
      ['users.list', { sort: '{"lastLogin":1}' }],
      ['users.listByStatus', { hasLoggedIn: 'true' }],
      ['sessions/list.all', {}],
      ['roles.getUsersInRole', { role: 'admin' }],
      ['settings/Livechat_title', {}],
    ] as const) {
      const refused = await server().get(path, query, agent)
      assert.ok([400, 403].includes(refused.status), path)
      assert.equal((await server().get(path, query, admin)).status, 200, path)
    }
    const own = await server().get('users.info', { userId }, agent)
    assert.equal(own.body.user.emails[0].address, 'bored@example.com')
  })

  test('[S8] who may edit others cannot use that to become or to be an administrator', async () => {
    const clerkRole = await roleWith('clerk', ['edit-other-user-info'])
    const clerk = await create('clerk', ['user', clerkRole])
    const admin = await server().admin()
    const target = await create('target', ['user'])
    const edit = (userId: string, data: object, as = clerk) =>
      server().post('users.update', { userId, data }, as)

    const renamed = await edit(target.userId, { name: 'New name' })
    assert.equal(renamed.status, 200)
    assert.equal(renamed.body.user.emails, undefined)
    for (const [userId, data] of [
      [clerk.userId, { roles: ['user', 'admin'] }],
      [target.userId, { roles: ['user', 'livechat-manager'] }],
      [admin.userId, { email: 'clerk2@example.com' }],
      [admin.userId, { email: 'clerk2@example.com', verified: true }],
      [target.userId, { active: false }],
      [target.userId, { requirePasswordChange: true }],
    ] as const) {
      const refused = await edit(userId, data)
      assert.equal(refused.body.errorType, 'error-action-not-allowed', JSON.stringify(data))
    }
    // Ignored, as clients that send whole forms expect.
    assert.equal((await edit(target.userId, { password: 'chosen by the clerk' })).status, 200)
    await server().login('target', PASSWORD)

    const resetterRole = await roleWith('resetter', [
      'edit-other-user-info',
      'edit-other-user-password',
      'user-generate-access-token',
      'create-user',
      'assign-roles',
    ])
    const resetter = await create('resetter', ['user', resetterRole])
    const stolen = await edit(admin.userId, { password: 'now it is mine' }, resetter)
    assert.equal(stolen.body.errorType, 'error-action-not-allowed')
    const token = await server().post('users.createToken', { userId: admin.userId }, resetter)
    assert.equal(token.body.errorType, 'error-action-not-allowed')
    const puppet = { username: 'puppet', name: 'P', email: 'p@example.com', password: PASSWORD }
    const crowned = await server().post('users.create', { ...puppet, roles: ['admin'] }, resetter)
    assert.equal(crowned.body.errorType, 'error-action-not-allowed')
    await server().login('admin', ADMIN.password)
    assert.equal(
      (await edit(target.userId, { password: 'set by the resetter' }, resetter)).status,
      200,
    )
    assert.equal((await server().get('me', {}, target)).status, 401)
    await server().login('target', 'set by the resetter')
    assert.equal(
      (await server().post('users.createToken', { userId: target.userId }, resetter)).status,
      200,
    )
  })

  test('[S8] a role taken away ends its rights with the next request', async () => {
    const admin = await server().admin()
    const manager = await create('manager', ['user'])
    const list = () => server().get('sessions/list.all', {}, manager)
    assert.equal((await list()).status, 403)
    const role = await roleWith('guard', ['view-device-management'])
    const member = (path: string) =>
      server().post(path, { username: 'manager', roleId: role }, admin)
    assert.equal((await member('roles.addUserToRole')).status, 200)
    assert.equal((await list()).status, 200)
    assert.equal((await member('roles.removeUserFromRole')).status, 200)
    assert.equal((await list()).status, 403)
    await member('roles.addUserToRole')
    const change = { permissionId: 'view-device-management', role }
    assert.equal((await server().post('permissions.removeRole', change, admin)).status, 200)
    assert.equal((await list()).status, 403)
  })
})
