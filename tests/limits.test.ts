import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ENGINES } from './support/engines.ts'
import { seedAgent } from './support/seed.ts'
import {
  useServer,
  type Answer,
  type RequestParts,
  type TestServer,
} from './support/test-server.ts'
import { until } from './support/until.ts'
import { ALONE, newVisitor, randomId, TestVisitor, type Api } from './support/visitor.ts'

const [sqlite] = ENGINES
const ON = { ...ALONE, OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true' }
const MINUTE_MS = 60_000
const BLOCKS = 10

/** The server as reached from one address, through the proxy in front of it. */
const from = (server: TestServer, address: string): Api => ({
  request: (method, path, parts: RequestParts = {}) =>
    server.request(method, path, {
      ...parts,
      headers: { 'x-forwarded-for': address, ...parts.headers },
    }),
})

const statusesOf = async (count: number, call: () => Promise<Answer>): Promise<number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < count; index++) statuses.push((await call()).status)
  return statuses
}

const passed = (statuses: readonly number[]): number =>
  statuses.filter((status) => status !== 429).length

function assertTooMany({ status, body, headers }: Answer, limit: number, now: number): number {
  assert.equal(status, 429)
  const seconds = Number(headers['retry-after'])
  assert.ok(seconds >= 1 && seconds <= 60)
  assert.deepEqual(body, {
    success: false,
    error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`,
    errorType: 'error-too-many-requests',
    details: { timeToReset: seconds * 1000, seconds },
  })
  assert.equal(Number(headers['x-ratelimit-limit']), limit)
  assert.equal(Number(headers['x-ratelimit-remaining']), 0)
  assert.ok(Number(headers['x-ratelimit-reset']) > now)
  return seconds
}

let address = 0
const newAddress = (): string => `203.0.113.${++address}`

describe('behind one trusted proxy', () => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(sqlite!, {
    environment: {
      ...ON,
      TRUSTED_PROXIES: '1',
      OVERWRITE_SETTING_Foyer_rate_user_per_minute: '30',
    },
    clock: { now: () => now },
  })

  test('[P12] an address has so many calls of a route a minute; others are not touched', async () => {
    const [noisy, quiet] = [from(server(), newAddress()), from(server(), newAddress())]
    const read = (api: Api) => api.request('GET', `livechat/visitor/${randomId()}`)
    const first = await read(noisy)
    assert.equal(Number(first.headers['x-ratelimit-limit']), 60)
    assert.equal(Number(first.headers['x-ratelimit-remaining']), 59)
    assert.equal(passed(await statusesOf(70, () => read(noisy))), 59)
    const seconds = assertTooMany(await read(noisy), 60, now)
    assert.equal((await read(quiet)).status, 400)
    assert.notEqual((await noisy.request('GET', 'settings.public')).status, 429)
    now += seconds * 1000
    assert.equal((await read(noisy)).status, 400)
    assert.equal((await read(noisy)).status, 429)
  })

  test('[S6] a visitor has a burst of messages, then one a second; his neighbour has his own', async () => {
    const api = from(server(), newAddress())
    const [ana, bob] = [await newVisitor(api), await newVisitor(api)]
    assert.equal(passed(await statusesOf(25, () => ana.send('again'))), 20)
    const seconds = assertTooMany(await ana.send('too much'), 20, now)
    assert.equal((await bob.send('hello')).status, 200)
    const _id = randomId()
    assert.equal((await ana.send('late', _id)).status, 429)
    now += seconds * 1000
    assert.equal((await ana.send('late', _id)).status, 200)
    assert.equal((await ana.texts()).filter((text) => text === 'late').length, 1)
    now += MINUTE_MS
    assert.equal(passed(await statusesOf(25, () => ana.edit(_id, randomId()))), 20)
  })

  test('[S6] registering is limited per token and per address', async () => {
    const ana = new TestVisitor(from(server(), newAddress()))
    assert.equal(passed(await statusesOf(8, () => ana.register())), 5)
    const elsewhere = new TestVisitor(from(server(), newAddress()), ana.token)
    assertTooMany(await elsewhere.register(), 5, now)
    const api = from(server(), newAddress())
    assert.equal(passed(await statusesOf(40, () => new TestVisitor(api).register())), 30)
  })

  test('[S6] agents behind one address are not each other’s victims, nor those of visitors', async () => {
    const [rosa, otto] = [await seedAgent(server()), await seedAgent(server())]
    const office = from(server(), newAddress())
    const me = (agent: typeof rosa) => office.request('GET', 'me', { headers: agent.headers })
    now += MINUTE_MS
    assert.equal(passed(await statusesOf(40, () => me(rosa))), 30)
    assertTooMany(await me(rosa), 30, now)
    assert.equal((await me(otto)).status, 200)
    await statusesOf(70, () => office.request('GET', 'settings.public'))
    assert.equal((await office.request('GET', 'settings.public')).status, 429)
    const signedIn = { headers: otto.headers }
    assert.equal((await office.request('GET', 'settings.public', signedIn)).status, 200)
  })
})

describe('without a trusted proxy', () => {
  const now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(sqlite!, {
    environment: ON,
    clock: { now: () => now },
  })

  test('[S6] whoever claims other addresses is still counted as one', async () => {
    const read = () => from(server(), newAddress()).request('GET', `livechat/visitor/${randomId()}`)
    assert.equal(passed(await statusesOf(70, read)), 60)
  })
})

describe('under load', () => {
  const server = useServer(sqlite!, {
    environment: { ...ON, OVERWRITE_SETTING_Foyer_overload_lag_ms: '250' },
  })

  test('[P12] a blocked event loop sheds calls with 503 and Retry-After, and recovers', async () => {
    const call = () => server().get('settings.oauth')
    const recovered = () => until('calls are taken', async () => (await call()).status === 200)
    await recovered()
    const blocked = new Int32Array(new SharedArrayBuffer(4))
    let answer = await call()
    // Blocked again where the machine itself took so long that the server has recovered.
    for (let attempt = 0; answer.status === 200 && attempt < BLOCKS; attempt++) {
      Atomics.wait(blocked, 0, 0, 700)
      await setImmediate()
      answer = await call()
    }
    assert.equal(answer.status, 503)
    assert.equal(answer.headers['retry-after'], '1')
    assert.equal(answer.body.success, false)
    assert.equal(answer.body.errorType, 'error-overloaded')
    for (const watched of ['/health', '/metrics', '/metrics?name=all', '/health?deep']) {
      Atomics.wait(blocked, 0, 0, 700)
      await setImmediate()
      assert.equal((await server().request('GET', watched)).status, 200, watched)
    }
    await recovered()
  })
})
