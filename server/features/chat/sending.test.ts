import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
} from '../../../tests/support/seed.ts'
import { seedServedRoom } from '../../../tests/support/served-room.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { randomId } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine)

  const send = (message: object, login: Parameters<ReturnType<typeof server>['post']>[2]) =>
    server().post('chat.sendMessage', { message }, login)

  test('an agent’s message reaches the visitor, with its author and its place', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const { message } = expectOk(await send({ rid: visitor.rid, msg: 'How are you?' }, agent))
    assert.equal(message.u._id, agent.userId)
    assert.equal(message.msg, 'How are you?')
    const [newest] = await visitor.messages()
    assert.deepEqual(newest, message)
    const room = await visitor.room()
    assert.equal(room.waitingResponse, undefined)
    assert.equal(room.responseBy.username, agent.username)
  })

  test('[P2] the same _id sent 20 times concurrently by an agent is one message', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const _id = randomId()
    const before = (await visitor.room()).seq
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send({ rid: visitor.rid, msg: 'once', _id }, agent)),
    )
    const messages = answers.map((answer) => expectOk(answer).message)
    for (const message of messages) assert.deepEqual(message, messages[0])
    assert.deepEqual(await visitor.texts(), ['once'])
    assert.equal((await visitor.room()).seq, before + 1)
  })

  test('[P2] a retry is answered with the present state after edit, close and deletion', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const own = { rid: visitor.rid, msg: 'first', _id: randomId() }
    expectOk(await send(own, agent))
    const key = { roomId: visitor.rid, msgId: own._id }
    expectOk(await server().post('chat.update', { ...key, text: 'second' }, agent))
    assert.equal(expectOk(await send(own, agent)).message.msg, 'second')
    expectOk(await server().post('chat.delete', key, agent))
    expectOk(await visitor.close())
    const again = expectOk(await send(own, agent)).message
    assert.equal(again.t, 'rm')
    assert.equal(again.msg, '')
    assert.deepEqual(await visitor.texts(), [])
    expectRefusal(await send({ ...own, _id: randomId() }, agent), 400, 'room-closed')
  })

  test('[P2] somebody else’s _id is refused and writes nothing', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const mine = await visitor.say('mine')
    expectRefusal(
      await send({ rid: visitor.rid, msg: 'taken', _id: mine._id }, agent),
      400,
      'error-message-id-taken',
    )
    const theirs = expectOk(await send({ rid: visitor.rid, msg: 'theirs' }, agent)).message
    expectRefusal(await visitor.send('taken', theirs._id), 400, 'error-message-id-taken')
    assert.deepEqual(await visitor.texts(), ['mine', 'theirs'])
  })

  test('[S1] who does not serve, join or manage a room cannot tell it from an absent one', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const stranger = await seedAgent(server())
    const nobody = await seedUser(server(), ['user'])
    for (const other of [stranger, nobody]) {
      for (const [path, body] of [
        ['chat.sendMessage', (rid: string) => ({ message: { rid, msg: 'hi' } })],
        ['chat.postMessage', (rid: string) => ({ roomId: rid, text: 'hi' })],
        ['chat.postMessage', (rid: string) => ({ channel: `#${rid}`, text: 'hi' })],
      ] as const) {
        const foreign = await server().post(path, body(visitor.rid), other)
        const absent = await server().post(path, body('no-such-room'), other)
        assert.equal(foreign.status, 400)
        assert.deepEqual(foreign.body, absent.body)
        expectOk(await server().post(path, body(visitor.rid), agent))
      }
    }
    const manager = await seedManager(server())
    expectOk(await send({ rid: visitor.rid, msg: 'I watch' }, manager))
    assert.deepEqual(await visitor.texts(), [...Array<string>(6).fill('hi'), 'I watch'])
  })

  test('an agent who may only look into the queue may not write there', async () => {
    await seedAgent(server())
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const agent = await seedAgent(server())
    const visitor = await seedRoom(server())
    expectRefusal(await send({ rid: visitor.rid, msg: 'hi' }, agent), 400, 'error-not-allowed')
    const manager = await seedManager(server())
    expectOk(await send({ rid: visitor.rid, msg: 'hi' }, manager))
    expectOk(await visitor.close())
  })

  test('empty, long, forged and late messages are refused, all in one room', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const { rid } = visitor
    const refusals: [object, string][] = [
      [{ rid, msg: '  ' }, 'error-message-empty'],
      [{ rid }, 'error-message-empty'],
      [{ rid, msg: 'a'.repeat(5001) }, 'message-length-exceeds-character-limit'],
      [{ rid, msg: 'a', t: 'livechat-close' }, 'Cannot send system messages'],
      [{ rid, msg: 'a', alias: 'The boss' }, 'error-not-allowed'],
      [{ rid, msg: 'a', tshow: true }, 'invalid-params'],
      [{ rid, msg: 'a', tmid: 'no-such-message' }, 'error-message-not-found'],
      [{ rid, msg: 'a', ts: '2020-01-01T00:00:00.000Z' }, 'error-message-ts-out-of-sync'],
      [{ rid, msg: 'a', ts: 'yesterday' }, 'invalid-params'],
      [{ rid, msg: 'a', customFields: { order: '7' } }, 'invalid-params'],
      [{ rid, attachments: [{ title_link: 'javascript:alert(1)' }] }, 'invalid-params'],
      [{ rid, attachments: [{ image_url: '//evil.example/x.png' }] }, 'invalid-params'],
      [
        { rid, attachments: Array.from({ length: 10 }, () => ({ text: 'a'.repeat(4000) })) },
        'error-message-size-exceeded',
      ],
    ]
    for (const [message, text] of refusals) expectRefusal(await send(message, agent), 400, text)
    expectOk(await send({ rid, msg: 'a'.repeat(5000), ts: new Date().toISOString() }, agent))
    assert.equal((await visitor.texts()).length, 1)
  })

  test('attachments keep known fields only; a bot may use another name', async () => {
    const { visitor } = await seedServedRoom(server())
    const bot = await seedUser(server(), ['bot', 'livechat-manager'])
    const attachment = { title: 'Invoice', title_link: 'https://example.com/1', evil: '<script>' }
    const sent = expectOk(
      await server().post(
        'chat.postMessage',
        {
          roomId: [visitor.rid],
          attachments: [attachment],
          username: 'Billing',
          icon_emoji: ':coin:',
        },
        bot,
      ),
    )
    assert.equal(sent.channel, visitor.rid)
    assert.equal(sent.ts, Date.parse(sent.message.ts))
    assert.equal(sent.message.alias, 'Billing')
    assert.equal(sent.message.emoji, ':coin:')
    assert.equal(sent.message.groupable, false)
    assert.deepEqual(sent.message.attachments, [
      { title: 'Invoice', title_link: 'https://example.com/1' },
    ])
    expectRefusal(await server().post('chat.postMessage', { text: 'a' }, bot), 400, 'unknown-error')
  })

  test('[S3] wrong types are a 400 on every endpoint that writes', async () => {
    const { agent, visitor } = await seedServedRoom(server())
    const { rid } = visitor
    const wrong: unknown[] = [{ $ne: null }, ['a'], null, true, 7]
    const calls: [string, (value: unknown) => object][] = [
      ['chat.sendMessage', (rid) => ({ message: { rid, msg: 'a' } })],
      ['chat.sendMessage', (message) => ({ message })],
      ['chat.sendMessage', (_id) => ({ message: { rid, msg: 'a', _id } })],
      ['chat.sendMessage', (attachments) => ({ message: { rid, msg: 'a', attachments } })],
      ['chat.postMessage', (roomId) => ({ roomId, text: 'a' })],
      ['chat.update', (msgId) => ({ roomId: rid, msgId, text: 'a' })],
      ['chat.delete', (msgId) => ({ roomId: rid, msgId })],
      ['chat.react', (messageId) => ({ messageId, emoji: 'smile' })],
    ]
    for (const [path, body] of calls) {
      for (const value of wrong) {
        const answer = await server().post(path, body(value), agent)
        assert.equal(answer.status, 400, `${path} ${JSON.stringify(value)}`)
      }
    }
    assert.deepEqual(await visitor.texts(), [])
  })
})
