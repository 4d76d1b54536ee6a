import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { TickingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
  setStatus,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, type TestVisitor } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE, clock: new TickingClock() })
  let rosa: TestUser
  let noor: TestUser
  let boss: TestUser

  before(async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    rosa = await seedAgent(server(), { username: 'rosa', name: 'Rosa Lind' })
    noor = await seedAgent(server(), { username: 'noor' })
    boss = await seedManager(server(), { username: 'boss' })
  })

  const inquiryOf = async (visitor: TestVisitor, as = boss) =>
    expectOk(await server().get('livechat/inquiries.getOne', { roomId: visitor.rid }, as)).inquiry
  const take = async (visitor: TestVisitor, as: TestUser, more: object = {}) =>
    server().post(
      'livechat/inquiries.take',
      { inquiryId: (await inquiryOf(visitor))._id, ...more },
      as,
    )

  describe('inquiries.take', () => {
    it('makes the conversation the agent’s, and only once', async () => {
      const visitor = await seedRoom(server())
      await visitor.say('Hello')
      const { inquiry } = expectOk(await take(visitor, rosa))
      assert.equal(inquiry.status, 'taken')
      assert.equal(inquiry.message, 'Hello')
      const { servedBy } = await visitor.room()
      assert.equal(servedBy._id, rosa.userId)
      const kinds = (await visitor.messages()).map(({ t }) => t)
      assert.deepEqual(kinds, ['uj', 'command', undefined, 'livechat-started'])
      expectRefusal(await take(visitor, noor), 400, 'error-inquiry-taken')
      assert.equal((await visitor.room()).servedBy._id, rosa.userId)
    })

    it('[P8] of twenty agents who take one inquiry at once exactly one wins', async () => {
      const agents = await Promise.all(Array.from({ length: 20 }, () => seedAgent(server())))
      const visitor = await seedRoom(server())
      const { _id: inquiryId } = await inquiryOf(visitor)
      const answers = await Promise.all(
        agents.map((agent) => server().post('livechat/inquiries.take', { inquiryId }, agent)),
      )
      const won = answers.filter(({ status }) => status === 200)
      assert.equal(won.length, 1)
      for (const answer of answers) {
        if (answer.status !== 200) expectRefusal(answer, 400, 'error-inquiry-taken')
      }
      const { servedBy } = await visitor.room()
      assert.equal(answers[agents.findIndex(({ userId }) => userId === servedBy._id)]?.status, 200)
      const joined = (await visitor.messages()).filter(({ t }) => t === 'uj')
      assert.equal(joined.length, 1)
      for (const agent of agents) await setStatus(server(), agent, 'offline')
    })

    it('puts a conversation on somebody else only for who manages agents', async () => {
      const visitor = await seedRoom(server())
      expectRefusal(await take(visitor, rosa, { userId: noor.userId }), 400, 'error-not-allowed')
      assert.equal((await inquiryOf(visitor)).status, 'queued')
      expectRefusal(await take(visitor, boss, { userId: 'nobody' }), 400, 'The user is invalid')
      expectOk(await take(visitor, boss, { userId: noor.userId }))
      assert.equal((await visitor.room()).servedBy._id, noor.userId)
    })

    it('refuses who is not available, but not a manager', async () => {
      const visitor = await seedRoom(server())
      const offline = 'error-agent-status-service-offline'
      await setStatus(server(), noor, 'offline')
      expectRefusal(await take(visitor, noor), 400, offline)
      await setStatus(server(), noor, 'online')
      await server().post('livechat/agent.status', { status: 'not-available' }, noor)
      expectRefusal(await take(visitor, noor), 400, offline)
      await server().post('livechat/agent.status', { status: 'available' }, noor)
      expectRefusal(
        await take(visitor, await seedUser(server(), ['livechat-monitor'])),
        400,
        offline,
      )
      expectOk(await take(visitor, boss))
    })

    it('refuses who serves as many as he may', async () => {
      const agent = await seedAgent(server())
      const [first, second] = [await seedRoom(server()), await seedRoom(server())]
      expectOk(await take(first, agent))
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 1 })
      const full = 'error-max-number-simultaneous-chats-reached'
      expectRefusal(await take(second, agent), 400, full)
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 0 })
      expectOk(await take(second, agent))
      await setStatus(server(), agent, 'offline')
    })

    it('does not find what is absent or closed', async () => {
      const visitor = await seedRoom(server())
      const { _id: inquiryId } = await inquiryOf(visitor)
      const unknown = { inquiryId: 'nothing' }
      const path = 'livechat/inquiries.take'
      expectRefusal(await server().post(path, unknown, rosa), 400, 'error-not-found')
      expectOk(await visitor.close())
      expectRefusal(await server().post(path, { inquiryId }, rosa), 400, 'error-not-found')
    })

    it('[S8] needs a login and the permission', async () => {
      const visitor = await seedRoom(server())
      const inquiryId = (await inquiryOf(visitor))._id
      assert.equal((await server().post('livechat/inquiries.take', { inquiryId })).status, 401)
      const nobody = await seedUser(server(), ['user'])
      expectRefusal(await take(visitor, nobody), 403, 'error-unauthorized')
      expectOk(await take(visitor, rosa))
    })
  })

  describe('lists', () => {
    it('tell the queue in its order, and [S2] nobody’s token', async () => {
      const [first, second] = [
        await seedRoom(server(), 'First'),
        await seedRoom(server(), 'Second'),
      ]
      await second.say('I wait')
      const path = 'livechat/inquiries.queuedForUser'
      const body = expectOk(await server().get(path, { count: '0' }, rosa))
      const ids = body.inquiries.map(({ rid }: { rid: string }) => rid)
      assert.ok(ids.indexOf(first.rid) < ids.indexOf(second.rid))
      assert.equal(body.count, body.total)
      const newest = expectOk(
        await server().get(path, { sort: '{"ts":-1}', count: '1', offset: '0' }, rosa),
      )
      assert.equal(newest.inquiries[0].rid, second.rid)
      assert.equal(newest.inquiries[0].message, 'I wait')
      assert.equal(newest.inquiries[0].lastMessage.msg, 'I wait')
      assert.equal(newest.count, 1)
      assert.equal(newest.total, body.total)
      assert.ok(!JSON.stringify(body).includes(second.token))
      expectRefusal(
        await server().get(path, { sort: '{"v.token":1}' }, rosa),
        400,
        'error-invalid-sort',
      )
      expectRefusal(
        await server().get(path, { department: 'sales' }, rosa),
        400,
        'error-not-authorized',
      )
    })

    it('of all open inquiries are for managers', async () => {
      const visitor = await seedRoom(server())
      expectOk(await take(visitor, rosa))
      const path = 'livechat/inquiries.list'
      const taken = expectOk(await server().get(path, { sort: '{"ts":-1}' }, boss)).inquiries[0]
      assert.deepEqual([taken.rid, taken.status], [visitor.rid, 'taken'])
      expectRefusal(await server().get(path, {}, rosa), 403, 'error-unauthorized')
      assert.equal(expectOk(await server().get(path, { department: 'sales' }, boss)).total, 0)
    })

    it('[S1] getOne tells nothing of rooms that are not the caller’s', async () => {
      const visitor = await seedRoom(server())
      expectOk(await take(visitor, rosa))
      assert.equal((await inquiryOf(visitor, rosa)).rid, visitor.rid)
      assert.equal(await inquiryOf(visitor, noor), null)
      const absent = await server().get('livechat/inquiries.getOne', { roomId: 'absent' }, noor)
      assert.equal(expectOk(absent).inquiry, null)
      expectOk(await visitor.close())
      assert.equal(await inquiryOf(visitor, rosa), null)
    })
  })

  describe('inquiries.returnAsInquiry', () => {
    it('queues a served conversation again', async () => {
      const visitor = await seedRoom(server())
      expectOk(await take(visitor, rosa))
      const path = 'livechat/inquiries.returnAsInquiry'
      const roomId = visitor.rid
      expectRefusal(await server().post(path, { roomId }, noor), 400, 'error-invalid-room')
      expectRefusal(
        await server().post(path, { roomId: 'absent' }, noor),
        400,
        'error-invalid-room',
      )
      const answer = { message: { rid: roomId, msg: 'One moment' } }
      expectOk(await server().post('chat.sendMessage', answer, rosa))
      const answered = await visitor.room()
      assert.equal(answered.responseBy.username, 'rosa')
      assert.equal(answered.waitingResponse, undefined)
      assert.deepEqual(expectOk(await server().post(path, { roomId }, rosa)), {
        result: true,
        success: true,
      })
      assert.equal((await inquiryOf(visitor)).status, 'queued')
      const returned = await visitor.room()
      assert.deepEqual(
        [returned.servedBy, returned.responseBy, returned.waitingResponse, returned.usersCount],
        [undefined, undefined, true, 1],
      )
      const kinds = (await visitor.messages()).map(({ t }) => t)
      assert.deepEqual(kinds.slice(0, 2), ['ul', 'livechat_transfer_history'])
      assert.equal(expectOk(await server().post(path, { roomId }, rosa)).result, false)
      expectOk(await take(visitor, noor))
      expectOk(await visitor.close())
      expectRefusal(await server().post(path, { roomId }, boss), 400, 'room-closed')
    })

    it('goes to somebody else under automatic routing, or back when there is nobody', async () => {
      const lena = await seedAgent(server())
      for (const agent of [rosa, noor]) await setStatus(server(), agent, 'offline')
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
      const path = 'livechat/inquiries.returnAsInquiry'
      const visitor = await seedRoom(server())
      assert.equal((await visitor.room()).servedBy._id, lena.userId)
      expectOk(await server().post(path, { roomId: visitor.rid }, lena))
      assert.equal((await visitor.room()).servedBy._id, lena.userId)
      await setStatus(server(), noor, 'online')
      expectOk(await server().post(path, { roomId: visitor.rid }, lena))
      assert.equal((await visitor.room()).servedBy._id, noor.userId)
    })
  })
})
