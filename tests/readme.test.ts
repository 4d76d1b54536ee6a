import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { VARIABLES } from '../server/config.ts'
import { ChildServer } from './support/child-server.ts'
import { blocksOf, documentAt, paste, sectionOf, stepsOf } from './support/pasting.ts'

const README = await documentAt('README.md')

const hasCurl = spawnSync('curl', ['--version']).status === 0

test(
  'the conversation of the README works on a fresh server, as it is printed',
  { skip: hasCurl ? false : 'curl is not installed' },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'foyer-readme-'))
    const steps = stepsOf(sectionOf(README, 'A conversation'))
    const [first] = steps
    const password = /^ADMIN_PASS='(.+)'$/m.exec(first?.command ?? '')?.[1]
    assert.ok(password, 'the first block names the password')
    // With the limits of a fresh installation, and nobody but the new agent to take the room.
    const server = await ChildServer.start({
      storage: { kind: 'sqlite', folder },
      environment: {
        ADMIN_PASS: password,
        OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true',
        // However busy this machine is.
        OVERWRITE_SETTING_Foyer_overload_lag_ms: '1000000',
        OVERWRITE_SETTING_Livechat_accept_chats_with_no_agents: 'false',
      },
    })
    t.after(async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    })
    const commands = steps.map(({ command }) =>
      command.replace('http://localhost:3000', server.url),
    )
    const { outputs, errors } = await paste(commands)
    assert.deepEqual(
      outputs,
      steps.map(({ output }) => output),
      errors,
    )
    assert.equal(errors, '')
  },
)

test('the README lists the variables of --help, in the same words', () => {
  const rows = [
    ...sectionOf(README, 'Configuration').matchAll(/^\| `(.+?)` \| (.*?) \| (.*?) \|$/gm),
  ]
  assert.deepEqual(
    rows.map(([, name, meaning, fallback]) => ({ name, meaning, fallback })),
    VARIABLES.map(({ name, meaning, fallback }) => ({ name, meaning, fallback })),
  )
})

test('the README starts and tests the product with one command each', () => {
  const commands = blocksOf(sectionOf(README, 'Start')).map(({ text }) => text.trim())
  assert.deepEqual(commands, ['npm ci && npm start', 'npm ci && npm test'])
})

test('what the README and the documents link to exists', async () => {
  for (const name of [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/ARCHITECTURE.md',
    'docs/PROMISES.md',
    'docs/WIRE.md',
    'docs/new-endpoint.md',
  ]) {
    const here = new URL(`../${name}`, import.meta.url)
    const text = await readFile(here, 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!/^https?:/.test(link)) await readFile(new URL(link, here))
    }
    // Paths of the code that a document names in code marks.
    for (const [, path = ''] of text.matchAll(/`((?:server|tests|docs|bench)\/[\w./-]+\.\w+)`/g)) {
      await readFile(new URL(`../${path}`, import.meta.url))
    }
  }
})

test('the code that new-endpoint.md shows is the code', async () => {
  const guide = await readFile(new URL('../docs/new-endpoint.md', import.meta.url), 'utf8')
  const shown = [...guide.matchAll(/`(server\/[\w./-]+\.ts)`[^`]*```ts\n([\s\S]*?)^```$/gm)]
  assert.ok(shown.length >= 3)
  for (const [, path = '', code = ''] of shown) {
    const file = await readFile(new URL(`../${path}`, import.meta.url), 'utf8')
    assert.ok(file.includes(code), `${path} has changed; docs/new-endpoint.md shows\n${code}`)
  }
})

test('every promise has a test that bears its number, and names the command', async () => {
  const promises = await readFile(new URL('../docs/PROMISES.md', import.meta.url), 'utf8')
  let names = ''
  for await (const file of glob(['server/**/*.test.ts', 'tests/**/*.test.ts'])) {
    names += await readFile(file, 'utf8')
  }
  const numbers = [...promises.matchAll(/^\*\*([PS]\d+) /gm)].map(([, number = '']) => number)
  assert.ok(numbers.length >= 19)
  for (const number of numbers) {
    assert.ok(names.includes(`[${number}]`), `no test is named [${number}]`)
    assert.ok(promises.includes(`npm run prove ${number}\``), number)
  }
})
