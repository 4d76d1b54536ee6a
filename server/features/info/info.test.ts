import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  const server = useServer(engine)

  test('anybody learns the contract, who may see statistics the build', async () => {
    for (const path of ['/api/info', '/api/v1/info']) {
      const { body } = await server().get(path)
      assert.equal(body.version, '8.5')
      assert.match(body.foyer, /^\d+\.\d+\.\d+/)
      assert.equal(body.info, undefined)
      const told = await server().get(path, {}, await server().admin())
      assert.equal(told.body.version, '8.5')
      assert.equal(told.body.info.build.nodeVersion, process.version)
    }
  })
})
