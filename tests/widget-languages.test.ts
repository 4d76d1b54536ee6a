import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const APP = fileURLToPath(new URL('../widget/app', import.meta.url))
const WANTED = 'en de fr es pt-BR it nl pl tr uk sv cs ja zh-CN ar he'.split(' ')

type Catalogue = Record<string, string | Record<string, string>>

async function readLanguages(): Promise<Map<string, Catalogue>> {
  const names = await readdir(join(APP, 'languages'))
  const read = async (name: string): Promise<[string, Catalogue]> => [
    name.replace('.json', ''),
    JSON.parse(await readFile(join(APP, 'languages', name), 'utf8')) as Catalogue,
  ]
  return new Map(await Promise.all(names.map(read)))
}

const formsOf = (text: string | Record<string, string> | undefined): string[] =>
  typeof text === 'string' ? [text] : Object.values(text ?? {})

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{\w+\}/g)].map(([name]) => name))].sort()

test('the widget speaks every language that is promised, with the same texts in each', async () => {
  const languages = await readLanguages()
  assert.deepEqual([...languages.keys()].sort(), [...WANTED].sort())
  const english = languages.get('en') ?? {}
  for (const [language, texts] of languages) {
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(english).sort(), language)
    for (const [key, text] of Object.entries(texts)) {
      const original = english[key]
      assert.equal(typeof text, typeof original, `${language} ${key}`)
      const allowed = placeholders(formsOf(original).join(' '))
      for (const form of formsOf(text)) {
        assert.notEqual(form.trim(), '', `${language} ${key}`)
        // `one` and `two` may say the number in words.
        const named = placeholders(form).filter((name) => name !== '{count}')
        assert.deepEqual(
          named,
          allowed.filter((name) => name !== '{count}'),
          `${language} ${key}`,
        )
        assert.ok(!placeholders(form).some((name) => !allowed.includes(name)), `${language} ${key}`)
      }
    }
  }
})

test('every plural has exactly the forms of its language', async () => {
  for (const [language, texts] of await readLanguages()) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
    for (const [key, text] of Object.entries(texts)) {
      if (typeof text === 'string') continue
      assert.deepEqual(Object.keys(text).sort(), [...pluralCategories].sort(), `${language} ${key}`)
      assert.ok(text['other']?.includes('{'), `${language} ${key} says how many`)
    }
  }
})

test('every text of the widget is used', async () => {
  const names = await readdir(APP, { recursive: true })
  const sources = await Promise.all(
    names.filter((name) => /\.tsx?$/.test(name)).map((name) => readFile(join(APP, name), 'utf8')),
  )
  const code = sources.join('\n')
  const english = (await readLanguages()).get('en') ?? {}
  const unused = Object.keys(english).filter((key) => {
    // Some are put together from a state: `status.${status}`.
    const family = `\`${key.slice(0, key.indexOf('.') + 1)}$\{`
    return !code.includes(`'${key}'`) && !(key.includes('.') && code.includes(family))
  })
  assert.deepEqual(unused, [])
})
