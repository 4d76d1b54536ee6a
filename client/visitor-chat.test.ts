import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectOk, seedAgent, changeSettings } from '../tests/support/seed.ts'
import { sayAs } from '../tests/support/served-room.ts'
import { forEachEngine } from '../tests/support/engines.ts'
import { useServer } from '../tests/support/test-server.ts'
import { createVisitorChat, type VisitorChat } from './visitor-chat.ts'
import { fastTimers } from './testing/fast-timers.ts'
import { Browser, ClosedWebSocket, until, useCleanup, useUrl } from './testing/world.ts'

const textsOf = (chat: VisitorChat): string[] =>
  chat
    .state()
    .items.filter((item) => item.kind !== 'message' || item.message.t === undefined)
    .map(({ text }) => text)

forEachEngine((engine) => {
  const server = useServer(engine)
  const url = useUrl(server)
  const cleanup = useCleanup()

  function newChat(browser = new Browser(), options: object = {}): VisitorChat {
    const chat = createVisitorChat({
      serverUrl: url(),
      storage: browser.storage,
      tabs: browser.tab(),
      timers: fastTimers,
      ...options,
    })
    cleanup(() => chat.stop())
    return chat
  }

  test('without a WebSocket the conversation goes on by polling', async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
    const agent = await seedAgent(server())
    const chat = newChat(new Browser(), { WebSocket: ClosedWebSocket })
    await chat.start()
    assert.equal(chat.state().visitor, undefined)
    const id = chat.send('Hello')
    assert.deepEqual(
      chat.state().items.map(({ kind, text, delivery }) => ({ kind, text, delivery })),
      [{ kind: 'echo', text: 'Hello', delivery: 'sending' }],
    )
    await until(
      () => chat.state().items.some((item) => item.id === id && item.delivery === 'sent'),
      'sent',
    )
    await until(() => chat.state().connection === 'polling', 'polling')
    const rid = chat.state().room?.id ?? ''
    const reply = await sayAs(server(), agent, rid, 'What can I do for you?')
    await until(() => textsOf(chat).length === 2, 'the reply')
    assert.equal(chat.state().unread, 1)
    chat.markRead()
    assert.equal(chat.state().unread, 0)
    await chat.edit(id, 'Hello!')
    await until(() => textsOf(chat)[0] === 'Hello!', 'the edit')
    expectOk(await server().post('chat.delete', { roomId: rid, msgId: reply._id }, agent))
    await until(() => textsOf(chat).length === 1, 'the deletion')
    await until(() => chat.state().agent?.username === agent.username, 'the agent')
    await chat.close()
    await until(() => chat.state().room?.open === false, 'the end')
    assert.equal(chat.state().room?.closedBy, 'visitor')
  })

  test('by the socket: replies, reading, typing, edits and the end', async () => {
    const agent = await seedAgent(server())
    const chat = newChat()
    await chat.start()
    await chat.register({ name: 'Ana' })
    const id = chat.send('Hello')
    await until(() => chat.state().connection === 'online', 'online')
    await until(
      () => chat.state().items.some((item) => item.id === id && item.delivery === 'sent'),
      'sent',
    )
    const rid = chat.state().room?.id ?? ''
    const reply = await sayAs(server(), agent, rid, 'What can I do for you?')
    await until(() => textsOf(chat).length === 2, 'the reply')
    expectOk(await server().post('subscriptions.read', { rid }, agent))
    await until(
      () => chat.state().items.some((item) => item.id === id && item.delivery === 'read'),
      'read',
    )
    expectOk(
      await server().post('chat.update', { roomId: rid, msgId: reply._id, text: 'Yes?' }, agent),
    )
    await until(() => textsOf(chat)[1] === 'Yes?', 'the edit')
    expectOk(await server().post('chat.delete', { roomId: rid, msgId: reply._id }, agent))
    await until(() => textsOf(chat).length === 1, 'the deletion')
    await until(() => chat.state().agent?.username === agent.username, 'the agent')
    expectOk(await server().post('livechat/room.closeByUser', { rid, comment: 'Done' }, agent))
    await until(() => chat.state().room?.open === false, 'the end')
    assert.equal(chat.state().room?.closedBy, 'agent')
  })
})
