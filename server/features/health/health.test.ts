import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from 'pg'
import { ENGINES, forEachEngine } from '../../../tests/support/engines.ts'
import { withoutTables } from '../../../tests/support/lost-tables.ts'
import { useServer, type TestServer } from '../../../tests/support/test-server.ts'
import { until } from '../../../tests/support/until.ts'
import { newVisitor, ALONE } from '../../../tests/support/visitor.ts'
import { isPrivate } from './access.ts'

const PUBLIC = '203.0.113.7'

interface Sender {
  from?: string
  headers?: Record<string, string>
}

const ask = (server: TestServer, url: string, { from = '127.0.0.1', headers = {} }: Sender = {}) =>
  server.app.http.inject({ method: 'GET', url, remoteAddress: from, headers })

const seesDetails = async (server: TestServer, sender: Sender): Promise<boolean> => {
  const health = await ask(server, '/health', sender)
  const metrics = await ask(server, '/metrics', sender)
  assert.equal(health.statusCode, 200)
  assert.equal(health.json().status, 'ok')
  assert.equal('version' in health.json(), metrics.statusCode === 200, 'one rule for both')
  return metrics.statusCode === 200
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('health tells anyone whether the server works, and the operator more', async () => {
    const anyone = await ask(server(), '/health', { from: PUBLIC })
    assert.equal(anyone.headers['content-type'], 'application/json')
    assert.deepEqual(anyone.json(), { status: 'ok' })
    await newVisitor(server())
    const { status, version, ...details } = (await ask(server(), '/health')).json()
    assert.equal(status, 'ok')
    assert.match(version, /^\d+\.\d+\.\d+$/)
    assert.equal(details.engine, engine.name)
    assert.equal(details.queueLength, 1)
    assert.ok(details.commits.count > 0)
    assert.ok(details.commits.operations >= details.commits.count)
    for (const figure of ['uptimeSeconds', 'loopLagMs', 'memoryMb']) {
      assert.equal(typeof details[figure], 'number', figure)
    }
  })

  test('metrics name route templates, never what a client sent', async () => {
    const visitor = await newVisitor(server())
    const message = await visitor.say('a secret text')
    await visitor.read(message._id)
    const answer = await ask(server(), '/metrics')
    assert.match(String(answer.headers['content-type']), /^text\/plain; version=/)
    const text = answer.body
    assert.match(text, /route="\/api\/v1\/livechat\/message\/:_id"/)
    assert.match(text, /^foyer_queue_length \d+$/m)
    assert.match(text, /^foyer_messages_total\{author="visitor"\} [1-9]/m)
    for (const secret of [visitor.token, visitor.rid, message._id, 'secret text']) {
      assert.ok(!text.includes(secret))
    }
  })

  test('a database that refuses is told, and hides no other figure', async () => {
    await withoutTables(server(), ['role', 'room'], async () => {
      const answer = await ask(server(), '/health', { from: PUBLIC })
      assert.equal(answer.statusCode, 503)
      assert.deepEqual(answer.json(), { status: 'unavailable' })
      const details = (await ask(server(), '/health')).json()
      assert.equal(details.status, 'unavailable')
      assert.equal(details.queueLength, null)
      const metrics = await ask(server(), '/metrics')
      assert.equal(metrics.statusCode, 200)
      assert.match(metrics.body, /^foyer_queue_length Nan$/im)
      assert.match(metrics.body, /^foyer_messages_total/m)
    })
    assert.equal((await ask(server(), '/health')).statusCode, 200)
  })
})

