import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isSettingId, SETTINGS, type SettingId } from './catalogue.ts'
import { SETTINGS_IN_USE } from './in-use.ts'

const SERVER = fileURLToPath(new URL('../..', import.meta.url))
const LISTS = /settings\/(?:catalogue|in-use)|permissions\/catalogue|\.test\.ts$/

test('the settings that screens show are those that the code reads', async () => {
  const read = new Set<SettingId>()
  for (const entry of await readdir(SERVER, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !path.endsWith('.ts') || LISTS.test(path)) continue
    for (const [, word = ''] of (await readFile(path, 'utf8')).matchAll(/'(\w+)'/g)) {
      if (isSettingId(word) && SETTINGS.get(word)?.hidden !== true) read.add(word)
    }
  }
  const missing = [...read].filter((id) => !SETTINGS_IN_USE.has(id))
  assert.deepEqual(missing, [], 'the code reads them: add them to in-use.ts')
  const idle = [...SETTINGS_IN_USE].filter((id) => !read.has(id))
  assert.deepEqual(idle, [], 'nothing reads them: take them out of in-use.ts')
})
