import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, test } from 'node:test'
import { createApp } from '../../server/app.ts'
import { StandingClock } from '../../tests/support/clock.ts'
import { DdpClient, portOf } from '../../tests/support/ddp-client.ts'
import { ENGINES } from '../../tests/support/engines.ts'
import { seedAgent, seedRoom } from '../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../tests/support/served-room.ts'
import { SocketRoom } from '../../tests/support/socket-room.ts'
import { ADMIN, TestServer, testConfig, useServer } from '../../tests/support/test-server.ts'
import { until } from '../../tests/support/until.ts'
import { ALONE } from '../../tests/support/visitor.ts'

const [sqlite] = ENGINES
assert.ok(sqlite)
const PASSWORD = 'a long enough password'

/** The figures of the sockets as the metrics tell them. */
async function figures(server: TestServer): Promise<Record<string, number>> {
  const text = await server.app.ctx.metrics.text()
  return Object.fromEntries(
    [...text.matchAll(/^(foyer_socket\w+) (\d+)/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]),
  )
}

describe('sockets that are slow, silent or too many', () => {
  const clock = new StandingClock()
  const server = useServer(sqlite, { environment: ALONE, clock })

  test('sockets are counted', async () => {
    const counted = async (name: string): Promise<number> => (await figures(server()))[name] ?? 0
    const open = (count: number) =>
      until(`${count} are open`, async () => (await counted('foyer_sockets')) === count)
    // Those of other tests may not be gone at the server yet.
    await open(0)
    const before = await counted('foyer_socket_frames_total')
    const client = await DdpClient.connect(server())
    assert.equal(await counted('foyer_sockets'), 1)
    assert.ok((await counted('foyer_socket_frames_total')) > before)
    await client.close()
    await open(0)
  })

  test('[P12] a slow socket loses typing first, then is closed, and comes back for the rest', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const agents = await DdpClient.signedIn(server(), agent)
    const slow = await DdpClient.connect(server())
    await slow.follow(visitor, 'room-messages', rid, 0)
    await slow.follow(visitor, 'notify-room', `${rid}/typing`)
    await slow.next(({ fields }) => fields?.upToDate === true)
    slow.socket.pause()
    const before = await figures(server())
    const text = 'x'.repeat(5000)
    let said = 0
    let now = before
    while (now['foyer_sockets_slow_total'] === before['foyer_sockets_slow_total']) {
      assert.ok(said < 10_000, 'the socket is closed long before this')
      // Fewer bytes than lie between the two limits, or both would be passed at once.
      await Promise.all(Array.from({ length: 20 }, () => visitor.say(text)))
      said += 20
      await server().app.realtime.settled()
      await agents.call('stream-notify-room', `${rid}/typing`, '', true)
      await server().app.realtime.settled()
      now = await figures(server())
    }
    assert.ok((now['foyer_socket_frames_shed_total'] ?? 0) > 0, 'typing was shed')
    slow.socket.resume()
    await slow.closed
    const room = new SocketRoom()
    await room.connect(server(), visitor)
    await sayAs(server(), agent, rid, 'still here')
    await room.close(server())
    const texts = room.inOrder.filter(({ t }) => t === undefined)
    assert.equal(texts.length, said + 1, 'nothing is lost')
    await agents.close()
  })

  test('a silent client is asked, and given up when it does not answer', async () => {
    const silent = await DdpClient.connect(server())
    const alive = await DdpClient.connect(server())
    const { realtime } = server().app
    clock.advance(15_000)
    realtime.beat()
    await alive.settled()
    assert.ok(!alive.heard.some(({ msg }) => msg === 'ping'), 'not before its time')
    await silent.settled()
    clock.advance(21_000)
    realtime.beat()
    await alive.next(({ msg }) => msg === 'ping')
    await silent.next(({ msg }) => msg === 'ping')
    alive.send({ msg: 'pong' })
    await alive.settled()
    clock.advance(30_000)
    realtime.beat()
    assert.equal(await silent.closed, 4000)
    for (let minute = 0; minute < 3; minute++) {
      const from = alive.heard.length
      alive.send({ msg: 'pong' })
      await alive.settled()
      clock.advance(25_000)
      realtime.beat()
      await alive.next(({ msg }) => msg === 'ping', from)
    }
    alive.send({ msg: 'pong' })
    await alive.settled()
    const mute = new DdpClient(await portOf(server()))
    await mute.opened()
    await alive.settled()
    clock.advance(20_000)
    realtime.beat()
    assert.equal(await mute.closed, 4000, 'who never shakes hands is turned away sooner')
    await alive.close()
  })

  test('after a pause of the server nobody is given up unasked; asking goes by itself', async () => {
    const client = await DdpClient.connect(server())
    const from = client.heard.length
    clock.advance(120_000)
    await client.next(({ msg }) => msg === 'ping', from)
    client.send({ msg: 'pong' })
    await client.settled()
    clock.advance(19_000)
    server().app.realtime.beat()
    await client.settled()
    assert.equal(client.heard.slice(from).filter(({ msg }) => msg === 'ping').length, 1)
    await client.close()
  })

  test('a socket follows so much and no more; a visitor has so many sockets', async () => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    const extra = { token: visitor.token, visitorToken: visitor.token }
    const answers: string[] = []
    for (let index = 0; index < 61; index++) {
      const event = `${visitor.rid}/event-${index}`
      const answer = await client.subscribe('notify-room', event, { args: [extra] })
      answers.push(answer['error']?.error ?? answer.msg)
    }
    assert.deepEqual(answers.slice(-2), ['ready', 'error-too-many-requests'])
    const tabs = [client]
    while (tabs.length < 41) {
      const tab = await DdpClient.connect(server())
      await tab.call('livechat:setUpConnection', { token: visitor.token })
      tabs.push(tab)
    }
    assert.equal(await client.closed, 1013, 'the oldest gives way')
    await tabs.at(-1)?.settled()
    for (const tab of tabs) tab.socket.terminate()
  })

  test('a client that floods is listened to more slowly, and nobody else', async () => {
    const flood = await DdpClient.connect(server())
    const other = await DdpClient.connect(server())
    for (let index = 0; index < 20_000; index++) flood.send({ msg: 'ping', id: `p${index}` })
    await other.settled()
    await flood.next(({ id }) => id === 'p999')
    assert.ok(flood.heard.length < 15_000, `${flood.heard.length} at once`)
    flood.socket.terminate()
    await other.close()
  })
})

