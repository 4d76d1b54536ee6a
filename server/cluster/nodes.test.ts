import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StandingClock } from '../../tests/support/clock.ts'
import { joined, NO_BUS, POSTGRES, startNode, useNodes } from '../../tests/support/nodes.ts'
import { admin, changeSettings, expectOk, seedUser, seedVisitor } from '../../tests/support/seed.ts'
import type { TestServer } from '../../tests/support/test-server.ts'
import { until } from '../../tests/support/until.ts'
import { ALONE, newVisitor, randomId } from '../../tests/support/visitor.ts'

for (const bus of ['with the bus', 'without it'] as const) {
  describe(bus, () => {
    const environment = bus === 'with the bus' ? {} : NO_BUS
    const nodes = useTwo(environment)

    // A look is made every half a second.
    test(`[P5] settings, permissions and roles hold on every process with its next look, ${bus}`, async () => {
      const [a, b] = nodes()
      assert.equal(b.app.ctx.bus.state, bus === 'with the bus' ? 'connected' : 'lost')
      const figure = bus === 'with the bus' ? '1' : '0'
      const { body } = await b.get('/metrics')
      assert.match(body, new RegExp(`^foyer_bus_connected ${figure}$`, 'm'))
      const rings: string[] = []
      b.app.ctx.bus.onRing((topics) => rings.push(...topics))
      for (const title of ['One', 'Two', 'Three']) {
        await changeSettings(a, { Livechat_title: title })
        assert.equal(a.app.ctx.settings.get('Livechat_title'), title, 'at once where it was saved')
        await until(title, () => b.app.ctx.settings.get('Livechat_title') === title)
      }
      await changeSettings(a, { Livechat_title: 'Four' })
      await b.app.nodes.tick()
      assert.equal(b.app.ctx.settings.get('Livechat_title'), 'Four', 'one look is enough')
      const may = () => b.app.ctx.permissions.allow(['guest'], 'view-l-room')
      assert.equal(may(), false)
      const permissions = [{ _id: 'view-l-room', roles: ['guest', 'livechat-agent', 'admin'] }]
      expectOk(await a.post('permissions.update', { permissions }, await admin(a)))
      await until('the permission', may)
      expectOk(await a.post('roles.create', { name: randomId() }, await admin(a)))
      await until('the ring of roles', () => rings.includes('roles'))
      assert.ok(rings.includes('settings') && rings.includes('permissions'))
    })

    test('settings that two processes save at the same moment are the same on both afterwards', async () => {
      const [a, b] = nodes()
      await Promise.all([admin(a), admin(b)])
      for (let round = 0; round < 10; round++) {
        const title = `Round ${round}`
        await Promise.all([
          changeSettings(a, { Livechat_title: `${title} a`, Livechat_title_color: '#00000a' }),
          changeSettings(b, { Livechat_title: `${title} b`, Livechat_offline_title: `${round}` }),
        ])
        const [shownA, shownB] = [a, b].map(
          ({ app }) =>
            () =>
              app.ctx.settings.get('Livechat_title'),
        )
        await until('both show the same', () => shownA!() === shownB!())
        const stored = expectOk(await a.get('settings/Livechat_title', {}, await admin(a)))
        assert.equal(stored.value, shownB!())
      }
      await until('the last one', () => a.app.ctx.settings.get('Livechat_offline_title') === '9')
    })
  })
}

function useTwo(environment: Record<string, string>): () => [TestServer, TestServer] {
  const started = { environment: { ...ALONE, ...environment } }
  const nodes = useNodes(started, started)
  return () => nodes() as [TestServer, TestServer]
}

