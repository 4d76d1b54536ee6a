import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { admin, expectOk, expectRefusal, seedAgent } from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer, type Login } from '../../../tests/support/test-server.ts'
import { FollowedRoom, randomId } from '../../../tests/support/visitor.ts'
import type { Caller } from '../../context.ts'
import { stillMayWrite } from './access.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const clock = { now: () => (now += 1) }
  const server = useServer(engine, { clock })

  const edit = (roomId: string, msgId: string, text: string, login: Login) =>
    server().post('chat.update', { roomId, msgId, text }, login)
  const remove = (roomId: string, msgId: string, login: Login, more: object = {}) =>
    server().post('chat.delete', { roomId, msgId, ...more }, login)
  const react = (messageId: string, login: Login, more: object = {}) =>
    server().post('chat.react', { messageId, emoji: ':thumbsup:', ...more }, login)

  test('[P4] [P6] an agent’s edit, deletion and reaction come to who resumes, in order', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const edited = await sayAs(server(), agent, rid, 'first')
    const removed = await sayAs(server(), agent, rid, 'wrong room')
    const liked = await visitor.say('thanks')
    const client = new FollowedRoom()
    await client.catchUp(visitor, 100)
    const { cursor } = client
    expectOk(await edit(rid, edited._id, 'second', agent))
    expectOk(await remove(rid, removed._id, agent))
    expectOk(await react(liked._id, agent))
    const changes = await visitor.changes(cursor)
    assert.deepEqual(
      changes.messages.map(({ _id, msg }) => [_id, msg]),
      [
        [edited._id, 'second'],
        [liked._id, 'thanks'],
      ],
    )
    assert.deepEqual(changes.deleted, [{ _id: removed._id, seq: cursor + 2 }])
    assert.equal(changes.seq, cursor + 3)
    await client.catchUp(visitor, 1)
    assert.deepEqual(client.inOrder, (await visitor.messages()).reverse())
  })

  test('[P6] the same text again, the same reaction and a second deletion are no events', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await sayAs(server(), agent, rid, 'text')
    expectOk(await react(_id, agent, { shouldReact: true }))
    const { seq } = await visitor.room()
    assert.equal(expectOk(await edit(rid, _id, 'text', agent)).message.editedAt, undefined)
    expectOk(await react(_id, agent, { shouldReact: true }))
    assert.equal((await visitor.room()).seq, seq)
    const first = expectOk(await remove(rid, _id, agent))
    assert.deepEqual(expectOk(await remove(rid, _id, agent)), first)
    assert.match(first.ts, /^\d{13}$/)
    assert.equal(first.message.rid, rid)
    assert.equal((await visitor.room()).seq, seq + 1)
    expectRefusal(await edit(rid, _id, 'again', agent), 400, 'No message found with the id')
  })

  test('an edit keeps place and time, and tells who made it', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const sent = await sayAs(server(), agent, rid, 'before')
    const { message } = expectOk(await edit(rid, sent._id, 'after', agent))
    assert.deepEqual(
      { ...message, editedAt: 0, _updatedAt: 0, ls: 0 },
      {
        ...sent,
        msg: 'after',
        md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: 'after' }] }],
        editedBy: { _id: agent.userId, username: agent.username },
        editedAt: 0,
        _updatedAt: 0,
        ls: 0,
      },
    )
    assert.ok(message.ls > sent.ls)
    expectRefusal(await edit(rid, sent._id, ' ', agent), 400, 'error-message-empty')
    expectRefusal(
      await edit(rid, sent._id, 'a'.repeat(5001), agent),
      400,
      'message-length-exceeds-character-limit',
    )
    assert.deepEqual(await visitor.texts(), ['after'])
  })

  test('others’ messages need the permission, system messages never change', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const said = await visitor.say('my number is 4111')
    const system = (await visitor.messages()).find(({ t }) => t !== undefined)
    assert.ok(system)
    expectRefusal(await edit(rid, said._id, 'x', agent), 400, 'error-action-not-allowed')
    expectRefusal(await remove(rid, said._id, agent), 400, 'error-action-not-allowed')
    const administrator = await admin(server())
    for (const login of [agent, administrator]) {
      expectRefusal(await edit(rid, system._id, 'x', login), 400, 'error-action-not-allowed')
      expectRefusal(await remove(rid, system._id, login), 400, 'error-action-not-allowed')
      expectRefusal(await react(system._id, login), 400, 'error-not-allowed')
    }
    const { message } = expectOk(await edit(rid, said._id, 'my number is ...', administrator))
    assert.equal(message.u._id, visitor.id)
    assert.equal(message.editedBy.username, 'admin')
    expectRefusal(await remove(rid, said._id, agent, { asUser: true }), 400, 'Unauthorized.')
    expectOk(await remove(rid, said._id, administrator, { asUser: true }))
    assert.deepEqual(await visitor.texts(), [])
  })

  test('the settings of editing and deleting hold for agents, with their time windows', async () => {
    const { agent, rid } = await seedServedRoom(server())
    const { _id } = await sayAs(server(), agent, rid, 'text')
    await withSettings(
      server(),
      { Message_AllowEditing: false, Message_AllowDeleting: false },
      async () => {
        expectRefusal(await edit(rid, _id, 'x', agent), 400, 'Message editing not allowed')
        expectRefusal(await remove(rid, _id, agent), 400, 'error-action-not-allowed')
      },
    )
    await withSettings(
      server(),
      {
        Message_AllowEditing_BlockEditInMinutes: 5,
        Message_AllowDeleting_BlockDeleteInMinutes: 5,
      },
      async () => {
        expectOk(await edit(rid, _id, 'in time', agent))
        now += 5 * 60_000
        expectRefusal(await edit(rid, _id, 'late', agent), 400, 'error-message-editing-blocked')
        expectRefusal(await remove(rid, _id, agent), 400, 'error-action-not-allowed')
        expectOk(await remove(rid, _id, await admin(server())))
      },
    )
  })

  test('deletions leave a mark, and an audit copy, where the settings say so', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await sayAs(server(), agent, rid, 'secret')
    await withSettings(
      server(),
      { Message_ShowDeletedStatus: true, Message_KeepHistory: true },
      async () => {
        expectOk(await edit(rid, _id, 'changed', agent))
        expectOk(await remove(rid, _id, agent))
      },
    )
    const [newest] = await visitor.messages()
    assert.equal(newest?._id, _id)
    assert.equal(newest?.t, 'rm')
    assert.equal(newest?.msg, '')
    const copies = await server().app.ctx.db.read((reader) =>
      reader.q
        .selectFrom('message_history')
        .select(['text', 'change', 'by_id'])
        .where('message_id', '=', _id)
        .orderBy('at')
        .execute(),
    )
    assert.deepEqual(
      copies.map((copy) => ({ ...copy })),
      [
        { text: 'secret', change: 'edit', by_id: agent.userId },
        { text: 'changed', change: 'delete', by_id: agent.userId },
      ],
    )
  })

  test('nothing changes in a closed room, but a deletion can be forced', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await sayAs(server(), agent, rid, 'text')
    expectOk(await visitor.close())
    expectRefusal(await edit(rid, _id, 'x', agent), 400, 'room-closed')
    expectRefusal(await remove(rid, _id, agent), 400, 'room-closed')
    expectRefusal(await react(_id, agent), 400, 'room-closed')
    expectOk(await remove(rid, _id, await admin(server())))
  })

  test('a reaction is toggled, counted per person, and needs a name', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await visitor.say('done!')
    const reactions = async () =>
      expectOk(await server().get('chat.getMessage', { msgId: _id }, agent)).message.reactions
    expectOk(await react(_id, agent))
    expectOk(await react(_id, await admin(server())))
    expectOk(await react(_id, agent, { emoji: 'tada' }))
    assert.deepEqual(await reactions(), {
      ':thumbsup:': { usernames: [agent.username, 'admin'] },
      ':tada:': { usernames: [agent.username] },
    })
    expectOk(await react(_id, agent, { emoji: 'tada' }))
    expectOk(await react(_id, agent, { shouldReact: false }))
    assert.deepEqual(await reactions(), { ':thumbsup:': { usernames: ['admin'] } })
    expectRefusal(await react(_id, agent, { emoji: '<b>' }), 400, 'Invalid emoji provided.')
    const missing = await server().post('chat.react', { messageId: _id }, agent)
    expectRefusal(missing, 400, 'error-emoji-param-not-provided')
    assert.equal(rid, visitor.rid)
  })

  test('[S1] foreign and absent messages are refused alike', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await visitor.say('private')
    const other = await seedServedRoom(server())
    const absent = 'no-such-message'
    const calls: ((id: string, login: Login) => ReturnType<typeof edit>)[] = [
      (id, login) => edit(rid, id, 'x', login),
      (id, login) => remove(rid, id, login),
      (id, login) => react(id, login),
      (id, login) => server().get('chat.getMessage', { msgId: id }, login),
    ]
    for (const call of calls) {
      const foreign = await call(_id, other.agent)
      const missing = await call(absent, other.agent)
      assert.equal(foreign.status, 400)
      assert.deepEqual(
        foreign.body,
        JSON.parse(JSON.stringify(missing.body).replaceAll(absent, _id)),
      )
      expectOk(await call((await sayAs(server(), agent, rid, 'mine'))._id, agent))
    }
    const elsewhere = await sayAs(server(), other.agent, other.rid, 'elsewhere')
    expectRefusal(
      await edit(rid, elsewhere._id, 'x', other.agent),
      400,
      'The room id provided does not match',
    )
  })

  test('an agent who gave a room away can change and send nothing there', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const own = { _id: randomId(), rid, msg: 'text' }
    const send = (message: object) => server().post('chat.sendMessage', { message }, agent)
    expectOk(await send(own))
    await seedAgent(server())
    const back = { roomId: rid }
    expectOk(await server().post('livechat/inquiries.returnAsInquiry', back, agent))
    assert.notEqual((await visitor.room()).servedBy.username, agent.username)
    expectRefusal(await edit(rid, own._id, 'x', agent), 400, 'No message found')
    expectRefusal(await remove(rid, own._id, agent), 400, 'No message found')
    expectRefusal(await send({ rid, msg: 'more' }), 400, 'error-invalid-room')
    assert.equal(expectOk(await send(own)).message.msg, 'text', '[P2] a late retry')
    assert.deepEqual(await visitor.texts(), ['text'])
  })

  test('what was seen before the lock counts only while the room has not changed hands', () => {
    const caller = { userId: 'me' } as Caller
    const access = { manager: false, member: true, servedBy: 'other' }
    assert.equal(stillMayWrite(access, caller, { served_by_id: 'other' }), true)
    assert.equal(stillMayWrite(access, caller, { served_by_id: null }), false)
    assert.equal(stillMayWrite(access, caller, { served_by_id: 'me' }), true)
    const served = { manager: false, member: true, servedBy: 'me' }
    assert.equal(stillMayWrite(served, caller, { served_by_id: 'other' }), false)
    assert.equal(stillMayWrite({ ...served, manager: true }, caller, { served_by_id: null }), true)
  })
})