describe('limits that hold for calls hold over sockets', () => {
  const clock = new StandingClock()
  const server = useServer(sqlite, {
    clock,
    environment: {
      ...ALONE,
      TRUSTED_PROXIES: '1',
      OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true',
      OVERWRITE_SETTING_Foyer_rate_user_per_minute: '100',
    },
  })

  // Each test has its limits whole, and nothing of them comes back in the middle of it.
  beforeEach(() => clock.advance(60_000))

  test('[S10] guesses of a password are counted with those over HTTP', async () => {
    const agent = await seedAgent(server())
    const client = await DdpClient.connect(server())
    const guess = () =>
      client.call('login', { user: { username: agent.username }, password: 'wrong' })
    const errors: unknown[] = []
    for (let index = 0; index < 10; index++) errors.push((await guess())['error'].error)
    assert.equal(errors.filter((error) => error === 403).length, 9, 'one was the login over HTTP')
    assert.equal(errors.at(-1), 'error-too-many-requests')
    const over = await server().post('login', { user: agent.username, password: PASSWORD })
    assert.equal(over.status, 429)
    await client.close()
  })

  test('[S6] behind a trusted proxy each address has its own limit', async () => {
    const [one, other] = [
      await DdpClient.connect(server(), { 'x-forwarded-for': '203.0.113.7' }),
      await DdpClient.connect(server(), { 'x-forwarded-for': '203.0.113.8' }),
    ]
    const call = async (client: DdpClient) =>
      (await client.call('livechat:getRoutingConfig'))['error']?.error
    for (let index = 0; index < 60; index++) await call(one)
    assert.equal(await call(one), 'error-too-many-requests')
    assert.notEqual(await call(other), 'error-too-many-requests')
    await one.close()
    await other.close()
  })

  test('[S11] an unknown user and a wrong password are answered alike', async () => {
    const agent = await seedAgent(server())
    const client = await DdpClient.connect(server())
    const answers = []
    for (const username of [agent.username, 'nobody-at-all']) {
      answers.push((await client.call('login', { user: { username }, password: 'wrong' }))['error'])
    }
    assert.deepEqual(answers[0], answers[1])
    await client.close()
  })

  test('calls of a user and of nobody are limited; typing beyond its limit is dropped', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const client = await DdpClient.connect(server())
    const signedIn = await DdpClient.connect(server())
    const login = await signedIn.call('login', { resume: agent.headers['x-auth-token'] })
    assert.equal(login['error'], undefined)
    await signedIn.expectReady('notify-room', `${rid}/typing`)
    for (let index = 0; index < 30; index++) {
      const typing = index % 2 === 0
      const proof = { token: visitor.token }
      await client.call('stream-notify-room', `${rid}/typing`, '', typing, proof)
    }
    await signedIn.settled()
    const told = signedIn.events('notify-room', `${rid}/typing`).length
    assert.equal(told, 20)
    for (const [who, most] of [
      [client, 60],
      [signedIn, 100],
    ] as const) {
      let passed = 0
      const code = async () => (await who.call('livechat:getRoutingConfig'))['error']?.error
      while ((await code()) !== 'error-too-many-requests') passed += 1
      assert.ok(passed <= most, `${passed} calls passed`)
    }
    await client.close()
    await signedIn.close()
  })
})

