import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { expectOk, expectRefusal, seedAgent, seedManager } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const PATH = 'livechat/appearance'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { OVERWRITE_SETTING_Livechat_background: '#fff' },
  })

  test('a manager changes the appearance: all of it or nothing, and it is written down', async () => {
    const boss = await seedManager(server())
    const save = (body: unknown, as = boss) => server().post(PATH, body, as)
    const valueOf = async (id: string) => {
      const { appearance } = expectOk(await server().get(PATH, {}, boss))
      assert.equal(appearance.length, 24)
      return appearance.find(({ _id }: { _id: string }) => _id === id)?.value
    }
    assert.equal(await valueOf('Livechat_title'), 'Foyer')
    expectOk(
      await save([
        { _id: 'Livechat_title', value: 'Ask us' },
        { _id: 'Livechat_widget_position', value: 'left' },
        { _id: 'Livechat_message_character_limit', value: 120 },
      ]),
    )
    const { config } = expectOk(await server().get('livechat/config'))
    assert.deepEqual([config.theme.title, config.theme.position], ['Ask us', 'left'])
    assert.equal(await valueOf('Livechat_message_character_limit'), 120)

    const title = { _id: 'Livechat_title', value: 'Changed' }
    const refused: [unknown, string][] = [
      [{ _id: 'Accounts_AllowRegistration', value: true }, 'invalid-setting'],
      [{ _id: 'Livechat_webhookUrl', value: 'https://thief.example' }, 'invalid-setting'],
      [{ _id: 'no_such', value: 1 }, 'invalid-setting'],
      [{ _id: '__proto__', value: 1 }, 'invalid-setting'],
      [{ _id: 'Livechat_hide_watermark', value: 'yes' }, 'error-invalid-setting-value'],
      [{ _id: 'Livechat_widget_position', value: 'above' }, 'error-invalid-setting-value'],
      [{ _id: 'Livechat_title', value: { $ne: 1 } }, 'error-invalid-setting-value'],
      [{ _id: 'Livechat_background', value: 'red' }, 'error-action-not-allowed'],
      [{ value: 1 }, 'invalid-params'],
    ]
    for (const [bad, code] of refused) {
      expectRefusal(await save([title, bad]), 400, code)
      assert.equal(await valueOf('Livechat_title'), 'Ask us', JSON.stringify(bad))
    }
    expectRefusal(await save(title), 400, 'must be array [invalid-params]')
    const agent = await seedAgent(server())
    expectRefusal(await save([title], agent), 403, 'error-unauthorized')
    expectRefusal(await server().get(PATH, {}, agent), 403, 'error-unauthorized')
    assert.equal((await server().post(PATH, [title])).status, 401)

    const rows = await server().app.ctx.db.read(({ q }) =>
      q.selectFrom('audit').selectAll().where('action', '=', 'setting.changed').execute(),
    )
    const ours = rows.filter((row) => JSON.stringify(row).includes(boss.username))
    assert.equal(ours.length, 3)
  })
})
