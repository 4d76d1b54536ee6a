import { spawn } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'

// Runs the tests of the given promises, e.g. `npm run prove P2 S1`.
const wanted = process.argv.slice(2).map((number) => number.toUpperCase())
if (wanted.length === 0 || !wanted.every((number) => /^[PS]\d+$/.test(number))) {
  stopWith('Name promises of docs/PROMISES.md, for instance: npm run prove P2 S1')
}
const files = new Set<string>()
for (const number of wanted) {
  const found = await filesNaming(`[${number}]`)
  if (found.length === 0) stopWith(`No test bears the number ${number}.`)
  for (const file of found) files.add(file)
}
const tests = spawn(
  process.execPath,
  [
    '--test',
    '--test-concurrency=2',
    '--test-global-setup=tests/support/global-setup.ts',
    `--test-name-pattern=\\[(${wanted.join('|')})\\]`,
    ...files,
  ],
  { stdio: 'inherit' },
)
tests.on('exit', (code) => {
  process.exitCode = code ?? 1
})

async function filesNaming(text: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob([
    'server/**/*.test.ts',
    'client/**/*.test.ts',
    'tests/**/*.test.ts',
  ])) {
    if ((await readFile(file, 'utf8')).includes(text)) found.push(file)
  }
  return found
}

function stopWith(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
