import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ENGINES } from '../../../tests/support/engines.ts'
import { changeSettings, expectOk, expectRefusal, admin } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const DOCUMENT = new URL('../../../docs/WEBHOOKS.md', import.meta.url)
const SECRET = 'the secret of both'
/** The receiver prints within this time, or it has failed. */
const PATIENCE_MS = 30_000

const server = useServer(ENGINES[0]!, {
  environment: { OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1' },
})

test('the receiver of the documentation works as it is printed', async () => {
  const code = /^```js\n([\s\S]*?)^```$/m.exec(await readFile(DOCUMENT, 'utf8'))?.[1] ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'foyer-receiver-'))
  await writeFile(join(folder, 'receiver.mjs'), code)
  const child = spawn(process.execPath, [join(folder, 'receiver.mjs')], {
    env: { SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const [line] = (await once(child.stdout, 'data', { signal })) as [Buffer]
    const port = /\d+/.exec(line.toString())?.[0]
    const login = await admin(server())
    const attempt = () => server().post('livechat/webhook.test', {}, login)
    await changeSettings(server(), {
      Livechat_webhookUrl: `http://127.0.0.1:${port}/`,
      Livechat_secret_token: SECRET,
    })
    const printed = once(child.stdout, 'data', { signal })
    expectOk(await attempt())
    assert.match(String((await printed)[0]), /^LivechatSession /)
    await changeSettings(server(), { Livechat_secret_token: 'another' })
    expectRefusal(await attempt(), 400, 'The receiver answered 401')
  } finally {
    child.kill()
    await rm(folder, { recursive: true })
  }
})
