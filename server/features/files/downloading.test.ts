import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { download, PNG } from '../../../tests/support/forms.ts'
import { admin, seedAgent, seedManager, seedRoom, seedUser } from '../../../tests/support/seed.ts'
import { seedServedRoom } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer, type Login } from '../../../tests/support/test-server.ts'
import { asVisitor, linkOf, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE, type TestVisitor } from '../../../tests/support/visitor.ts'

const cookies = (values: Record<string, string>): Record<string, string> => ({
  cookie: Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('; '),
})
const query = (values: Record<string, string>): string =>
  `?${new URLSearchParams(values).toString()}`
const widget = (visitor: TestVisitor, rid = visitor.rid) => ({
  rc_room_type: 'l',
  rc_rid: rid,
  rc_token: visitor.token,
})
const desk = ({ userId, headers }: Login) => ({
  rc_uid: userId,
  rc_token: headers['x-auth-token'] ?? '',
})

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })
  const get = (url: string, headers: Record<string, string> = {}) =>
    download(server(), url, headers)

  test('the visitor and who may read the conversation get the file, by every way to say so', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const link = linkOf(await uploaded(server(), visitor, { bytes: PNG, name: 'a.png' }))
    const ways: [string, Record<string, string>][] = [
      [link, asVisitor(visitor)],
      [link, cookies(widget(visitor))],
      [link + query(widget(visitor)), {}],
      [link, agent.headers],
      [link, cookies(desk(agent))],
      [link + query(desk(agent)), {}],
      [link, (await seedManager(server())).headers],
      [link, (await admin(server())).headers],
      // A browser in which both the widget and the desk have been open.
      [link + query(widget(visitor)), cookies({ ...desk(agent), rc_token: 'outdated' })],
    ]
    for (const [url, headers] of ways) {
      const answer = await get(url, headers)
      assert.equal(answer.status, 200, url)
      assert.ok(answer.bytes.equals(PNG))
    }
  })

  test('[S1] [S5] a foreign file and an absent one are answered alike', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const other = await seedServedRoom(server(), 'Bob')
    const link = linkOf(await uploaded(server(), visitor, { bytes: PNG, name: 'a.png' }))
    await uploaded(server(), other.visitor, { bytes: PNG, name: 'a.png' })
    const absent = '/file-upload/0VbcBZAfTcNbNEnYFUQ/a.png'
    const alike = async (suffix: string, headers: Record<string, string>, status: number) => {
      const foreign = await get(link + suffix, headers)
      const missing = await get(absent + suffix, headers)
      assert.equal(foreign.status, status, `${suffix} ${JSON.stringify(headers)}`)
      assert.deepEqual([missing.status, missing.bytes], [foreign.status, foreign.bytes])
      assert.ok(!foreign.bytes.includes(PNG.subarray(0, 8)))
    }
    await alike('', {}, 403)
    await alike('', asVisitor({ token: 'nobody-has-this' }), 403)
    await alike('', cookies({ rc_room_type: 'l', rc_rid: rid, rc_token: 'nobody' }), 403)
    await alike(query({ rc_uid: agent.userId, rc_token: 'wrong' }), {}, 403)
    await alike(query({ rc_uid: agent.userId, rc_token: visitor.token }), {}, 403)
    await alike(query({ ...widget(visitor), rc_room_type: 'c' }), {}, 403)
    await alike('', asVisitor(other.visitor), 404)
    await alike('', cookies(widget(other.visitor)), 404)
    await alike('', cookies(widget(other.visitor, rid)), 404)
    await alike(query(widget(visitor, other.rid)), {}, 404)
    await alike('', other.agent.headers, 404)
    await alike('', (await seedUser(server(), ['user'])).headers, 404)
    await alike('', (await seedAgent(server())).headers, 404)
    assert.equal((await get(link, asVisitor(visitor))).status, 200)
  })

  test('[S3] credentials of other types than text are refused or are none', async () => {
    const visitor = await seedRoom(server())
    const link = linkOf(await uploaded(server(), visitor, { bytes: PNG }))
    const forms = [
      '?rc_token[$ne]=x&rc_rid=y&rc_room_type=l',
      '?rc_uid[]=a&rc_token=b',
      '?rc_token=a&rc_token=b',
    ]
    for (const form of forms) assert.ok([400, 403].includes((await get(link + form)).status), form)
    const oddIds = [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      'a%00b',
      "x'--",
      '%F0%9F%98%80',
      'a'.repeat(400),
    ]
    for (const id of oddIds) {
      const { status } = await get(`/file-upload/${id}/a`, asVisitor(visitor))
      assert.ok([400, 404].includes(status), `${id}: ${status}`)
    }
  })

  test('ranges: parts, ends, the whole, and what is not there', async () => {
    const visitor = await seedRoom(server())
    const bytes = randomBytes(2_500_000)
    bytes.set([0, 1, 2, 255])
    const link = linkOf(await uploaded(server(), visitor, { bytes }))
    const size = bytes.length
    const ranged = (range: string, more: Record<string, string> = {}) =>
      get(link, { ...asVisitor(visitor), range, ...more })
    const parts: [string, number, number][] = [
      ['bytes=0-0', 0, 0],
      ['bytes=10-1999999', 10, 1_999_999],
      ['bytes=1048570-1048590', 1_048_570, 1_048_590],
      ['bytes=2400000-', 2_400_000, size - 1],
      ['bytes=-5', size - 5, size - 1],
      ['bytes=5-99999999', 5, size - 1],
    ]
    for (const [range, start, end] of parts) {
      const answer = await ranged(range)
      assert.equal(answer.status, 206, range)
      assert.equal(answer.headers['content-range'], `bytes ${start}-${end}/${size}`)
      assert.equal(answer.headers['content-length'], String(end - start + 1))
      assert.ok(answer.bytes.equals(bytes.subarray(start, end + 1)), range)
    }
    for (const range of [`bytes=${size}-`, 'bytes=99999999-999999999']) {
      const answer = await ranged(range)
      assert.equal(answer.status, 416)
      assert.equal(answer.headers['content-range'], `bytes */${size}`)
      assert.equal(answer.bytes.length, 0)
    }
    for (const range of ['bytes=0-1,3-4', 'bytes=5-2x', 'lines=1-2', 'bytes=', 'bytes=--1']) {
      const answer = await ranged(range)
      assert.equal(answer.status, 200, range)
      assert.equal(answer.bytes.length, size)
    }
    const { etag } = (await get(link, asVisitor(visitor))).headers
    assert.equal((await ranged('bytes=0-9', { 'if-range': String(etag) })).status, 206)
    assert.equal((await ranged('bytes=0-9', { 'if-range': '"another"' })).status, 200)
  })

  test('[S5] headers: kept private, never a page, known by its tag', async () => {
    const visitor = await seedRoom(server())
    const link = linkOf(await uploaded(server(), visitor, { bytes: PNG, name: 'ñ x.png' }))
    const own = asVisitor(visitor)
    const { headers } = await get(link, own)
    assert.match(String(headers['cache-control']), /^private\b/)
    assert.match(String(headers['vary']), /Cookie/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
    assert.equal(headers['x-frame-options'], undefined)
    assert.match(String(headers['content-security-policy']), /^sandbox; default-src 'none';/)
    assert.doesNotMatch(String(headers['content-security-policy']), /allow-|script/)
    assert.equal(
      headers['content-disposition'],
      `inline; filename="? x.png"; filename*=UTF-8''%C3%B1%20x.png`,
    )
    const forced = await get(`${link}?download`, own)
    assert.match(String(forced.headers['content-disposition']), /^attachment;/)
    const known = await get(link, { ...own, 'if-none-match': String(headers['etag']) })
    assert.deepEqual([known.status, known.bytes.length], [304, 0])
    const head = await server().app.http.inject({ method: 'HEAD', url: link, headers: own })
    assert.equal(head.statusCode, 200)
    assert.equal(head.headers['content-length'], String(PNG.length))
    assert.equal(head.rawPayload.length, 0)
  })

  test('files are open to who has the link only when the administrator says so', async () => {
    const visitor = await seedRoom(server())
    const link = linkOf(await uploaded(server(), visitor, { bytes: PNG }))
    assert.equal((await get(link)).status, 403)
    await withSettings(server(), { FileUpload_ProtectFiles: false }, async () => {
      assert.equal((await get(link)).status, 200)
      assert.equal((await get('/file-upload/0VbcBZAfTcNbNEnYFUQ/a.png')).status, 404)
    })
    assert.equal((await get(link)).status, 403)
  })
})
