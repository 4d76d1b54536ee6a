import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  seedAgent,
  seedManager,
  seedRoom,
  type TestUser,
} from '../tests/support/seed.ts'
import { seedServedRoom } from '../tests/support/served-room.ts'
import { useServer } from '../tests/support/test-server.ts'
import { createAgentDesk, type AgentDesk, type AgentDeskOptions } from './agent-desk.ts'
import { fastTimers } from './testing/fast-timers.ts'
import { createVisitorChat } from './visitor-chat.ts'
import { Browser, ClosedWebSocket, until, useCleanup, useUrl } from './testing/world.ts'

forEachEngine((engine) => {
  const server = useServer(engine)
  const url = useUrl(server)
  const cleanup = useCleanup()

  async function openDesk(
    agent: TestUser,
    options: Partial<AgentDeskOptions> = {},
  ): Promise<AgentDesk> {
    const browser = new Browser()
    const desk = createAgentDesk({
      serverUrl: url(),
      session: { userId: agent.userId, token: agent.headers['x-auth-token'] ?? '' },
      storage: browser.storage,
      tabs: browser.tab(),
      timers: fastTimers,
      ...options,
    })
    cleanup(() => desk.stop())
    await desk.start()
    return desk
  }

  const textsOf = (desk: AgentDesk, rid: string): string[] =>
    (desk.state().rooms[rid]?.items ?? [])
      .filter((item) => item.kind !== 'message' || item.message.t === undefined)
      .map(({ text }) => text)

  for (const way of ['by the socket', 'by polling'] as const) {
    test(`${way}: an agent takes a conversation, answers, and closes it`, async () => {
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const agent = await seedAgent(server())
      const desk = await openDesk(agent, way === 'by polling' ? { WebSocket: ClosedWebSocket } : {})
      const expected = way === 'by polling' ? 'polling' : 'online'
      await until(() => desk.state().connection === expected, expected)
      assert.equal(desk.state().me?.username, agent.username)
      assert.equal(desk.state().availability, 'available')

      const visitor = await seedRoom(server())
      await visitor.say('Hello')
      const { rid } = visitor
      const waiting = () => desk.state().queue.find((inquiry) => inquiry.rid === rid)
      await until(() => waiting() !== undefined, 'it waits')
      assert.equal(await desk.take(waiting()?._id ?? ''), rid)
      const mine = () => desk.state().conversations.find((one) => one.rid === rid)
      await until(() => mine()?.room !== undefined, 'it is mine')
      await until(() => waiting() === undefined, 'it does not wait any more')
      await until(() => mine()?.unread === 1, 'unread')

      desk.openRoom(rid)
      await until(() => desk.state().rooms[rid]?.phase === 'ready', 'opened')
      assert.deepEqual(textsOf(desk, rid), ['Hello'])
      desk.markRead(rid)
      assert.equal(mine()?.unread, 0)
      const id = desk.send(rid, 'What can I do for you?')
      await until(
        () =>
          desk
            .state()
            .rooms[rid]?.items.some((item) => item.id === id && item.delivery === 'sent') === true,
        'sent',
      )
      const answer = await visitor.say('My order')
      await until(() => textsOf(desk, rid).length === 3, 'the answer')
      await visitor.edit(answer._id, 'My order 7')
      await until(() => textsOf(desk, rid)[2] === 'My order 7', 'the edit')
      await desk.edit(rid, id, 'What may I do for you?')
      await until(() => textsOf(desk, rid)[1] === 'What may I do for you?', 'the own edit')
      await visitor.remove(answer._id)
      await until(() => textsOf(desk, rid).length === 2, 'the deletion')
      await visitor.markRead((await visitor.room()).seq)
      if (way === 'by the socket') {
        await until(
          () =>
            desk
              .state()
              .rooms[rid]?.items.some((item) => item.id === id && item.delivery === 'read') ===
            true,
          'read by the visitor',
        )
      }
      await desk.closeConversation(rid, 'Solved')
      await until(() => mine() === undefined, 'it is not mine any more')
      await until(() => desk.state().rooms[rid]?.state.open === false, 'closed')
      assert.deepEqual(await visitor.texts(), ['Hello', 'What may I do for you?'])
    })
  }

  test('older messages are loaded page by page, with nothing between missing', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const said = Array.from({ length: 60 }, (_, index) => `line ${index}`)
    for (const text of said) await visitor.say(text)
    const desk = await openDesk(agent)
    desk.openRoom(visitor.rid)
    await until(() => desk.state().rooms[visitor.rid]?.phase === 'ready', 'opened')
    while (desk.state().rooms[visitor.rid]?.state.hasOlder === true) {
      await desk.loadOlder(visitor.rid)
    }
    assert.deepEqual(textsOf(desk, visitor.rid), said)
  })

  test('the typing of each side is told to the other and ends by itself', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const desk = await openDesk(agent)
    desk.openRoom(rid)
    const browser = new Browser()
    const chat = createVisitorChat({
      serverUrl: url(),
      storage: browser.storage,
      tabs: browser.tab(),
      token: visitor.token,
      timers: fastTimers,
    })
    cleanup(() => chat.stop())
    await chat.start()
    const seenByAgent = () => desk.state().rooms[rid]?.state.typing ?? []
    // Typing is best effort: it is told while both follow the room.
    await until(() => {
      chat.setTyping(true)
      return seenByAgent().length === 1
    }, 'told to the agent')
    assert.equal(seenByAgent()[0], chat.state().visitor?.username)
    await until(() => seenByAgent().length === 0, 'over without a word')
    await until(() => {
      desk.setTyping(rid, true)
      return chat.state().typing.length === 1
    }, 'told to the visitor')
    assert.deepEqual(desk.state().rooms[rid]?.state.typing, [], 'not of oneself')
    desk.send(rid, 'There it is')
    await until(() => chat.state().typing.length === 0, 'over with the message')
  })

  test('who is no agent gets a desk without a queue', async () => {
    const manager = await seedManager(server())
    const desk = await openDesk(manager)
    await until(() => desk.state().connection === 'online', 'online')
    assert.equal(desk.state().phase, 'ready')
    assert.deepEqual(desk.state().queue, [])
  })

  test('it may be stopped and started again', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const desk = await openDesk(agent)
    desk.openRoom(rid)
    await until(() => desk.state().rooms[rid]?.phase === 'ready', 'opened')
    desk.stop()
    await visitor.say('Are you there?')
    await desk.start()
    await until(() => textsOf(desk, rid).length === 1, 'what was said meanwhile')
    desk.send(rid, 'I am')
    await until(() => textsOf(desk, rid).length === 2, 'sent')
  })

  test('who is signed out elsewhere is told once, and what he typed is kept', async () => {
    const agent = await seedAgent(server())
    const browser = new Browser()
    const desk = await openDesk(agent, { storage: browser.storage })
    const signedOut: string[] = []
    desk.onSignedOut(() => signedOut.push('out'))
    await until(() => desk.state().connection === 'online', 'online')
    expectOk(await server().post('logout', {}, agent))
    await until(() => signedOut.length > 0, 'told')
    desk.send('R', 'not lost')
    assert.equal(desk.state().connection, 'offline')
    assert.deepEqual(signedOut, ['out'])
    assert.ok([...browser.storage.kept.values()].some((value) => value.includes('not lost')))
  })
})