describe('several processes', () => {
  // Nobody gives a sign of life by himself, and no time passes but what a test says.
  const clock = new StandingClock()
  const limited = { API_Enable_Rate_Limiter: 'true', Foyer_rate_ip_route_per_minute: '30' }
  const environment = {
    ...ALONE,
    ...Object.fromEntries(
      Object.entries(limited).map(([id, value]) => [`OVERWRITE_SETTING_${id}`, value]),
    ),
  }
  const nodes = useNodes(
    { environment, clock },
    { environment, clock: new StandingClock() },
    { environment, clock: new StandingClock() },
  )

  test('[S6] limits are shared out between the processes that live', async () => {
    const [a, b, c] = nodes() as [TestServer, TestServer, TestServer]
    const limitAt = async (server: TestServer): Promise<number> =>
      Number((await server.get('livechat/config')).headers['x-ratelimit-limit'])
    assert.equal(await limitAt(a), 10)
    assert.equal(await limitAt(b), 10)
    await c.app.nodes.stop()
    await a.app.nodes.tick()
    assert.equal(await limitAt(a), 15, 'one has left in good order')
    await b.app.nodes.tick()
    assert.equal(await limitAt(b), 15)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => a.get('livechat/config').then(({ status }) => status)),
    )
    const allowed = answers.filter((status) => status === 200).length
    assert.ok(allowed > 0 && allowed <= 15, `${allowed} of 20`)
  })

  test('[P8] a process that is silent for too long is given up with its agents, and comes back by itself', async () => {
    const [a, b] = nodes() as [TestServer, TestServer]
    const agent = await seedUser(b, ['user', 'livechat-agent'])
    const statusAt = async (server: TestServer): Promise<string> => {
      const query = { userId: agent.userId }
      return expectOk(await server.get('users.getStatus', query, await admin(server))).status
    }
    b.app.presence.attach({ kind: 'agent', id: agent.userId }, 'socket')
    await b.app.presence.tick()
    assert.equal(await statusAt(a), 'online')
    const visitor = await newVisitor(a)
    assert.equal((await visitor.room()).servedBy?._id, agent.userId)
    let missed = 0
    a.app.ctx.bus.onMissed(() => (missed += 1))
    for (let second = 0; second < 16; second++) {
      assert.equal(a.app.nodes.count, 2)
      clock.advance(1000)
      await a.app.nodes.tick()
    }
    assert.equal(a.app.nodes.count, 1)
    assert.ok(missed > 0, 'what it may not have told any more is looked for')
    assert.equal(await statusAt(a), 'offline')
    clock.advance(120_000)
    await a.app.routing.tick()
    assert.equal((await visitor.room()).servedBy, undefined, 'his conversation is queued again')

    b.app.nodes.busChanged()
    await until('it is back', async () => {
      await a.app.nodes.tick()
      return a.app.nodes.count === 2
    })
    await until('and says again who is there', async () => (await statusAt(a)) === 'online')
    await until('who gets what waits', async () => {
      return (await visitor.room()).servedBy?._id === agent.userId
    })
  })

  test('a pause of the whole machine gives up nobody', async () => {
    const [a] = nodes() as [TestServer]
    const before = a.app.nodes.count
    clock.advance(3_600_000)
    await a.app.nodes.tick()
    assert.equal(a.app.nodes.count, before)
  })

  test('[P14] a visitor who is erased through one process is forgotten by the others', async () => {
    const [a, b] = nodes() as [TestServer, TestServer]
    await joined(b)
    const there = await newVisitor(b)
    await there.say('remembered here')
    await there.close()
    const page = { token: there.token, pageInfo: page0 }
    expectOk(await b.post('livechat/page.visited', page))
    const { remembered } = b.app.ctx
    assert.ok(remembered.identities.remembered(there.token))
    assert.equal(remembered.pageVisits.of(there.token, Date.now()).length, 1)
    expectOk(await a.delete(`livechat/visitor/${there.token}`))
    await until('it is forgotten', () => !remembered.identities.remembered(there.token))
    assert.equal(remembered.pageVisits.of(there.token, Date.now()).length, 0)
    const again = await seedVisitor(a)
    assert.ok(again.id)
  })

  test('health tells the operator of the bus and of every process', async () => {
    const [a] = nodes() as [TestServer]
    await a.app.nodes.tick()
    const { body } = await a.get('/health')
    assert.equal(body.bus.state, 'connected')
    assert.equal(typeof body.bus.lagMs, 'number')
    assert.equal(body.nodes.filter(({ self }: { self: boolean }) => self).length, 1)
    const other = body.nodes.find(({ self }: { self: boolean }) => !self)
    assert.equal(other.bus, 'connected')
    assert.equal(typeof other.silentMs, 'number')
  })
})

const page0 = { change: 'url', title: 'Prices', location: { href: 'https://example.com/prices' } }

test('three processes that start on an empty database at once are one installation', async () => {
  const place = await POSTGRES.create()
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(place.storage)))
  try {
    const first = nodes.filter(({ app }) => app.firstRun !== undefined)
    assert.equal(first.length, 1, 'one of them tells its operator')
    const ids = new Set(nodes.map(({ app }) => app.ctx.settings.get('uniqueID')))
    const secrets = new Set(nodes.map(({ app }) => app.ctx.settings.get('Livechat_secret_token')))
    assert.deepEqual([ids.size, secrets.size], [1, 1])
    for (const node of nodes) await node.admin()
  } finally {
    for (const node of nodes) await node.app.close()
    await place.remove()
  }
})
