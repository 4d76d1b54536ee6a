import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { seedManager } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const PASSWORD = 'a long enough secret'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { OVERWRITE_SETTING_Livechat_offline_title: 'Held' },
  })
  const change = async (id: string, body: object) =>
    server().post(`settings/${id}`, body, await server().admin())

  test('[S8] a changed setting holds from the next request on, for everybody', async () => {
    const titleOf = async () =>
      (await server().get('settings.public', { _id: 'Livechat_title' })).body.settings[0].value
    for (const title of ['First', 'Second']) {
      assert.equal((await change('Livechat_title', { value: title })).status, 200)
      assert.equal(await titleOf(), title)
    }
    await server().app.ctx.db.read(async (reader) => {
      const row = await reader.q
        .selectFrom('setting')
        .selectAll()
        .where('id', '=', 'Livechat_title')
        .executeTakeFirstOrThrow()
      assert.equal(row.value, '"Second"')
    })
  })

  test('a value of the wrong type is refused and changes nothing', async () => {
    const admin = await server().admin()
    for (const [id, value] of [
      ['Livechat_enabled', 'true'],
      ['Livechat_title', { $ne: '' }],
      ['Livechat_title_color', 'red;}'],
      ['API_Default_Count', '5'],
      ['Accounts_RegistrationForm', 'Anybody'],
      ['uniqueID', 'mine'],
      ['Livechat_title', null],
      ['Livechat_title', undefined],
    ] as const) {
      const before = await server().get(`settings/${id}`, {}, admin)
      const answer = await change(id, { value })
      assert.equal(answer.status, 400, id)
      assert.equal(answer.body.errorType, 'error-invalid-setting-value', id)
      assert.deepEqual((await server().get(`settings/${id}`, {}, admin)).body, before.body)
    }
    assert.equal(
      (await change('Livechat_title_color', { value: '#123456', editor: 'color' })).status,
      200,
    )
    assert.equal((await change('SMTP_Test_Button', { execute: true })).status, 200)
    assert.equal((await change('SMTP_Test_Button', { value: 'x' })).status, 400)
    const unknown = await change('No_Such_Setting', { value: 1 })
    assert.match(unknown.body.error, /error-setting-not-found/)
  })

  test('what the environment holds cannot be changed here', async () => {
    const answer = await change('Livechat_offline_title', { value: 'Mine' })
    assert.equal(answer.status, 400)
    assert.match(answer.body.error, /OVERWRITE_SETTING_Livechat_offline_title/)
    const list = await server().get('settings.public', { _id: 'Livechat_offline_title,nothing' })
    assert.deepEqual(list.body.settings, [{ _id: 'Livechat_offline_title', value: 'Held' }])
  })

  test('a secret never comes back, and its mask is not stored', async () => {
    const admin = await server().admin()
    assert.equal((await change('SMTP_Password', { value: 'hunter2' })).status, 200)
    assert.equal((await change('SMTP_Password', { value: '********' })).status, 200)
    assert.equal(server().app.ctx.settings.get('SMTP_Password'), 'hunter2')
    const all = await server().get('settings', { count: '0' }, admin)
    const text =
      JSON.stringify(all.body) +
      JSON.stringify((await server().get('settings/SMTP_Password', {}, admin)).body)
    assert.ok(!text.includes('hunter2'))
    assert.ok(!text.includes(server().app.ctx.settings.get('Livechat_secret_token')))
    assert.ok(!all.body.settings.some(({ _id }: { _id: string }) => _id === 'Livechat_guest_count'))
  })

  test('who may not read sees the public ones; one setting can be given away', async () => {
    const admin = await server().admin()
    const { body } = await server().post(
      'users.create',
      { username: 'sara', name: 'S', email: 's@example.com', password: PASSWORD },
      admin,
    )
    const sara = await server().login('sara', PASSWORD)
    const publicOnes = await server().get('settings.public', { count: '0' })
    const hers = await server().get('settings', { count: '0' }, sara)
    assert.equal(hers.body.total, publicOnes.body.total)
    assert.ok(hers.body.total < (await server().get('settings', {}, admin)).body.total)
    const attempt = (id: string) => server().post(`settings/${id}`, { value: 'Hers' }, sara)
    assert.deepEqual((await attempt('Livechat_title')).body, {
      success: false,
      error: 'unauthorized',
    })

    const role = (await server().post('roles.create', { name: 'title' }, admin)).body.role._id
    for (const permissionId of ['manage-selected-settings', 'change-setting-Livechat_title']) {
      await server().post('permissions.addRole', { permissionId, role }, admin)
    }
    await server().post('roles.addUserToRole', { userId: body.user._id, roleId: role }, admin)
    assert.equal((await attempt('Livechat_title')).status, 200)
    assert.equal((await attempt('Livechat_offline_message')).status, 403)
  })

  test('[S8] the catalogue tells administrators what a setting may hold, and nobody else', async () => {
    assert.equal((await change('SMTP_Password', { value: 'hunter2' })).status, 200)
    const answer = await server().get('foyer/settings.catalogue', {}, await server().admin())
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const byId = new Map(
      (answer.body.settings as { _id: string }[]).map((setting) => [setting._id, setting]),
    )
    const { values, value } = byId.get('Livechat_Routing_Method') as unknown as {
      values: string[]
      value: string
    }
    assert.ok(values.includes(value) && values.includes('Manual_Selection'))
    assert.equal((byId.get('Livechat_offline_title') as unknown as { held: boolean }).held, true)
    assert.ok(!JSON.stringify(answer.body).includes('hunter2'))
    assert.equal(byId.has('Foyer_setup_link'), false, 'hidden ones are not listed')
    const manager = await seedManager(server())
    const refused = await server().get('foyer/settings.catalogue', {}, manager)
    assert.equal(refused.status, 403)
  })

  test('there are no sign-in services', async () => {
    assert.deepEqual((await server().get('settings.oauth')).body, { services: [], success: true })
    const { body } = await server().get('service.configurations')
    assert.deepEqual(body, { configurations: [], success: true })
  })
})
