import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ENGINES } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'

const [sqlite] = ENGINES

describe('the pages that people see', () => {
  const server = useServer(sqlite!)
  let html = ''
  before(async () => {
    html = String((await server().get('/')).body)
  })

  test('[S4] the desk allows no inline script and no other host; styles need the nonce', async () => {
    const nonces = new Set<string>()
    const paths = ['/', '/setup', '/people', '/conversations/abc', '/history', '/history/abc']
    for (const path of paths) {
      const { status, headers, body } = await server().get(path)
      assert.equal(status, 200, path)
      assert.match(String(headers['content-type']), /^text\/html/)
      assert.equal(headers['cache-control'], 'no-cache')
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /default-src 'none'.*script-src 'self';/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.ok(!/unsafe|https?:|\*/.test(policy), policy)
      const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
      assert.ok(String(body).includes(`nonce="${nonce}"`), path)
      nonces.add(nonce)
      assert.ok(!/<script(?![^>]* src=)|<style|\son\w+=|https?:\/\//.test(String(body)), path)
    }
    assert.equal(nonces.size, paths.length, 'a nonce serves once')
  })

  test('files are found from every depth, kept for good, and sent packed', async () => {
    const [, script = ''] = /src="(desk\/assets\/[^"]+\.js)"/.exec(html) ?? []
    assert.notEqual(script, '', html)
    const deep = String((await server().get('/conversations/abc')).body)
    assert.ok(deep.includes(`src="../${script}"`))
    const packed = await server().request('GET', `/${script}`, {
      headers: { 'accept-encoding': 'br, gzip' },
    })
    assert.equal(packed.status, 200)
    assert.match(String(packed.headers['cache-control']), /immutable/)
    assert.equal(packed.headers['content-encoding'], 'br')
    assert.match(String(packed.headers['content-type']), /^text\/javascript/)
    const plain = await server().get(`/${script}`)
    assert.equal(plain.headers['content-encoding'], undefined)
  })

  test('an address that the desk does not know is no page of it', async () => {
    const paths = ['/nothing', '/people/more', '/desk', '/desk/assets/none.js', '/api/v1/nothing']
    for (const path of [...paths, '/desk/assets/..%2f..%2fpackage.json']) {
      const { status, headers } = await server().get(path)
      assert.equal(status, 404, path)
      assert.equal(headers['content-type'], 'application/json', path)
    }
  })

  test('[S4] the example page loads the widget with a policy as strict', async () => {
    const { status, headers, body } = await server().get('/preview')
    assert.equal(status, 200)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /frame-ancestors 'self'/)
    assert.ok(!/unsafe|https?:|\*/.test(policy), policy)
    for (const [, file] of String(body).matchAll(/(?:src|href)="(preview\/[^"]+)"/g)) {
      assert.equal((await server().get(`/${file}`)).status, 200, file)
    }
    const embed = await server().get('/preview/embed.js')
    assert.match(String(embed.body), /livechat\/rocketchat-livechat\.min\.js/)
  })
})
