import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '@rocket.chat/message-parser'
import * as fc from 'fast-check'
import { processorTime } from '../../tests/support/processor-time.ts'
import { everydayTree } from './everyday-tree.ts'
import { parserOptions } from './tree-json.ts'

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const name = fc.stringMatching(/^[a-zA-ZäßéñЖ中]{1,6}[0-9]{0,2}$/)
const word = fc.oneof(
  name,
  fc.constantFrom('I', 'D', 'X', '8', 'www', 'http', 'localhost', "it's", 'a,b', '12', '100', '4'),
)
const emphasised = fc.array(name, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
const address = fc
  .tuple(
    fc.constantFrom('http://', 'https://'),
    fc.stringMatching(/^(?:[a-z0-9]{1,5}(?:-[a-z]{1,3})?\.){1,3}(?:com|org|de|io)$/),
    fc.stringMatching(/^(?:\/[A-Za-z0-9/_=&%?-]{0,12})?$/),
  )
  .map((parts) => parts.join(''))
const mark = fc.oneof(
  emphasised.map((text) => `*${text}*`),
  emphasised.map((text) => `_${text}_`),
  emphasised.map((text) => `~${text}~`),
  fc.stringMatching(/^:[a-z][a-z0-9_]{0,8}:$/),
  fc.constantFrom(':)', ':-)', ';)', ':D', ':(', ':smile:', ':+1:', ':8:'),
  address,
  fc.constantFrom('😀', '👍', '🎉', '👍🏽', '❤️', '👩‍👩‍👧', '🇩🇪', '☕', '1️⃣', '⌚'),
)
const token = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: word }, mark), fc.constantFrom('', '', '', ',', '!', '?'))
  .map((parts) => parts.join(''))
const line = fc
  .tuple(word, fc.array(token, { maxLength: 7 }), fc.constantFrom('', '', '.', '!', '?', '...'))
  .map(([first, tokens, end]) => [first, ...tokens].join(' ') + end)
const everyday = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'))

test('what people write gets the tree that the parser gives', () => {
  let built = 0
  fc.assert(
    fc.property(everyday, (text) => {
      const tree = everydayTree(text)
      if (tree === undefined) return
      built++
      assert.deepEqual(asJson(tree), asJson(parse(text, parserOptions)), text)
    }),
    { numRuns: 5000 },
  )
  assert.ok(built > 800, `${built} trees were built`)
})

test('any text gets that tree or none', () => {
  const odd = fc.array(
    fc.oneof(
      fc.constantFrom(...'a b:)*_~/.-!1\n(D8'.split('')),
      token,
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(odd, (pieces) => {
      const text = `a${pieces.join('')}`
      const tree = everydayTree(text)
      if (tree !== undefined) {
        assert.deepEqual(asJson(tree), asJson(parse(text, parserOptions)), text)
      }
    }),
    { numRuns: 5000 },
  )
})

test('hostile texts take no time', async () => {
  for (const piece of ['a ', 'a *b ', 'a-', 'a.', ' *a', 'http://a.', ':a', '_a ', '😀', "a'"]) {
    for (const start of ['a ', 'a *', 'a https://', 'a :', 'a _a']) {
      const text = (start + piece.repeat(5000)).slice(0, 5000)
      const took = await processorTime(() => everydayTree(text))
      assert.ok(took < 100, `${JSON.stringify(text.slice(0, 20))} took ${took} ms`)
    }
  }
})

test('only whole lines of it: anything else is left to the parser', () => {
  for (const text of ['*a*', 'a [b](c)', '- a *b*', 'a *b', 'a <b>', 'a\n\n*b*', '😀', 'a `b`']) {
    assert.equal(everydayTree(text), undefined, text)
  }
})
