import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'

const DESK = fileURLToPath(new URL('..', import.meta.url))
const CATALOGUES = { en, de, ar }

const gapsIn = (text: unknown): string[] =>
  [...(typeof text === 'string' ? text : '').matchAll(/\{\w+\}/g)].map(String).sort()

test('no text is unused; keys that are put together are counted by their beginning', async () => {
  let code = ''
  for (const entry of await readdir(DESK, { recursive: true, withFileTypes: true })) {
    const isCode = /\.tsx?$/.test(entry.name) && !entry.parentPath.endsWith('texts')
    if (entry.isFile() && isCode) code += await readFile(join(entry.parentPath, entry.name), 'utf8')
  }
  const begun = [...code.matchAll(/`([a-z]+\.)\$\{/gi)].map(([, start]) => start ?? '')
  const unused = Object.keys(en).filter(
    (key) => !code.includes(`'${key}'`) && !begun.some((start) => key.startsWith(start)),
  )
  assert.deepEqual(unused, [])
})

for (const [language, catalogue] of Object.entries(CATALOGUES)) {
  test(`every text of ${language} has the plural forms and the gaps that it needs`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort())
    for (const [key, english] of Object.entries(en)) {
      const text = catalogue[key as keyof typeof en]
      assert.equal(typeof text, typeof english, key)
      if (typeof text === 'object') {
        assert.deepEqual(Object.keys(text).sort(), [...forms].sort(), key)
        continue
      }
      assert.deepEqual(gapsIn(text), gapsIn(english), key)
      assert.notEqual(text.trim(), '', key)
    }
  })
}
