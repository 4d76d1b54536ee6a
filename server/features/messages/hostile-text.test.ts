import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { MARKUP_BOMBS } from '../../../tests/support/hostile.ts'
import { parserReady, useServer } from '../../../tests/support/test-server.ts'
import { ALONE, newVisitor } from '../../../tests/support/visitor.ts'

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt:alert(1))',
  '[click]( javascript:alert(1))',
  '[click](java\tscript:alert(1))',
  '[click](\u0001javascript:alert(1))',
  '![image](data:text/html;base64,PHNjcmlwdD4=)',
  '[click](vbscript:msgbox(1))',
  '[click](file:///etc/passwd)',
  'data:text/html,<script>alert(1)</script>',
  'javascript://example.com/%0aalert(1)',
  '<javascript:alert(1)|click>',
  '<data:text/html,a|click>',
  '[a](https://example.com) [b](javascript:alert(1)) [c](mailto:a@example.com)',
  'tel:+4930123 ftp://example.com blob:https://example.com/x',
  '&lt;b&gt; "quotes" \'single\' & ampersand',
  '\u202Egnp.exe\u2066',
]
const ALLOWED = /^(?:https?:|mailto:|tel:|\/\/|[^:]*$|[^:]*[/?#])/i

/** Addresses of every link and image of a tree. */
function addressesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(addressesIn)
  if (typeof node !== 'object' || node === null) return []
  const { src } = node as { src?: { value?: unknown } }
  const own = typeof src?.value === 'string' ? [src.value] : []
  return [...own, ...Object.values(node).flatMap(addressesIn)]
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('[S4] hostile text is stored as it came and leaves as a link only with a safe scheme', async () => {
    const ana = await newVisitor(server())
    await parserReady(server())
    let links = 0
    for (const text of HOSTILE) {
      const sent = await ana.say(text)
      assert.equal(sent.msg, text)
      const [stored] = await ana.messages({ limit: '1' })
      assert.equal(stored?.msg, text)
      assert.deepEqual(stored?.md, sent.md)
      const addresses = addressesIn(sent.md)
      for (const address of addresses) assert.match(address, ALLOWED, text)
      links += addresses.length
      const urls = (sent as unknown as { urls: { url: string }[] }).urls
      for (const { url } of urls) assert.match(url, /^https?:/)
    }
    assert.ok(links >= 2, 'what is safe does become a link')
    assert.deepEqual(await ana.texts(), HOSTILE)
  })

  test('[S4] names are told as they came, and never as markup', async () => {
    const ana = await newVisitor(server())
    const name = '<b onclick="x()">*Ana*</b>\u202E'
    await ana.register({ name })
    const sent = await ana.say('hello')
    assert.deepEqual([sent.u.name, (await ana.room()).fname], [name, name])
  })

  test('[S4] texts that take the parser seconds are stored at once, with a plain tree', async () => {
    const ana = await newVisitor(server())
    const answers = await Promise.all(MARKUP_BOMBS.map((text) => ana.send(text)))
    for (const { status, body } of answers) {
      assert.equal(status, 200, JSON.stringify(body).slice(0, 200))
      assert.ok(Array.isArray(body.message.md))
    }
    assert.deepEqual(new Set(await ana.texts()), new Set(MARKUP_BOMBS))
  })

  test('[S3] U+0000 is refused, half a surrogate pair is made whole', async () => {
    const ana = await newVisitor(server())
    const nul = await ana.send('a\u0000b')
    assert.equal(nul.status, 400)
    assert.match(nul.body.error, /U\+0000/)
    assert.equal((await ana.say('half \uD800 pair')).msg, 'half \uFFFD pair')
    assert.deepEqual(await ana.texts(), ['half \uFFFD pair'])
  })
})
