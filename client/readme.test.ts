import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ENGINES } from '../tests/support/engines.ts'
import { changeSettings, seedUser } from '../tests/support/seed.ts'
import { useServer } from '../tests/support/test-server.ts'
import { useUrl } from './testing/world.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
describe('the README of the client', () => {
  const [engine] = ENGINES
  assert.ok(engine)
  const server = useServer(engine)
  const url = useUrl(server)

  test('the examples of the README work as they are printed', async (t) => {
    const text = await readFile(join(HERE, 'README.md'), 'utf8')
    const examples = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code)
    assert.equal(examples.length, 3)
    const folder = await mkdtemp(join(tmpdir(), 'foyer-readme-'))
    t.after(() => rm(folder, { recursive: true }))
    await symlink(HERE, join(folder, 'client'))
    await symlink(join(HERE, '..', 'node_modules'), join(folder, 'node_modules'))

    const password = 'a long enough password'
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const bot = await seedUser(server(), ['user', 'livechat-agent'], { online: true })
    const env = { FOYER_URL: url(), FOYER_USER: bot.username, FOYER_PASSWORD: password }

    async function run(index: number): Promise<ChildProcess> {
      const file = join(folder, `example-${index}.ts`)
      await writeFile(file, examples[index] ?? '')
      const child = spawn(process.execPath, ['--preserve-symlinks', file], {
        env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.after(() => child.kill())
      return child
    }

    const [visitor, , online] = [await run(0), await run(1), await run(2)]
    const ends = [visitor, online].map(async (child) => {
      let said = ''
      child.stdout?.on('data', (data: Buffer) => (said += data.toString()))
      // Not `exit`, which comes before everything printed has been read.
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, said }
    })
    assert.deepEqual(await Promise.all(ends), [
      { code: 0, said: 'The agent says: We do. It takes three days.\n' },
      { code: 0, said: 'true\n' },
    ])
  })
})
