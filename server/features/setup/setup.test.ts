import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { expectOk, expectRefusal } from '../../../tests/support/seed.ts'
import { strictAnswers, testConfig, TestServer } from '../../../tests/support/test-server.ts'
import { createApp } from '../../app.ts'

const ANNA = { name: 'Anna Berg', email: 'anna@example.com', password: 'a long enough password' }

forEachEngine((engine) => {
  /** A fresh installation for each test: the link is there once. */
  const fresh = (
    environment: Record<string, string>,
    work: (server: TestServer) => Promise<void>,
  ) =>
    async function run(): Promise<void> {
      const { storage, remove } = await engine.create()
      const app = await createApp(testConfig(storage, { ADMIN_EMAIL: '', ...environment }), {
        observeAnswer: strictAnswers(),
      })
      try {
        await work(new TestServer(app))
      } finally {
        await app.close()
        await remove()
      }
    }
  const secretOf = (server: TestServer): string => server.app.firstRun?.setupSecret ?? ''
  const generated = { ADMIN_PASS: '' }

  test(
    '[S9] the set-up link sets the first administrator once, and then nobody',
    fresh(generated, async (server) => {
      const secret = secretOf(server)
      assert.ok(secret.length >= 43)
      const shown = expectOk(await server.post('foyer/setup.check', { secret }))
      assert.deepEqual(shown, { username: 'admin', name: 'Administrator', success: true })

      const done = expectOk(await server.post('foyer/setup', { secret, ...ANNA }))
      assert.equal(done.username, 'admin')
      const login = await server.login('anna@example.com', ANNA.password)
      const me = expectOk(await server.get('me', {}, login))
      assert.equal(me.name, ANNA.name)
      assert.deepEqual(me.roles, ['admin', 'user'])

      for (const path of ['foyer/setup', 'foyer/setup.check']) {
        const body = path === 'foyer/setup' ? { secret, ...ANNA } : { secret }
        expectRefusal(await server.post(path, body), 400, 'error-setup-link-ended')
      }
      const old = { user: 'admin', password: server.app.firstRun?.generatedPassword }
      assert.equal((await server.post('login', old)).status, 401, 'the printed password has ended')
    }),
  )

  test(
    '[S9] a wrong link changes nothing and tells nothing, whatever comes with it',
    fresh(generated, async (server) => {
      const wrong = ['x', `${secretOf(server)}x`, secretOf(server).slice(1), ' ']
      for (const secret of wrong) {
        expectRefusal(
          await server.post('foyer/setup', { secret, ...ANNA, password: 'short' }),
          400,
          'error-setup-link-ended',
        )
      }
      for (const [field, value, code] of [
        ['password', 'short', 'error-password-policy-not-met'],
        ['email', 'nobody', 'error-invalid-email'],
        ['name', ' ', 'error-the-field-is-required'],
      ] as const) {
        const body = { secret: secretOf(server), ...ANNA, [field]: value }
        expectRefusal(await server.post('foyer/setup', body), 400, code)
      }
      expectOk(await server.post('foyer/setup', { secret: secretOf(server), ...ANNA }))
    }),
  )

  test(
    '[S9] of two who use the link at once, one sets the password',
    fresh(generated, async (server) => {
      const passwords = ['the first password', 'the second password', 'the third password']
      const answers = await Promise.all(
        passwords.map((password) =>
          server.post('foyer/setup', { secret: secretOf(server), ...ANNA, password }),
        ),
      )
      const won = answers.findIndex(({ status }) => status === 200)
      assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ['200', '400', '400'])
      await server.login('admin', passwords[won]!)
    }),
  )

  test(
    '[S9] the first sign-in of the administrator ends the link',
    fresh(generated, async (server) => {
      const secret = secretOf(server)
      expectOk(await server.post('foyer/setup.check', { secret }))
      await server.login('admin', server.app.firstRun?.generatedPassword ?? '')
      expectRefusal(
        await server.post('foyer/setup', { secret, ...ANNA }),
        400,
        'error-setup-link-ended',
      )
    }),
  )

  test(
    '[S9] who starts with ADMIN_PASS gets no link, and an empty secret is none',
    fresh({}, async (server) => {
      assert.equal(server.app.firstRun?.setupSecret, undefined)
      for (const secret of ['undefined', server.app.ctx.settings.get('Foyer_setup_link') || ' ']) {
        expectRefusal(
          await server.post('foyer/setup', { secret, ...ANNA }),
          400,
          'error-setup-link-ended',
        )
      }
      expectOk(await server.post('login', { user: 'admin', password: 'correct horse battery' }))
    }),
  )

  describe('after a restart', () => {
    let place: Awaited<ReturnType<typeof engine.create>>
    before(async () => {
      place = await engine.create()
    })
    after(() => place.remove())

    test('[S9] the link that was printed still works, and is not told again', async () => {
      const start = () => createApp(testConfig(place.storage, { ADMIN_PASS: '', ADMIN_EMAIL: '' }))
      const first = await start()
      const secret = first.firstRun?.setupSecret ?? ''
      await first.close()
      const app = await start()
      const server = new TestServer(app)
      assert.equal(app.firstRun, undefined)
      assert.notEqual(app.ctx.settings.get('Foyer_setup_link'), secret, 'a hash is kept')
      expectOk(await server.post('foyer/setup', { secret, ...ANNA }))
      await app.close()
    })
  })
})
