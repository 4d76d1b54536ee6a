import assert from 'node:assert/strict'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { it, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { download } from '../../../tests/support/forms.ts'
import { changeSettings, seedAgent, setStatus } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { initialsPicture } from './avatar.ts'
import { frameAncestors } from './frame-ancestors.ts'
import { embeddable } from './operations.ts'

const LOADER = '/livechat/rocketchat-livechat.min.js'

forEachEngine((engine) => {
  const server = useServer(engine)
  const get = (path: string, headers: Record<string, string> = {}) =>
    download(server(), path, headers)

  it('answers the loader with the state of now baked in, in the visitor’s language', async () => {
    const away = await get(LOADER, { 'accept-language': 'de-AT' })
    assert.equal(away.status, 200)
    assert.match(String(away.headers['content-type']), /^text\/javascript/)
    assert.equal(away.headers['cache-control'], 'public, max-age=60')
    assert.match(String(away.headers['vary']), /accept-language/)
    assert.equal(away.headers['cross-origin-resource-policy'], 'cross-origin')
    const text = away.bytes.toString()
    assert.match(text, /"online":false/)
    assert.match(text, /Chat öffnen/)
    assert.ok(!text.includes('__FOYER_START__'))

    const agent = await seedAgent(server())
    await changeSettings(server(), { Livechat_title: 'Ask </script> us' })
    const present = await get(LOADER, { 'accept-language': 'ar' })
    assert.match(present.bytes.toString(), /"online":true/)
    assert.match(present.bytes.toString(), /فتح الدردشة/)
    assert.ok(!present.bytes.includes('</script>'), 'a title ends no script')
    await setStatus(server(), agent, 'offline')
  })

  it('sends what the browser reads best, and nothing twice', async () => {
    const plain = await get(LOADER)
    const packed = await get(LOADER, { 'accept-encoding': 'gzip, deflate, br' })
    assert.equal(packed.headers['content-encoding'], 'br')
    assert.ok(brotliDecompressSync(packed.bytes).equals(plain.bytes))
    const older = await get(LOADER, { 'accept-encoding': 'gzip, br;q=0' })
    assert.equal(older.headers['content-encoding'], 'gzip')
    assert.ok(gunzipSync(older.bytes).equals(plain.bytes))
    const again = await get(LOADER, { 'if-none-match': String(plain.headers['etag']) })
    assert.equal(again.status, 304)
    assert.equal(again.bytes.length, 0)
    await changeSettings(server(), { Livechat_title_color: '#123456' })
    const changed = await get(LOADER, { 'if-none-match': String(plain.headers['etag']) })
    assert.equal(changed.status, 200)
  })

  it('[S4] answers the chat under a strict policy, in frames of the listed sites only', async () => {
    const page = await get('/livechat', { 'accept-language': 'he' })
    assert.equal(page.status, 200)
    const html = page.bytes.toString()
    assert.match(html, /<html lang="he" dir="rtl">/)
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self'(?:;|$)/)
    assert.ok(!/unsafe|frame-ancestors/.test(policy), policy)
    assert.ok(!/<script(?![^>]*(?:src=|application\/json))/.test(html), 'no script stands inside')
    assert.equal(page.headers['x-frame-options'], undefined)

    await changeSettings(server(), {
      Livechat_AllowedDomainsList: 'https://shop.example, *.example.org, nonsense;script-src *',
    })
    const framed = await get('/livechat')
    assert.match(
      String(framed.headers['content-security-policy']),
      /; frame-ancestors 'self' https:\/\/shop\.example \*\.example\.org$/,
    )
    await changeSettings(server(), { Livechat_AllowedDomainsList: '' })

    for (const [, name] of html.matchAll(/"\.\/(livechat\/[^"]+)"/g)) {
      const part = await get(`/${name}`)
      assert.equal(part.status, 200, name)
      assert.match(String(part.headers['cache-control']), /immutable/)
      assert.equal(part.headers['cross-origin-resource-policy'], 'cross-origin')
    }
    assert.equal((await get('/livechat/')).headers['location'], '../livechat')
    for (const absent of ['nothing.js', '..%2findex.html', 'index.html', '%2e%2e%2f%2e%2e%2fx']) {
      assert.equal((await get(`/livechat/${absent}`)).status, 404, absent)
    }
  })

  it('has a sound, an icon, and pictures of initials', async () => {
    const sound = await get('/sounds/chime.mp3')
    assert.equal(sound.headers['content-type'], 'audio/mpeg')
    assert.ok(sound.bytes.length < 10_000)
    assert.equal((await get('/favicon.ico')).headers['content-type'], 'image/svg+xml')
    const picture = await get('/avatar/rosa.lind?size=40')
    assert.equal(picture.headers['content-type'], 'image/svg+xml')
    assert.match(picture.bytes.toString(), />RL<\/text>/)
    const hostile = await get(`/avatar/${encodeURIComponent('"><script>alert(1)</script>')}`)
    assert.ok(!hostile.bytes.includes('<script'))
    assert.match(String(hostile.headers['content-security-policy']), /default-src 'none'; sandbox/)
  })

  it('[S4] lets the chat load the style sheets that an administrator names, and nothing else', async () => {
    const bare = await get('/livechat')
    assert.match(bare.bytes.toString(), /"sheets":\[\]/)
    await changeSettings(server(), {
      Livechat_WidgetLayoutClasses:
        "https://shop.example/chat.css?v=2, javascript:alert(1), '; script-src *, https://u:p@x.example/",
      Livechat_AdditionalWidgetScripts: 'https://shop.example/chat.js',
    })
    const page = await get('/livechat')
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /; style-src 'self' https:\/\/shop\.example\/chat\.css$/)
    assert.match(policy, /; script-src 'self';/)
    const html = page.bytes.toString()
    assert.match(html, /"sheets":\["https:\/\/shop\.example\/chat\.css\?v=2"\]/)
    assert.ok(!html.includes('chat.js'))
    await changeSettings(server(), {
      Livechat_WidgetLayoutClasses: '',
      Livechat_AdditionalWidgetScripts: '',
    })
  })

  it('tells that a conversation began in the widget', async () => {
    await changeSettings(server(), { Livechat_accept_chats_with_no_agents: true })
    const sourceOf = async (referer: string): Promise<string> => {
      const token = `token-${Math.random()}`
      await server().post('livechat/visitor', { visitor: { token } })
      const headers = { referer, host: 'chat.example' }
      const answer = await server().request('GET', 'livechat/room', { query: { token }, headers })
      return answer.body.room.source.type
    }
    assert.equal(await sourceOf('https://chat.example/livechat'), 'widget')
    assert.equal(await sourceOf('https://chat.example/help/livechat'), 'widget')
    assert.equal(await sourceOf('https://elsewhere.example/livechat'), 'api')
    assert.equal(await sourceOf(''), 'api')
  })
})

test('sites that may show the chat are domains or origins; anything else counts for nothing', () => {
  assert.equal(frameAncestors(''), '')
  assert.equal(frameAncestors(' , '), '')
  assert.equal(frameAncestors('shop.example/'), "frame-ancestors 'self' shop.example")
  assert.equal(frameAncestors('http://a.b:8080'), "frame-ancestors 'self' http://a.b:8080")
  for (const odd of ["'none'", 'a b', 'a;b', 'javascript:x', 'data:', '*', 'a\nb', 'ftp://a.b']) {
    assert.equal(frameAncestors(odd), "frame-ancestors 'self'", odd)
  }
})

test('[S4] what is written into a page stays data', () => {
  const hostile = '</script><script>alert(1)</script>\u2028&amp;'
  const text = embeddable({ title: hostile })
  assert.ok(!/[<>&\u2028]/.test(text))
  assert.deepEqual(JSON.parse(text), { title: hostile })
  assert.ok(!initialsPicture('<a&b "c').includes('&'))
})
