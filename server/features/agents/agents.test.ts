import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
  seedVisitor,
  setStatus,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  const server = useServer(engine)
  let rosa: TestUser
  let boss: TestUser

  before(async () => {
    rosa = await seedAgent(server(), { username: 'rosa', name: 'Rosa Lind' })
    boss = await seedManager(server(), { username: 'boss' })
  })

  describe('livechat/users/:type', () => {
    const listed = async (query: Record<string, string> = {}): Promise<string[]> => {
      const { users, count, total } = expectOk(
        await server().get('livechat/users/agent', query, boss),
      )
      assert.equal(count, users.length)
      assert.ok(total >= count)
      return users.map(({ username }: { username: string }) => username)
    }

    it('makes a user an agent, and none again', async () => {
      const { userId, username } = await seedUser(server(), ['user'])
      const answer = await server().post('livechat/users/agent', { username }, boss)
      assert.deepEqual(expectOk(answer), { user: { _id: userId, username }, success: true })
      expectOk(await server().post('livechat/users/agent', { username }, boss))
      const path = `livechat/users/agent/${userId}`
      const { user } = expectOk(await server().get(path, {}, boss))
      assert.equal(user.statusLivechat, 'available')
      assert.equal(user.status, 'offline')
      assert.ok((await listed()).includes(username))
      expectOk(await server().delete(path, undefined, boss))
      assert.equal(expectOk(await server().get(path, {}, boss)).user, null)
      assert.ok(!(await listed()).includes(username))
      expectRefusal(await server().delete(path, undefined, boss), 400, 'User not found')
    })

    it('refuses what does not exist', async () => {
      const username = 'nobody-at-all'
      const agents = 'livechat/users/agent'
      expectRefusal(await server().post(agents, { username }, boss), 400, 'error-invalid-user')
      const system = { username: 'rocket.cat' }
      expectRefusal(await server().post(agents, system, boss), 400, 'error-invalid-user')
      expectRefusal(await server().get('livechat/users/king', {}, boss), 400, 'Invalid type')
      expectRefusal(await server().post('livechat/users/king', system, boss), 400, 'Invalid type')
      expectRefusal(await server().get(`${agents}/nobody`, {}, boss), 400, 'User not found')
    })

    it('[S8] lets nobody rise by himself', async () => {
      const monitor = await seedUser(server(), ['livechat-monitor'])
      const { username } = monitor
      const managers = 'livechat/users/manager'
      expectRefusal(await server().post(managers, { username }, rosa), 403, 'error-unauthorized')
      expectRefusal(await server().post(managers, { username }, monitor), 403, 'error-unauthorized')
      expectOk(await server().post(managers, { username }, boss))
      const { users } = expectOk(await server().get(managers, { text: username }, boss))
      assert.deepEqual(
        users.map((user: { username: string }) => user.username),
        [username],
      )
    })

    it('lists agents for their colleagues, managers for managers', async () => {
      expectOk(await server().get('livechat/users/agent', {}, rosa))
      expectRefusal(await server().get('livechat/users/manager', {}, rosa), 403, 'unauthorized')
      const nobody = await seedUser(server(), ['user'])
      expectRefusal(await server().get('livechat/users/agent', {}, nobody), 403, 'unauthorized')
      assert.equal((await server().get('livechat/users/agent')).status, 401)
    })

    it('searches, narrows and sorts', async () => {
      const zoe = await seedAgent(server(), { username: 'zoe_100', name: 'Zoë 100%' })
      await seedAgent(server(), { username: 'zoex100', online: false })
      assert.deepEqual(await listed({ text: 'ZOE_1' }), ['zoe_100'])
      assert.deepEqual(await listed({ text: '100%' }), ['zoe_100'])
      assert.deepEqual(await listed({ text: 'zoe', sort: '{"username":-1}' }), [
        'zoex100',
        'zoe_100',
      ])
      assert.deepEqual(await listed({ text: 'zoe', onlyAvailable: 'true' }), ['zoe_100'])
      assert.deepEqual(await listed({ text: 'zoe', excludeId: zoe.userId }), ['zoex100'])
      assert.deepEqual(await listed({ text: 'zoe', offset: '1', count: '1' }), ['zoex100'])
      await setStatus(server(), zoe, 'away')
      assert.deepEqual(await listed({ text: 'zoe', onlyAvailable: 'true' }), ['zoe_100'])
      const idle = { text: 'zoe', onlyAvailable: 'true', showIdleAgents: 'false' }
      assert.deepEqual(await listed(idle), [])
      await setStatus(server(), zoe, 'offline')
      const sort = { sort: '{"password_hash":1}' }
      expectRefusal(
        await server().get('livechat/users/agent', sort, boss),
        400,
        'error-invalid-sort',
      )
    })
  })

  describe('agent.status', () => {
    const say = (body: object, as: TestUser) => server().post('livechat/agent.status', body, as)

    it('says so, or turns it round', async () => {
      assert.equal(expectOk(await say({ status: 'not-available' }, rosa)).status, 'not-available')
      assert.equal(expectOk(await say({ status: 'not-available' }, rosa)).status, 'not-available')
      assert.equal(expectOk(await say({}, rosa)).status, 'available')
      assert.equal(expectOk(await say({}, rosa)).status, 'not-available')
      assert.equal(expectOk(await say({ status: 'available' }, rosa)).status, 'available')
    })

    it('is for others only with the permission', async () => {
      const other = await seedAgent(server(), { online: false })
      const body = { agentId: other.userId, status: 'not-available' }
      expectRefusal(await say(body, rosa), 403, 'unauthorized')
      expectRefusal(await say({ ...body, agentId: 'absent' }, rosa), 403, 'unauthorized')
      assert.equal(expectOk(await say(body, boss)).status, 'not-available')
      expectRefusal(await say({ agentId: 'absent' }, boss), 404, 'Agent not found')
      expectRefusal(await say({}, boss), 404, 'Agent not found')
      const inactive = { userId: other.userId, activeStatus: false }
      expectOk(await server().post('users.setActiveStatus', inactive, await admin(server())))
      expectRefusal(await say(body, boss), 400, 'error-user-deactivated')
      expectRefusal(await say({ status: 'asleep' }, rosa), 400, 'invalid-params')
    })
  })

  describe('agent.info and agent.next', () => {
    it('show a visitor his agent, and [S1] nobody else’s', async () => {
      const mine = await seedRoom(server())
      const foreign = await seedRoom(server())
      const info = (rid: string, token: string) =>
        server().get(`livechat/agent.info/${rid}/${token}`)
      const { agent } = expectOk(await info(mine.rid, mine.token))
      assert.deepEqual(agent, {
        _id: rosa.userId,
        username: 'rosa',
        name: 'Rosa Lind',
        status: 'online',
        emails: [{ address: 'rosa@example.com' }],
      })
      const refused = await info(foreign.rid, mine.token)
      assert.equal(refused.body.error, 'invalid-room')
      assert.deepEqual((await info('absent', mine.token)).body, refused.body)
      assert.equal((await info(mine.rid, 'unknown')).body.error, 'invalid-token')
      await changeSettings(server(), { Livechat_show_agent_email: false })
      assert.equal(expectOk(await info(mine.rid, mine.token)).agent.emails, undefined)
      await changeSettings(server(), { Livechat_show_agent_info: false })
      assert.deepEqual(expectOk(await info(mine.rid, mine.token)).agent, { hiddenInfo: true })
      await changeSettings(server(), {
        Livechat_show_agent_info: true,
        Livechat_show_agent_email: true,
      })
      const roomId = foreign.rid
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      expectOk(await server().post('livechat/inquiries.returnAsInquiry', { roomId }, rosa))
      assert.equal((await info(foreign.rid, foreign.token)).body.error, 'invalid-agent')
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
    })

    it('tell who comes next, without taking him', async () => {
      const visitor = await seedVisitor(server())
      const next = (token: string, query = {}) =>
        server().get(`livechat/agent.next/${token}`, query)
      assert.equal(expectOk(await next('never-registered')).agent.username, 'rosa')
      assert.equal(expectOk(await next(visitor.token)).agent.username, 'rosa')
      assert.equal((await next(visitor.token, { department: 'x' })).body.error, 'agent-not-found')
      expectOk(await visitor.openRoom())
      assert.deepEqual(expectOk(await next(visitor.token)), { success: true })
      await setStatus(server(), rosa, 'offline')
      assert.equal((await next('never-registered')).body.error, 'agent-not-found')
      await setStatus(server(), rosa, 'online')
    })
  })
})
