import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parse } from '@rocket.chat/message-parser'
import type { Root } from '@rocket.chat/message-parser'
import { isSafeLink, withSafeLinks } from './links.ts'
import { parserOptions } from './tree-json.ts'

const allowed = ['http:', 'https:', 'mailto:', 'tel:']

/** The sources of all links and images in a tree. */
function sourcesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const found = Object.values(node).flatMap(sourcesIn)
  if ('src' in node) found.push((node.src as { value: string }).value)
  return found
}

const mutated = (scheme: fc.Arbitrary<string>) =>
  fc
    .tuple(
      scheme,
      fc.array(
        fc.tuple(fc.nat(14), fc.constantFrom('\t', '\n', '\r', '\0', ' ', '\u00a0', '\u200b', '')),
        { maxLength: 2 },
      ),
      fc.boolean(),
    )
    .map(([name, insertions, upper]) => {
      const cased = upper ? name.toUpperCase() : name
      return insertions.reduce(
        (text, [at, piece]) => text.slice(0, at) + piece + text.slice(at),
        cased,
      )
    })

const source = fc
  .tuple(
    mutated(
      fc.constantFrom(
        ...'javascript vbscript data file blob ftp intent https http mailto tel a.com'.split(' '),
        '',
      ),
    ),
    fc.constantFrom(':', ':', ':/', '://', '&#58;', '%3a', '//', '\\\\', ''),
    fc.constantFrom('alert(1)', 'example.com', 'localhost', 'text/html,x', 'a@example.com', '80/x'),
  )
  .map((parts) => parts.join(''))

const isAllowed = (found: string) => {
  const url = URL.parse(found, 'https://widget.example/')
  return url === null || allowed.includes(url.protocol)
}

test('[S4] no tree leads anywhere but to http, https, mailto and tel', () => {
  const shapes = fc.constantFrom(
    ...'[a](S) [](S) ![a](S) ![](S) S <S|a> *[a](S)* ||[a](S)|| >[a](S) [*b*~[c](S)~](//a.b)'.split(
      ' ',
    ),
    '- [a](S)',
    '# ![a](S)',
    '|a|\n|-|\n|[a](S)|',
  )
  let unsafe = 0
  fc.assert(
    fc.property(shapes, source, (shape, src) => {
      const text = shape.replaceAll('S', () => src)
      const tree = parse(text, parserOptions)
      unsafe += sourcesIn(tree).filter((found) => !isAllowed(found)).length
      assert.deepEqual(
        sourcesIn(withSafeLinks(tree)).filter((found) => !isAllowed(found)),
        [],
      )
    }),
    { numRuns: 3000 },
  )
  assert.ok(unsafe > 100, 'the parser lets such links through')
})

test('[S4] a source that passes has an allowed scheme for a browser too', () => {
  fc.assert(
    fc.property(fc.oneof(source, fc.webUrl(), fc.string({ unit: 'binary' })), (src) => {
      if (isSafeLink(src)) assert.ok(isAllowed(src))
    }),
    { numRuns: 10_000 },
  )
  for (const src of ['//a.b', 'a.b/c:d', 'HTTPS://a.b', 'mailto:a@b.c', 'tel:49171', '?a:b'])
    assert.ok(isSafeLink(src), src)
})

test('a refused link is the text it was, a safe tree is unchanged', () => {
  const plain = (text: string): Root => [
    { type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: text }] },
  ]
  for (const text of [
    '[a *b*](javascript:x)',
    '![a](data:x)',
    '![](data:x)',
    'vbscript://localhost/x',
  ])
    assert.deepEqual(withSafeLinks(parse(text, parserOptions)), plain(text.replaceAll('*', '')))

  const safe = parse('[a](https://b.c) ![d](//e.fr) +4917112345 :) <t:1630360800:R>', parserOptions)
  assert.deepStrictEqual(withSafeLinks(safe), safe)
})
