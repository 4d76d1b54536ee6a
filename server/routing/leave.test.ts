import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { StandingClock } from '../../tests/support/clock.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedManager,
  seedRoom,
  setStatus,
  type TestUser,
} from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE, type TestVisitor } from '../../tests/support/visitor.ts'
import { applyLeaveAction } from './leave.ts'
import { RoutingWorker } from './worker.ts'

const TIMEOUT_MS = 60_000

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, { environment: ALONE, clock })
  const present: TestUser[] = []

  const agent = async (): Promise<TestUser> => {
    const user = await seedAgent(server())
    present.push(user)
    return user
  }
  const tick = () => server().app.routing.tick()
  const roomOf = (visitor: TestVisitor) => visitor.room()
  const servedBy = async (visitor: TestVisitor): Promise<string | undefined> =>
    (await roomOf(visitor)).servedBy?._id
  const transfers = async (visitor: TestVisitor): Promise<number> =>
    (await visitor.messages()).filter(({ t }) => t === 'livechat_transfer_history').length

  afterEach(async () => {
    for (const { userId } of present.splice(0)) {
      expectOk(await server().post('users.delete', { userId }, await admin(server())))
    }
    await changeSettings(server(), {
      Livechat_agent_leave_action: 'forward',
      Livechat_Routing_Method: 'Auto_Selection',
    })
  })

  describe('[P8] an agent goes offline', () => {
    it('and stays away: another gets his conversations, once', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      const second = await agent()
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS - 1000)
      await tick()
      assert.equal(await servedBy(visitor), first.userId)
      clock.advance(1001)
      await tick()
      assert.equal(await servedBy(visitor), second.userId)
      await tick()
      assert.equal(await servedBy(visitor), second.userId)
      assert.equal(await transfers(visitor), 1)
    })

    it('and nobody else is there: they wait for whoever comes', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS + 1)
      await tick()
      assert.equal(await servedBy(visitor), undefined)
      await setStatus(server(), first, 'online')
      assert.equal(await servedBy(visitor), first.userId)
    })

    it('and comes back in time: nothing happens, and his next absence counts anew', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      await agent()
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS - 1000)
      await setStatus(server(), first, 'away')
      clock.advance(2000)
      await tick()
      assert.equal(await servedBy(visitor), first.userId)
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS - 1000)
      await setStatus(server(), first, 'offline')
      await tick()
      assert.equal(await servedBy(visitor), first.userId)
      clock.advance(1001)
      await tick()
      assert.notEqual(await servedBy(visitor), first.userId)
    })

    it('and comes back at the very moment the worker has found him absent: he keeps them', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS + 1)
      await setStatus(server(), first, 'online')
      const { ctx } = server().app
      await ctx.db.transact((tx) => applyLeaveAction(ctx, tx, first.userId))
      assert.equal(await transfers(visitor), 0)
      assert.equal(await servedBy(visitor), first.userId)
    })

    it('where the site wants them closed: they are, with its comment', async () => {
      await changeSettings(server(), {
        Livechat_agent_leave_action: 'close',
        Livechat_agent_leave_comment: 'We are closed now',
      })
      const first = await agent()
      const visitor = await seedRoom(server())
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS + 1)
      await Promise.all([tick(), tick()])
      const messages = await visitor.messages()
      const closing = messages.filter(({ t }) => t === 'livechat-close')
      assert.deepEqual(
        closing.map(({ msg, u }) => [msg, u.username]),
        [['We are closed now', 'rocket.cat']],
      )
      assert.equal((await visitor.send('still there?')).body.error, 'room-closed')
    })

    it('where the site wants nothing done: he keeps them, until it wants something', async () => {
      await changeSettings(server(), { Livechat_agent_leave_action: 'none' })
      const first = await agent()
      const visitor = await seedRoom(server())
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS * 10)
      await tick()
      assert.equal(await servedBy(visitor), first.userId)
      await changeSettings(server(), { Livechat_agent_leave_action: 'forward' })
      await tick()
      assert.equal(await servedBy(visitor), undefined)
    })

    it('before the server starts anew: another worker finds what is due, and only one acts', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      const second = await agent()
      await setStatus(server(), first, 'offline')
      clock.advance(TIMEOUT_MS + 1)
      // Workers keep nothing in memory: these are other nodes, or this one after a restart.
      const { ctx } = server().app
      const silent = { ...ctx, metrics: { ...ctx.metrics, queueLength: () => undefined } }
      const workers = [new RoutingWorker(silent), new RoutingWorker(silent)]
      await Promise.all([tick(), ...workers.map((worker) => worker.tick())])
      assert.equal(await servedBy(visitor), second.userId)
      assert.equal(await transfers(visitor), 1)
    })

    it('and what he was given since is his for as long', async () => {
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const boss = await seedManager(server())
      present.push(boss)
      await setStatus(server(), boss, 'offline')
      clock.advance(TIMEOUT_MS * 10)
      const visitor = await seedRoom(server())
      const roomId = visitor.rid
      const { inquiry } = expectOk(
        await server().get('livechat/inquiries.getOne', { roomId }, boss),
      )
      expectOk(await server().post('livechat/inquiries.take', { inquiryId: inquiry._id }, boss))
      await tick()
      assert.equal(await servedBy(visitor), boss.userId)
      clock.advance(TIMEOUT_MS + 1)
      await tick()
      assert.equal(await servedBy(visitor), undefined)
    })
  })
})
