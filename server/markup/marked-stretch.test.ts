import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parse } from '@rocket.chat/message-parser'
import { markedStretch } from './marked-stretch.ts'
import { parserOptions, parseText } from './tree-json.ts'

const pieces =
  'Hello|there,|order|it\u2019s|über|was?|soon!|12|4th|D|X|B|www|http|localhost|y|*a*|*b|c*|_d_|~e~|`f`|`|' +
  '||g||,|:smile:|:)|;)|D:|8)|(y)|<3|=D|😀|☀|1️⃣|example.com|a@example.com|https://b.example/c?d=e,f|' +
  '[x](https://b.c)|[x|y](z)|![](https://b.c)|<https://a.b|c>|@ana|#general|#|>|-|1.|12.50|10:30|' +
  '+4917112345|<t:1630360800:R>|\\*|**|__|||*|_|~|:|.|...|(|)|[|]|(see|this)|example|com'

const plainWord = fc.constantFrom(
  ...'Hello|there,|order|it\u2019s|über|was?|soon!|D|X|B|www|http|localhost|y|plain|words'.split(
    '|',
  ),
)
const words = (word: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(word, { minLength, maxLength }).map((list) => list.join(' '))

const line = fc
  .tuple(
    words(plainWord, 1, 4),
    words(fc.constantFrom(...pieces.split('|').filter((piece) => piece !== '')), 1, 4),
    words(plainWord, 1, 4),
    fc.constantFrom('', '.', '!'),
  )
  .map(([head, middle, tail, end]) => `${head} ${middle} ${tail}${end}`)

test('the stretch and its plain words are together what the parser gives for the whole', () => {
  let parted = 0
  fc.assert(
    fc.property(line, (text) => {
      if (markedStretch(text) !== undefined) parted++
      assert.deepStrictEqual(parseText(text), parse(text, parserOptions), text)
    }),
    { numRuns: 3000 },
  )
  assert.ok(parted > 1000, `${parted} texts were parted`)
})

test('ordinary marked chat is parted around its markup', () => {
  assert.deepStrictEqual(
    markedStretch('Hello there, please answer *today* because I need it soon.'),
    {
      head: 'Hello there, please answer ',
      marked: '*today*',
      tail: ' because I need it soon.',
    },
  )
})

test('several lines and lines that begin with no letter go to the parser whole', () => {
  for (const text of [
    'Hello there my *friend*\nsecond line',
    '> quoted words and *more* of them',
  ]) {
    assert.equal(markedStretch(text), undefined)
  }
})
