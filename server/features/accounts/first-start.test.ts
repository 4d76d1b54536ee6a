import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { ADMIN, testConfig } from '../../../tests/support/test-server.ts'
import { createApp } from '../../app.ts'

forEachEngine((engine) => {
  test('[S9] without ADMIN_PASS every installation makes up its own long password', async () => {
    const passwords: string[] = []
    for (const attempt of [1, 2]) {
      const place = await engine.create()
      const start = () => createApp(testConfig(place.storage, { ADMIN_PASS: '' }))
      const app = await start()
      const password = app.firstRun?.generatedPassword ?? ''
      assert.ok(password.length >= 20, `attempt ${attempt}`)
      passwords.push(password)
      const login = (text: string) =>
        app.http.inject({
          method: 'POST',
          url: '/api/v1/login',
          payload: { user: 'admin', password: text },
        })
      assert.equal((await login(password)).statusCode, 200)
      for (const guess of ['', 'admin', 'password', ADMIN.password]) {
        assert.notEqual((await login(guess)).statusCode, 200, guess)
      }
      await app.close()
      const again = await start()
      assert.equal(again.firstRun, undefined)
      await again.close()
      await place.remove()
    }
    assert.notEqual(passwords[0], passwords[1])
  })
})