describe('a server that is late', () => {
  const server = useServer(sqlite, {
    environment: {
      OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true',
      OVERWRITE_SETTING_Foyer_overload_lag_ms: '200',
    },
  })
  /** Newcomers are turned away while the machine is busy. */
  const connect = async (): Promise<DdpClient> => {
    for (;;) {
      const client = new DdpClient(await portOf(server()))
      await client.opened()
      client.send({ msg: 'connect', version: '1', support: ['1'] })
      const outcome = await Promise.race([
        client.next(({ msg }) => msg === 'connected'),
        client.closed,
      ])
      if (typeof outcome !== 'number') return client
      assert.equal(outcome, 1013)
    }
  }

  test('[P12] a server that is late turns newcomers away with a code that says so', async () => {
    const stay = await connect()
    const newcomer = new DdpClient(await portOf(server()))
    await newcomer.opened()
    await newcomer.close()
    let code: unknown
    while (code !== 1013) {
      const blocked = performance.now() + 400
      while (performance.now() < blocked);
      await setImmediate()
      const client = new DdpClient(await portOf(server()))
      client.socket.on('open', () => client.send({ msg: 'connect', version: '1', support: ['1'] }))
      code = await Promise.race([client.closed, client.next(({ msg }) => msg === 'connected')])
      client.socket.terminate()
    }
    await stay.settled()
    await stay.close()
  })
})

test('a server that stops sends its clients away with a code that brings them back', async () => {
  const place = await sqlite.create()
  const app = await createApp(testConfig(place.storage, ALONE))
  const server = new TestServer(app)
  const clients = await Promise.all(Array.from({ length: 20 }, () => DdpClient.connect(server)))
  const deaf = await DdpClient.connect(server)
  deaf.socket.pause()
  const login = await server.login(ADMIN.username, ADMIN.password)
  assert.ok(login.userId)
  await app.close()
  for (const client of clients) assert.equal(await client.closed, 1012)
  deaf.socket.terminate()
  await place.remove()
})
