import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { en } from './languages/en.ts'
import { directionOf, knownLanguage, languageFor, TEXTS, textOf } from './texts.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const SERVER = dirname(HERE)
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].flat().sort()

test('every language has every text, with the same places to fill in', async () => {
  const files = (await readdir(join(HERE, 'languages'))).map((name) => name.replace('.ts', ''))
  assert.deepEqual(Object.keys(TEXTS).sort(), files.sort(), 'every file is in the catalogue')
  for (const [language, texts] of Object.entries(TEXTS)) {
    assert.deepEqual(Object.keys(texts), Object.keys(en), language)
    for (const [key, text] of Object.entries(texts)) {
      assert.notEqual(text.trim(), '', `${language} ${key}`)
      assert.deepEqual(
        placeholders(text),
        placeholders(en[key as keyof typeof en]),
        `${language} ${key}`,
      )
    }
  }
})

test('every text is used', async () => {
  const names = await readdir(SERVER, { recursive: true })
  const sources = await Promise.all(
    names
      .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^texts/.test(name))
      .map((name) => readFile(join(SERVER, name), 'utf8')),
  )
  const code = sources.join('\n')
  const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`))
  assert.deepEqual(unused, [])
})

test('the language is the first that the visitor reads and the server speaks', () => {
  assert.equal(knownLanguage('de-AT,de;q=0.9,en;q=0.8'), 'de')
  assert.equal(knownLanguage('xx, fr;q=0.3, he;q=0.7'), 'he')
  assert.equal(knownLanguage('PT'), 'pt-BR')
  assert.equal(knownLanguage('zh-Hans-SG'), 'zh-CN')
  assert.equal(knownLanguage('en;q=0, sv;q=0.1'), 'sv')
  for (const odd of ['', '*', ';q=1', 'de;q=x', null, undefined, 'constructor', '__proto__']) {
    assert.equal(knownLanguage(odd), undefined, String(odd))
  }
  assert.equal(languageFor('xx', 'nl'), 'nl')
  assert.equal(languageFor(undefined, ''), 'en')
})

test('texts are filled in once, and written their own way', () => {
  assert.equal(
    textOf('de', 'offline.subject', { name: '{name} $& $1' }),
    'Nachricht von {name} $& $1',
  )
  assert.equal(directionOf('ar'), 'rtl')
  assert.equal(directionOf('ja'), 'ltr')
})
