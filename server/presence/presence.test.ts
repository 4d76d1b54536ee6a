import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StandingClock } from '../../tests/support/clock.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import { withoutTables } from '../../tests/support/lost-tables.ts'
import { startNode, useNodes } from '../../tests/support/nodes.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  setStatus,
  type TestUser,
} from '../../tests/support/seed.ts'
import { useServer, type TestServer } from '../../tests/support/test-server.ts'
import { newVisitor, type TestVisitor } from '../../tests/support/visitor.ts'
import { statusOf } from './apply.ts'
import type { Present } from './live-presence.ts'

const GRACE_MS = 5000
const OFF = { online: false }

const agentOf = ({ userId }: TestUser): Present => ({ kind: 'agent', id: userId })
const visitorOf = ({ id }: TestVisitor): Present => ({ kind: 'visitor', id })

const statusOn = async (server: TestServer, user: TestUser): Promise<string> => {
  const query = { userId: user.userId }
  const answer = await server.get('users.getStatus', query, await admin(server))
  return expectOk(answer).status
}

/** What agents see of a visitor: in his record, and in his open conversation. */
const seen = async (server: TestServer, visitor: TestVisitor): Promise<string[]> => {
  const found = await server.app.ctx.db.read((reader) =>
    reader.q.selectFrom('visitor').select('status').where('id', '=', visitor.id).execute(),
  )
  return [...found.map(({ status }) => status), (await visitor.room()).v.status]
}

const rowsOf = (server: TestServer): Promise<number> =>
  server.app.ctx.db.read(async (reader) => (await reader.rows('select * from presence', [])).length)

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, { clock })

  test('an agent is there while he has a connection; a page that is loaded again is no departure', async () => {
    const { presence } = server().app
    const agent = await seedAgent(server(), OFF)
    const present = agentOf(agent)
    assert.equal(await statusOn(server(), agent), 'offline', 'a login alone changes nothing')
    presence.attach(present, 'one')
    presence.attach(present, 'two')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online')
    presence.detach(present, 'one')
    presence.detach(present, 'never there')
    await presence.tick()
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online', 'one tab is left')

    presence.detach(present, 'two')
    clock.advance(GRACE_MS - 100)
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online', 'he may come back')
    presence.attach(present, 'three')
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online', 'he came back')
    presence.detach(present, 'three')
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'offline')
    assert.equal(await rowsOf(server()), 0)
  })

  test('a choice of away or busy holds while he is connected; away is what all his connections say', async () => {
    const { presence } = server().app
    const agent = await seedAgent(server(), OFF)
    const present = agentOf(agent)
    presence.attach(present, 'one')
    presence.attach(present, 'two')
    presence.away(present, 'one')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online')
    presence.away(present, 'two')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'away')
    presence.online(present, 'one')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online')
    await setStatus(server(), agent, 'busy')
    presence.away(present, 'one')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'busy')
    presence.detach(present, 'one')
    presence.detach(present, 'two')
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'offline')
    presence.attach(present, 'three')
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'busy', 'he never took it back')
    presence.detach(present, 'three')
    clock.advance(GRACE_MS)
    await presence.tick()
  })

  test('[P8] an agent whose last connection ends: his conversation is queued again after the time of the setting', async () => {
    const { presence, routing } = server().app
    const agent = await seedAgent(server(), OFF)
    presence.attach(agentOf(agent), 'one')
    await presence.tick()
    const visitor = await seedRoom(server())
    assert.equal((await visitor.room()).servedBy?.username, agent.username)
    await changeSettings(server(), { Livechat_agent_leave_action_timeout: 60 })
    presence.detach(agentOf(agent), 'one')
    clock.advance(GRACE_MS)
    await presence.tick()
    await routing.tick()
    assert.equal((await visitor.room()).servedBy?.username, agent.username, 'not yet')
    clock.advance(60_000)
    await routing.tick()
    assert.equal((await visitor.room()).servedBy, undefined)
    await visitor.close()
  })

  test('a visitor is there while one of his tabs is; who said that he is away stays so', async () => {
    const { presence } = server().app
    await changeSettings(server(), { Livechat_accept_chats_with_no_agents: true })
    const visitor = await newVisitor(server())
    const present = visitorOf(visitor)
    presence.attach(present, 'tab 1')
    presence.attach(present, 'tab 2')
    await presence.tick()
    presence.detach(present, 'tab 1')
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.deepEqual(await seen(server(), visitor), ['online', 'online'])
    presence.detach(present, 'tab 2')
    await presence.tick()
    assert.deepEqual(await seen(server(), visitor), ['online', 'online'])
    clock.advance(GRACE_MS)
    await presence.tick()
    assert.deepEqual(await seen(server(), visitor), ['offline', 'offline'])
    presence.attach(present, 'tab 3')
    await presence.tick()
    assert.deepEqual(await seen(server(), visitor), ['online', 'online'])
    const body = { token: visitor.token, status: 'away' }
    expectOk(await server().post('livechat/visitor.status', body))
    presence.attach(present, 'tab 4')
    await presence.tick()
    assert.deepEqual(await seen(server(), visitor), ['online', 'away'])
    presence.detach(present, 'tab 3')
    presence.detach(present, 'tab 4')
    clock.advance(GRACE_MS)
    await presence.tick()
  })

  test('[P12] a storage that refuses loses nothing of it', async () => {
    const { presence } = server().app
    const agent = await seedAgent(server(), OFF)
    await withoutTables(server(), ['presence'], async () => {
      presence.attach(agentOf(agent), 'one')
      await presence.tick()
      assert.equal(await statusOn(server(), agent), 'offline')
    })
    await presence.tick()
    assert.equal(await statusOn(server(), agent), 'online')
    presence.detach(agentOf(agent), 'one')
    clock.advance(GRACE_MS)
    await presence.tick()
  })
})