describe('postgres that hangs', () => {
  const engine = ENGINES.find(({ name }) => name === 'postgres') ?? assert.fail()
  const server = useServer(engine, { environment: ALONE })

  test('it is told in time, and questions at the same moment share one look', async () => {
    const { storage } = server().app.ctx.config
    assert.ok(storage.kind === 'postgres')
    const holder = new Client({
      connectionString: storage.url,
      options: `-c search_path=${storage.schema}`,
    })
    await holder.connect()
    try {
      await holder.query('begin; lock table "role" in access exclusive mode')
      const answers = [1, 2, 3].map(() => ask(server(), '/health', { from: PUBLIC }))
      const hung = await Promise.all(answers)
      assert.deepEqual(
        hung.map(({ statusCode }) => statusCode),
        [503, 503, 503],
      )
      const { rows } = await holder.query<{ looks: string }>(
        `select count(*) as looks from pg_locks
          where not granted and relation = 'role'::regclass`,
      )
      assert.equal(Number(rows[0]?.looks), 1)
    } finally {
      await holder.end()
    }
    await until('it is well again', async () => {
      return (await ask(server(), '/health')).statusCode === 200
    })
  })
})

const [sqlite] = ENGINES
assert.ok(sqlite)

test('private addresses are loopback, private and link-local ones', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.1',
    '192.168.0.9',
    '169.254.1.1',
    '::1',
    'fd12::1',
    'fe80::1',
    '::ffff:10.0.0.1',
  ]) {
    assert.ok(isPrivate(address), address)
  }
  for (const address of [PUBLIC, '172.32.0.1', '2001:db8::1', '::ffff:8.8.8.8', 'localhost', '']) {
    assert.ok(!isPrivate(address), address)
  }
})

describe('without trusted proxies', () => {
  const server = useServer(sqlite)

  test('[S6] nobody who was forwarded looks private, and a forged header helps nobody', async () => {
    assert.ok(await seesDetails(server(), {}))
    assert.ok(await seesDetails(server(), { from: '192.168.1.20' }))
    assert.ok(await seesDetails(server(), { from: '::ffff:10.0.0.1' }))
    assert.ok(!(await seesDetails(server(), { from: PUBLIC })))
    for (const headers of [
      { 'x-forwarded-for': PUBLIC },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-for': '' },
      { forwarded: 'for=192.0.2.60' },
      { 'x-real-ip': '10.0.0.1' },
      { 'x-forwarded-host': 'chat.example.com' },
      { via: '1.1 proxy' },
    ]) {
      assert.ok(!(await seesDetails(server(), { headers })), JSON.stringify(headers))
      assert.ok(!(await seesDetails(server(), { from: PUBLIC, headers })), JSON.stringify(headers))
    }
  })

  test('a token that is not configured is none', async () => {
    const headers = { authorization: 'Bearer undefined' }
    assert.ok(!(await seesDetails(server(), { from: PUBLIC, headers })))
    const refused = await ask(server(), '/metrics', { from: PUBLIC })
    assert.equal(refused.statusCode, 403)
    assert.match(refused.body, /METRICS_TOKEN/)
  })
})

describe('behind a trusted proxy', () => {
  const environment = { TRUSTED_PROXIES: '10.0.0.1', METRICS_TOKEN: 'a scraper of mine' }
  const server = useServer(sqlite, { environment })

  test('[S6] the address that the proxy names decides', async () => {
    const through = (forwardedFor: string, from = '10.0.0.1') =>
      seesDetails(server(), { from, headers: { 'x-forwarded-for': forwardedFor } })
    assert.ok(await through('192.168.1.20'))
    assert.ok(await seesDetails(server(), { from: '10.0.0.1' }))
    assert.ok(!(await through(PUBLIC)))
    assert.ok(!(await through(`127.0.0.1, ${PUBLIC}`)), 'what the client claims is no address')
    assert.ok(!(await through('127.0.0.1, 192.168.1.20')), 'a private proxy nobody trusts')
    assert.ok(!(await through('127.0.0.1', '10.0.0.2')), 'not the proxy')
  })

  test('the token opens from anywhere', async () => {
    const bearing = (token: string) =>
      seesDetails(server(), { from: PUBLIC, headers: { authorization: `Bearer ${token}` } })
    assert.ok(await bearing('a scraper of mine'))
    assert.ok(!(await bearing('a scraper of min')))
    assert.ok(!(await bearing('undefined')))
    const refused = await ask(server(), '/metrics', { from: PUBLIC })
    assert.equal(refused.statusCode, 401)
    assert.equal(refused.headers['www-authenticate'], 'Bearer')
  })
})
