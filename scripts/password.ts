import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ApiError } from '../server/contract/errors.ts'
import { resetPassword } from '../server/features/accounts/reset-operations.ts'
import { StoredSettings } from '../server/features/settings/store.ts'
import { newSecret } from '../server/lib/ids.ts'
import { openBeside } from '../server/storage/open.ts'
import { runCommand } from './command.ts'

const GENERATED_LENGTH = 20

await runCommand('npm run password -- USERNAME', async ({ subject: username }, config) => {
  const db = await openBeside(config.storage)
  try {
    const settings = new StoredSettings(config)
    await settings.load(db)
    const typed = await ask('New password (empty: make one up): ')
    const password = typed === '' ? newSecret().slice(0, GENERATED_LENGTH) : typed
    await resetPassword({ db, settings }, { username, password, now: Date.now() })
    const what = typed === '' ? `"${username}" has the password "${password}"` : 'Changed'
    return `${what}. All sessions of "${username}" have ended.`
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new Error(`the password policy refuses it: ${brokenRules(error)}`, { cause: error })
  } finally {
    await db.close()
  }
})

/** A line from the terminal, which does not show it, or from a pipe; empty at its end. */
async function ask(prompt: string): Promise<string> {
  const terminal = process.stdin.isTTY
  if (terminal) process.stderr.write(prompt)
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden, terminal })
  const answer = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(lines, 'close').then(() => ''),
  ])
  lines.close()
  if (terminal) process.stderr.write('\n')
  return answer
}

function brokenRules({ details }: ApiError): string {
  const rules = (details?.['rules'] ?? []) as string[]
  return rules.map((rule) => rule.replace('get-password-policy-', '')).join(', ')
}
