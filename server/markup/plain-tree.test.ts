import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parse } from '@rocket.chat/message-parser'
import { hasMarkup, plainTree } from './plain-tree.ts'
import { parserOptions } from './tree-json.ts'

const edges =
  '8|0|3|12|127|49171|.|.|,|:|:|;|=|-|-|+|(|)|%|$|&|/|?|!|"|\'|^|{|}|*|_|@|#|~|<|>|`|[|]|\\|\r|' +
  'a|B|D|X|O|y|de|com|is|localhost|www|http|mailto|color:|t|p|P|b|L| | |  |\t|\n|\n\n|\u00a0|\u2028|' +
  '\0|\ud800|\udc00|\udb40|\ud840\udc00|\u200b|\u200d|\u200f|\u202e|\ufe0f|\u20e3|\u0301|' +
  'ä|ß|Þ|ª|你好|。|日本|م|€|…|–|→|•|😀|☀|©'

const text = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...edges.split('|')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2 }) },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
  .filter((joined) => joined !== '')

test('plain text has the tree that the parser gives', () => {
  const plain = text.filter((candidate) => !hasMarkup(candidate))
  fc.assert(
    fc.property(plain, (candidate) => {
      assert.deepStrictEqual(plainTree(candidate), parse(candidate, parserOptions))
    }),
    { numRuns: 10_000 },
  )
})

test('ordinary chat is plain', () => {
  for (const ordinary of [
    'Hello, how are you? My order no 12345 has not arrived, since Monday!',
    'It cost 12.50 at 10:30, on 12.03.2026. (Really?) "Yes"... ID: 5; fine',
    'Grüße, z. B. aus Köln – 50 % Rabatt: was heißt das?\nDanke & bis bald',
    'My son\u2019s well-known address is 5/7 Main St., and the price is $5 or €6.',
    '你好，我的订单还没有到。',
    '',
  ])
    assert.equal(hasMarkup(ordinary), false, ordinary)
})

test('everything the parser knows is sent to it', () => {
  const words =
    '*a* _a_ ~a~ `a` ||a|| >a #a --- -a @ana #general :smile: :) D: 8) B-) (y) <3 =D ;) 😀 ☀ © 1️⃣ ' +
    'example.com a@example.com https://localhost localhost. 1.2.3.4 +4917112345 [a](https://b.c) ' +
    '![](https://b.c) <t:1630360800:R> \\* 10:30:45'
  const blocks = ['- a', ' - a', '1. a', 'b\n- a', '```\na\n```', '|a|b|\n|-|-|', 'a\r\nb']
  for (const marked of [...words.split(' '), ...blocks])
    assert.equal(hasMarkup(marked), true, marked)
})

test('the plain tree of any text holds its lines and never throws', () => {
  assert.deepStrictEqual(plainTree(''), [])
  const any = fc.array(fc.oneof(fc.constantFrom('\n', ' ', '\t'), fc.string({ unit: 'binary' })))
  fc.assert(
    fc.property(any, (pieces) => {
      const lines = pieces.join('').split('\n')
      const tree = plainTree(pieces.join(''))
      assert.equal(tree.length, lines.length - (lines.at(-1) === '' ? 1 : 0))
      for (const [i, block] of tree.entries())
        if (block.type === 'PARAGRAPH')
          assert.deepEqual(block.value, [{ type: 'PLAIN_TEXT', value: lines[i] }])
        else assert.match(lines[i] ?? '?', /^[ \t]*$/)
    }),
  )
})