forEachEngine((engine) => {
  test('[P8] what a killed process said ends, after a time in which its people can find another one', async () => {
    const { storage, remove } = await engine.create()
    const first = await startNode(storage)
    const gone = await seedAgent(first, OFF)
    const back = await seedAgent(first, OFF)
    for (const agent of [gone, back]) first.app.presence.attach(agentOf(agent), 'socket')
    await first.app.presence.tick()
    // Nothing says goodbye: the process's rows stay as a kill leaves them.
    await first.app.presence.stop()
    const rows = await rowsOf(first)
    await first.app.close()
    assert.equal(rows, 2)

    const clock = new StandingClock()
    const next = await startNode(storage, { clock })
    try {
      assert.equal(await statusOn(next, gone), 'online', 'a restart is no departure')
      next.app.presence.attach(agentOf(back), 'another socket')
      await next.app.presence.tick()
      for (let second = 0; second < 20; second++) {
        clock.advance(1000)
        await next.app.nodes.tick()
      }
      assert.equal(await statusOn(next, gone), 'offline')
      assert.equal(await statusOn(next, back), 'online')
      assert.equal(await rowsOf(next), 1)
    } finally {
      await next.app.close()
      await remove()
    }
  })
})

describe('several processes', () => {
  const nodes = useNodes({ clock: new StandingClock() }, {})

  test('[P5] the best that any of them knows is what holds, and arrivals and departures at once do not fight', async () => {
    const [a, b] = nodes() as [TestServer, TestServer]
    const agent = await seedAgent(a, OFF)
    const present = agentOf(agent)
    const clock = a.app.ctx.clock as StandingClock
    a.app.presence.attach(present, 'at a')
    b.app.presence.attach(present, 'at b')
    b.app.presence.away(present, 'at b')
    await Promise.all([a.app.presence.tick(), b.app.presence.tick()])
    assert.equal(await statusOn(b, agent), 'online')
    a.app.presence.detach(present, 'at a')
    clock.advance(GRACE_MS)
    await a.app.presence.tick()
    assert.equal(await statusOn(a, agent), 'away', 'idle at the other one')
    for (let round = 0; round < 10; round++) {
      a.app.presence.attach(present, `${round}`)
      await a.app.presence.tick()
      a.app.presence.detach(present, `${round}`)
      clock.advance(GRACE_MS)
      b.app.presence[round % 2 === 0 ? 'online' : 'away'](present, 'at b')
      await Promise.all([a.app.presence.tick(), b.app.presence.tick()])
      assert.equal(await statusOn(a, agent), round % 2 === 0 ? 'online' : 'away')
    }
  })
})

test('how connections and choice make the status', () => {
  const cases: [Parameters<typeof statusOf>, string, string | null][] = [
    // Without connections, what was said holds.
    [[undefined, undefined, { status: 'busy', chosen_status: 'busy' }], 'busy', 'busy'],
    [[undefined, undefined, { status: 'online', chosen_status: 'online' }], 'online', 'online'],
    // Coming.
    [[undefined, 'online', { status: 'offline', chosen_status: null }], 'online', null],
    [[undefined, 'online', { status: 'offline', chosen_status: 'offline' }], 'online', null],
    [[undefined, 'online', { status: 'offline', chosen_status: 'busy' }], 'busy', 'busy'],
    [[undefined, 'online', { status: 'online', chosen_status: 'online' }], 'online', 'online'],
    // Connected.
    [['online', 'away', { status: 'online', chosen_status: null }], 'away', null],
    [['online', 'away', { status: 'online', chosen_status: 'online' }], 'away', 'online'],
    [['online', 'online', { status: 'offline', chosen_status: 'offline' }], 'offline', 'offline'],
    // Leaving.
    [['online', undefined, { status: 'online', chosen_status: 'online' }], 'offline', 'online'],
    [['away', undefined, { status: 'busy', chosen_status: 'busy' }], 'offline', 'busy'],
    [['online', undefined, { status: 'offline', chosen_status: 'offline' }], 'offline', null],
  ]
  for (const [input, status, chosen] of cases) {
    assert.deepEqual(statusOf(...input), { status, chosen_status: chosen }, JSON.stringify(input))
  }
})
