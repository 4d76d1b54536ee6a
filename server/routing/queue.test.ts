import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { TickingClock } from '../../tests/support/clock.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  seedUser,
  seedVisitor,
  setStatus,
  type TestUser,
  type UserSeed,
} from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE, type TestVisitor } from '../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE, clock: new TickingClock() })
  const present: TestUser[] = []

  const agent = async (seed: UserSeed = {}): Promise<TestUser> => {
    const user = await seedAgent(server(), seed)
    present.push(user)
    return user
  }
  const tick = () => server().app.routing.tick()
  const seedRooms = async (count: number): Promise<TestVisitor[]> => {
    const visitors: TestVisitor[] = []
    while (visitors.length < count) visitors.push(await seedRoom(server()))
    return visitors
  }
  const servedBy = async (visitor: TestVisitor): Promise<string | undefined> =>
    (await visitor.room()).servedBy?._id
  const availability = (user: TestUser, status: string) =>
    server().post('livechat/agent.status', { status }, user)

  // Each test begins with nobody there and nobody waiting.
  afterEach(async () => {
    const boss = await admin(server())
    for (const { userId } of present.splice(0)) {
      await server().post('users.delete', { userId }, boss)
    }
    const open = expectOk(await server().get('livechat/rooms', { open: 'true', count: '0' }, boss))
    for (const { _id: rid } of open.rooms) {
      expectOk(await server().post('livechat/room.closeByUser', { rid, comment: 'end' }, boss))
    }
    await changeSettings(server(), {
      Livechat_maximum_chats_per_agent: 0,
      Livechat_Routing_Method: 'Auto_Selection',
    })
  })

  describe('[P7] one open room per visitor', () => {
    it('however many calls come at once', async () => {
      await agent()
      const visitor = await seedVisitor(server())
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => server().get('livechat/room', { token: visitor.token })),
      )
      const rooms = answers.map((answer) => expectOk(answer))
      assert.equal(new Set(rooms.map(({ room }) => room._id)).size, 1)
      assert.equal(rooms.filter(({ newRoom }) => newRoom).length, 1)
      visitor.rid = rooms[0].room._id
      const kinds = (await visitor.messages()).map(({ t }) => t)
      assert.deepEqual(kinds, ['uj', 'command', 'livechat-started'])
    })

    it('by the database itself: a second open one cannot be written', async () => {
      await agent()
      const { rid } = await seedRoom(server())
      const { db } = server().app.ctx
      const again = db.transact(async (tx) => {
        const room = await tx.q
          .selectFrom('room')
          .selectAll()
          .where('id', '=', rid)
          .executeTakeFirstOrThrow()
        await tx.insertRows('room', [{ ...room, id: `${rid}-2`, inquiry_id: `${rid}-2` }])
      })
      await assert.rejects(again, /unique/i)
    })

    it('of fifty visitors at once everybody gets his own, shared out evenly', async () => {
      const agents = [await agent(), await agent()]
      const visitors = await Promise.all(Array.from({ length: 50 }, () => seedVisitor(server())))
      await Promise.all(visitors.map((visitor) => visitor.openRoom()))
      const served = await Promise.all(visitors.map(servedBy))
      assert.equal(new Set(visitors.map(({ rid }) => rid)).size, 50)
      for (const { userId } of agents) {
        assert.equal(served.filter((id) => id === userId).length, 25)
      }
    })
  })

  describe('[P8] a conversation loses its agent', () => {
    const leavings: [string, (user: TestUser) => Promise<unknown>][] = [
      [
        'when he is deactivated',
        async ({ userId }) =>
          expectOk(
            await server().post(
              'users.setActiveStatus',
              { userId, activeStatus: false },
              await admin(server()),
            ),
          ),
      ],
      [
        'when he is deleted',
        async ({ userId }) =>
          expectOk(await server().post('users.delete', { userId }, await admin(server()))),
      ],
      [
        'when he is no agent any more',
        async ({ userId }) =>
          expectOk(
            await server().delete(
              `livechat/users/agent/${userId}`,
              undefined,
              await admin(server()),
            ),
          ),
      ],
      [
        'when the role is taken from him',
        async ({ username }) =>
          expectOk(
            await server().post(
              'roles.removeUserFromRole',
              { roleId: 'livechat-agent', username },
              await admin(server()),
            ),
          ),
      ],
    ]
    for (const [name, leave] of leavings) {
      it(`${name}: it is queued again, and taken by another agent`, async () => {
        const first = await agent()
        const alone = await seedRoom(server())
        assert.equal(await servedBy(alone), first.userId)
        await leave(first)
        // Nobody else is there: it waits, with nobody's name on it.
        assert.equal(await servedBy(alone), undefined)
        assert.equal((await alone.room()).waitingResponse, true)
        const second = await agent()
        assert.equal(await servedBy(alone), second.userId)

        const third = await agent()
        await availability(second, 'not-available')
        const handed = await seedRoom(server())
        assert.equal(await servedBy(handed), third.userId)
        await availability(second, 'available')
        await leave(third)
        assert.equal(await servedBy(handed), second.userId)
        const kinds = (await handed.messages()).map(({ t }) => t)
        assert.deepEqual(kinds.slice(0, 4), ['uj', 'command', 'ul', 'livechat_transfer_history'])
      })
    }

    it('but not when he only stops taking new ones', async () => {
      const first = await agent()
      const visitor = await seedRoom(server())
      expectOk(await availability(first, 'not-available'))
      assert.equal(await servedBy(visitor), first.userId)
      await seedRoom(server()).then(async (other) => assert.equal(await servedBy(other), undefined))
    })

    it('and never gets lost when he leaves while it is given to him', async () => {
      const second = await agent()
      await availability(second, 'not-available')
      for (let round = 0; round < 5; round++) {
        const first = await agent()
        const visitors = await Promise.all(Array.from({ length: 5 }, () => seedVisitor(server())))
        const boss = await admin(server())
        const { userId } = first
        await Promise.all([
          ...visitors.map((visitor) => visitor.openRoom()),
          server().post('users.setActiveStatus', { userId, activeStatus: false }, boss),
        ])
        for (const visitor of visitors) assert.equal(await servedBy(visitor), undefined)
        expectOk(await availability(second, 'available'))
        for (const visitor of visitors) assert.equal(await servedBy(visitor), second.userId)
        expectOk(await availability(second, 'not-available'))
      }
    })
  })

  describe('[P8] the queue drains', () => {
    it('when an agent becomes available, first come first', async () => {
      const visitors = await seedRooms(3)
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 2 })
      const first = await agent({ online: false })
      for (const visitor of visitors) assert.equal(await servedBy(visitor), undefined)
      await setStatus(server(), first, 'online')
      assert.deepEqual(await Promise.all(visitors.map(servedBy)), [
        first.userId,
        first.userId,
        undefined,
      ])
      const second = await agent()
      assert.equal(await servedBy(visitors[2] as TestVisitor), second.userId)
    })

    it('when a conversation ends under a limit', async () => {
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 1 })
      const only = await agent()
      const [first, second, third] = (await seedRooms(3)) as [TestVisitor, TestVisitor, TestVisitor]
      assert.deepEqual(await Promise.all([first, second, third].map(servedBy)), [
        only.userId,
        undefined,
        undefined,
      ])
      expectOk(await first.close())
      assert.equal(await servedBy(second), only.userId)
      assert.equal(await servedBy(third), undefined)
      const closing = { rid: second.rid, comment: 'done' }
      expectOk(await server().post('livechat/room.closeByUser', closing, only))
      assert.equal(await servedBy(third), only.userId)
    })

    it('when the limit rises or the method becomes automatic, with the next round', async () => {
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 1 })
      const only = await agent()
      const visitors = await seedRooms(3)
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 2 })
      await tick()
      assert.deepEqual(await Promise.all(visitors.map(servedBy)), [
        only.userId,
        only.userId,
        undefined,
      ])
      await changeSettings(server(), {
        Livechat_Routing_Method: 'Manual_Selection',
        Livechat_maximum_chats_per_agent: 0,
      })
      await tick()
      assert.equal(await servedBy(visitors[2] as TestVisitor), undefined)
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
      await tick()
      assert.equal(await servedBy(visitors[2] as TestVisitor), only.userId)
    })

    it('when a user is made an agent who is there already', async () => {
      const visitor = await seedRoom(server())
      const user = await seedUser(server(), ['user'], { online: true })
      present.push(user)
      const { username } = user
      expectOk(await server().post('livechat/users/agent', { username }, await admin(server())))
      assert.equal(await servedBy(visitor), user.userId)
    })

    it('and counts what waits', async () => {
      await seedRoom(server())
      await seedRoom(server())
      const metrics = await server().app.ctx.metrics.registry.metrics()
      assert.match(metrics, /^foyer_queue_length 2$/m)
    })
  })

  describe('[P8] limits hold', () => {
    it('when conversations begin at once', async () => {
      await changeSettings(server(), { Livechat_maximum_chats_per_agent: 3 })
      const agents = [await agent(), await agent()]
      const visitors = await Promise.all(Array.from({ length: 20 }, () => seedVisitor(server())))
      await Promise.all(visitors.map((visitor) => visitor.openRoom()))
      const served = await Promise.all(visitors.map(servedBy))
      for (const { userId } of agents) {
        assert.equal(served.filter((id) => id === userId).length, 3)
      }
      // Closing at once makes room at once, for as many and no more.
      const mine = visitors.filter((_, index) => served[index] !== undefined)
      await Promise.all(mine.map((visitor) => visitor.close()))
      const rest = visitors.filter((visitor) => !mine.includes(visitor))
      const after = await Promise.all(rest.map(servedBy))
      for (const { userId } of agents) {
        assert.equal(after.filter((id) => id === userId).length, 3)
      }
    })

    it('when an agent comes while conversations begin: nobody is forgotten', async () => {
      for (let round = 0; round < 5; round++) {
        const user = await agent({ online: false })
        const visitors = await Promise.all(Array.from({ length: 5 }, () => seedVisitor(server())))
        await Promise.all([
          ...visitors.map((visitor) => visitor.openRoom()),
          setStatus(server(), user, 'online'),
        ])
        for (const visitor of visitors) assert.equal(await servedBy(visitor), user.userId)
        await setStatus(server(), user, 'offline')
      }
    })
  })

  it('Load_Balancing gives to who has the fewest open ones, Load_Rotation to whose turn it is', async () => {
    const first = await agent({ username: 'aa-balanced' })
    const second = await agent({ username: 'bb-balanced' })
    const [one, two] = [await seedRoom(server()), await seedRoom(server())]
    assert.deepEqual(await Promise.all([one, two].map(servedBy)), [first.userId, second.userId])
    await changeSettings(server(), { Livechat_Routing_Method: 'Load_Balancing' })
    expectOk(await two.close())
    // By the count of Auto_Selection it would be the first one's.
    assert.equal(await servedBy(await seedRoom(server())), second.userId)
    assert.equal(await servedBy(await seedRoom(server())), first.userId, 'longest without one')
    await changeSettings(server(), { Livechat_Routing_Method: 'Load_Rotation' })
    const next = [await seedRoom(server()), await seedRoom(server()), await seedRoom(server())]
    assert.deepEqual(await Promise.all(next.map(servedBy)), [
      second.userId,
      first.userId,
      second.userId,
    ])
    // Those that are given out together have their turns, too.
    for (const user of [first, second]) await setStatus(server(), user, 'offline')
    const waiting = [await seedRoom(server()), await seedRoom(server()), await seedRoom(server())]
    await setStatus(server(), second, 'online')
    assert.deepEqual(await Promise.all(waiting.map(servedBy)), [
      second.userId,
      second.userId,
      second.userId,
    ])
    await setStatus(server(), first, 'online')
    assert.equal(await servedBy(await seedRoom(server())), first.userId)
  })

  it('the preferred agent gets the conversation while he can', async () => {
    const first = await agent({ username: 'aaa' })
    const second = await agent({ username: 'bbb' })
    const open = async (visitor: TestVisitor) =>
      expectOk(
        await server().get('livechat/room', { token: visitor.token, agentId: second.userId }),
      ).room.servedBy._id
    assert.equal(await open(await seedVisitor(server())), second.userId)
    assert.equal(await open(await seedVisitor(server())), second.userId)
    await setStatus(server(), second, 'offline')
    const visitor = await seedVisitor(server())
    assert.equal(await open(visitor), first.userId)
    // Clients that name every field leave some of them empty.
    const { token } = visitor
    const again = await server().get('livechat/room', { token, rid: '', agentId: '' })
    assert.equal(expectOk(again).newRoom, false)
  })

  it('a visitor meets the agent of his last conversation again where the site wants it', async () => {
    const first = await agent({ username: 'aaa' })
    const visitor = await seedRoom(server())
    assert.equal(await servedBy(visitor), first.userId)
    const second = await agent({ username: 'bbb' })
    const again = async () => {
      expectOk(await visitor.close())
      return servedBy(visitor)
    }
    assert.equal(await again(), second.userId)
    await changeSettings(server(), { Livechat_last_chatted_agent_routing: true })
    try {
      assert.equal(await again(), second.userId)
      assert.equal(await again(), second.userId)
      await setStatus(server(), second, 'offline')
      assert.equal(await again(), first.userId)
    } finally {
      await changeSettings(server(), { Livechat_last_chatted_agent_routing: false })
    }
  })

  it('an agent who may not be given anything is not chosen', async () => {
    const away = await agent()
    await setStatus(server(), away, 'away')
    const visitor = await seedRoom(server())
    assert.equal(await servedBy(visitor), away.userId)
    await changeSettings(server(), { Livechat_enabled_when_agent_idle: false })
    try {
      const other = await seedRoom(server())
      assert.equal(await servedBy(other), undefined)
      await setStatus(server(), away, 'busy')
      assert.equal(await servedBy(other), away.userId)
    } finally {
      await changeSettings(server(), { Livechat_enabled_when_agent_idle: true })
    }
  })
})

forEachEngine((engine) => {
  const server = useServer(engine)

  it('with nobody there a conversation cannot begin, unless the site accepts that', async () => {
    const visitor = await seedVisitor(server())
    const refused = await visitor.openRoom()
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.body, {
      success: false,
      error: 'Sorry, no online agents [no-agent-online]',
      errorType: 'no-agent-online',
    })
    await changeSettings(server(), { Livechat_accept_chats_with_no_agents: true })
    expectOk(await visitor.openRoom())
    await changeSettings(server(), { Livechat_accept_chats_with_no_agents: false })
  })
})
