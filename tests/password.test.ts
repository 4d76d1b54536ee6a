import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { ChildServer, childEnvironment } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { ADMIN, type Answer } from './support/test-server.ts'

forEachEngine((engine) => {
  test('a password is set beside the running server, and ends the sessions', async () => {
    const { storage, remove } = await engine.create()
    const server = await ChildServer.start({ storage })
    const run = (username: string, input: string) =>
      spawnSync(process.execPath, ['scripts/password.ts', username], {
        input,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], ...childEnvironment({ storage }) },
      })
    const login = (password: string): Promise<Answer> =>
      server.request('POST', 'login', { body: { user: ADMIN.username, password } })
    try {
      const { userId, authToken } = (await login(ADMIN.password)).body.data
      const headers = { 'x-user-id': userId, 'x-auth-token': authToken }
      const refused = [run('nobody', 'long enough\n'), run(ADMIN.username, 'short\n')]
      assert.deepEqual(
        refused.map(({ status }) => status),
        [1, 1],
      )
      assert.match(refused[0]?.stderr ?? '', /^there is no user "nobody"/)
      assert.match(refused[1]?.stderr ?? '', /^the password policy refuses it: minLength/)
      assert.equal((await server.request('GET', 'me', { headers })).status, 200)

      assert.equal(run(ADMIN.username, 'a new long password\n').status, 0)
      assert.equal((await server.request('GET', 'me', { headers })).status, 401)
      assert.equal((await login(ADMIN.password)).status, 401)
      assert.equal((await login('a new long password')).status, 200)

      const made = /has the password "(\w+)"/.exec(run(ADMIN.username, '\n').stdout)?.[1]
      assert.equal((await login(made ?? '')).status, 200)
    } finally {
      await server.stop()
      await remove()
    }
  })
})
