import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { processorTime } from '../../tests/support/processor-time.ts'
import { messageLinks, urlsIn } from './urls.ts'

const urls = (text: string) => urlsIn(text).map(({ url }) => url)

test('it finds the addresses and not what surrounds them', () => {
  const text = 'See https://a.b/c?d=e#f, (http://g.h/i_(j)), *HTTPS://K.L* and [m](https://n.o).'
  const found = ['https://a.b/c?d=e#f', 'http://g.h/i_(j)', 'HTTPS://K.L', 'https://n.o']
  assert.deepEqual(urls(text), found)
  assert.deepEqual(urls('https://a.b https://a.b'), ['https://a.b'])
  assert.deepEqual(urls('ftp://a.b javascript:x example.com http:// https://:80 mailto:a@b.c'), [])
  assert.equal(urls(Array.from({ length: 50 }, (_, i) => `https://a.b/${i}`).join(' ')).length, 20)
})

const base = 'https://chat.example:8443/help/'

test('it finds the quoted messages of this server only', () => {
  const text = [
    `${base}live/R1?msg=M1 (${base}live/R2/info?x=y&msg=M2) ${base}live/R1?msg=M1`,
    `${base}omnichannel-directory/R3?msg=M3 ${base}live/R1?msg= ${base}live/R1`,
    'https://chat.example:8443/helpless/live/R4?msg=M4 https://chat.example/help/live/R5?msg=M5',
    'https://chat.example:8443@evil.example/help/live/R6?msg=M6',
  ].join(' ')
  const found = [
    { roomId: 'R1', messageId: 'M1' },
    { roomId: 'R2', messageId: 'M2' },
    { messageId: 'M3' },
  ]
  assert.deepStrictEqual(messageLinks(text, base), found)
  assert.deepStrictEqual(messageLinks(text, base.slice(0, -1)), found)
  assert.deepEqual(messageLinks(text, 'no address'), [])
  const many = Array.from({ length: 20 }, (_, i) => `${base}live/R?msg=M${i}`).join(' ')
  assert.equal(messageLinks(many, base).length, 5)
})

test('no text is slow or makes them throw', async () => {
  const hostile = [
    'http://',
    'https://(',
    'https://a.b',
    ')',
    '((',
    'http',
    'https://a.b?msg=',
    '.',
    '\ud800',
    '\0',
    base,
  ]
  for (const piece of hostile) {
    const text = `https://a${piece.repeat(50_000 / piece.length)}`
    const took = await processorTime(() => {
      urlsIn(text)
      messageLinks(text, base)
    })
    assert.ok(took < 100, `${JSON.stringify(piece)} took ${took} ms`)
  }
  const any = fc.array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })))
  fc.assert(
    fc.property(any, (pieces) => {
      for (const url of urls(pieces.join(''))) assert.match(new URL(url).protocol, /^https?:$/)
      messageLinks(pieces.join(''), base)
    }),
  )
})
