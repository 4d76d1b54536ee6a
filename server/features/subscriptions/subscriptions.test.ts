import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { expectOk, expectRefusal, seedAgent, type TestUser } from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { clock: { now: () => (now += 1) } })

  const getOne = async (agent: TestUser, roomId: string) =>
    expectOk(await server().get('subscriptions.getOne', { roomId }, agent)).subscription
  const getAll = async (agent: TestUser, updatedSince?: string) =>
    expectOk(await server().get('subscriptions.get', updatedSince ? { updatedSince } : {}, agent))
  const read = (agent: TestUser, rid: string) => server().post('subscriptions.read', { rid }, agent)
  const unread = (agent: TestUser, body: object) =>
    server().post('subscriptions.unread', body, agent)

  test('unread counts what others wrote since the agent read or wrote', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const given = await getOne(agent, rid)
    assert.equal(given.alert, true)
    assert.equal(given.unread, 0)
    assert.equal(given.userMentions, 1)
    assert.equal(given.groupMentions, 0)
    assert.equal(given.fname, 'Ana')
    assert.deepEqual(given.u, { _id: agent.userId, username: agent.username, name: agent.username })
    await visitor.say('one')
    const removed = await visitor.say('two')
    expectOk(await visitor.remove(removed._id))
    assert.equal((await getOne(agent, rid)).unread, 1)
    expectOk(await read(agent, rid))
    const seen = await getOne(agent, rid)
    assert.equal(seen.unread, 0)
    assert.equal(seen.alert, false)
    assert.equal(seen.userMentions, 0)
    assert.ok(seen.ls > given.ts)
    assert.equal(seen.lr, undefined)
    await visitor.say('three')
    assert.equal((await getOne(agent, rid)).unread, 1)
    const said = await sayAs(server(), agent, rid, 'here I am')
    const replied = await getOne(agent, rid)
    assert.equal(replied.unread, 0)
    assert.equal(replied.lr, said.ts)
    assert.equal(replied.ls, said.ts)
    assert.deepEqual((await getAll(agent)).update, [replied])
  })

  test('only mentions count where the setting says so', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('one')
    await visitor.say('two')
    await withSettings(server(), { Unread_Count_Omni: 'mentions_only' }, async () => {
      assert.equal((await getOne(agent, rid)).unread, 1)
      expectOk(await read(agent, rid))
      await visitor.say('three')
      const { unread, alert } = await getOne(agent, rid)
      assert.deepEqual({ unread, alert }, { unread: 0, alert: true })
    })
  })

  test('[P4] an agent’s read is an event: it takes a place, and a resume goes on after it', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('one')
    const before = await visitor.changes(0)
    expectOk(await read(agent, rid))
    assert.equal((await getOne(agent, rid)).readSeq, before.seq + 1)
    const after = await visitor.changes(before.seq)
    assert.deepEqual(after.messages, [])
    assert.equal(after.seq, before.seq + 1)
    expectOk(await read(agent, rid))
    assert.equal((await visitor.changes(before.seq)).seq, before.seq + 1, 'nothing new to read')
    const two = await visitor.say('two')
    assert.deepEqual(
      (await visitor.changes(after.seq)).messages.map(({ _id }) => _id),
      [two._id],
    )
  })

  test('[P6] marking unread moves the position back; doing it again is no event', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    expectRefusal(await unread(agent, { roomId: rid }), 400, 'error-no-message-for-unread')
    const one = await visitor.say('one')
    const two = await visitor.say('two')
    const mine = await sayAs(server(), agent, rid, 'mine')
    expectOk(await unread(agent, { roomId: rid }))
    const marked = await getOne(agent, rid)
    assert.equal(marked.unread, 1)
    assert.equal(marked.alert, true)
    assert.ok(marked.ls < two.ts && marked.ls >= one.ts)
    const { seq } = await visitor.room()
    expectOk(await unread(agent, { roomId: rid }))
    assert.equal((await visitor.room()).seq, seq)
    expectOk(await unread(agent, { firstUnreadMessage: { _id: one._id } }))
    assert.equal((await getOne(agent, rid)).unread, 2)
    expectRefusal(
      await unread(agent, { firstUnreadMessage: { _id: mine._id } }),
      400,
      'error-action-not-allowed',
    )
  })

  test('updatedSince tells what changed, and the end of a membership once', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const other = await seedServedRoom(server())
    const first = await getAll(agent)
    assert.deepEqual(
      first.update.map((row: { rid: string }) => row.rid),
      [rid],
    )
    assert.deepEqual(first.remove, [])
    const since = first.update[0]._updatedAt
    assert.deepEqual(await getAll(agent, since), { update: [], remove: [], success: true })
    await visitor.say('hello')
    const changed = await getAll(agent, since)
    assert.equal(changed.update[0].unread, 1)
    expectOk(await visitor.close())
    expectOk(await other.visitor.close())
    const ended = await getAll(agent, since)
    assert.deepEqual(ended.update, [])
    assert.deepEqual(
      ended.remove.map(({ _id }: { _id: string }) => _id),
      [first.update[0]._id],
    )
    assert.equal(await getOne(agent, rid), null)
    expectRefusal(
      await server().get('subscriptions.get', { updatedSince: 'yesterday' }, agent),
      400,
      'error-roomId-param-invalid',
    )
  })

  test('[S1] a room of others is like no room at all', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const { _id } = await visitor.say('private')
    const stranger = await seedAgent(server())
    for (const call of [
      (id: string, user: TestUser) => read(user, id),
      (id: string, user: TestUser) => unread(user, { roomId: id }),
      (id: string, user: TestUser) => server().get('subscriptions.getOne', { roomId: id }, user),
    ]) {
      const foreign = await call(rid, stranger)
      const absent = await call('no-such-room', stranger)
      assert.deepEqual([foreign.status, foreign.body], [absent.status, absent.body])
      expectOk(await call(rid, agent))
    }
    const message = (id: string) => unread(stranger, { firstUnreadMessage: { _id: id } })
    assert.deepEqual((await message(_id)).body, (await message('no-such-message')).body)
    assert.deepEqual((await getAll(stranger)).update, [])
  })

  test('[S2] no answer holds a visitor token; [S3] wrong types are a 400', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('hello')
    const answers = [await getAll(agent), await getOne(agent, rid)]
    assert.ok(!JSON.stringify(answers).includes(visitor.token))
    for (const wrong of [{ $ne: null }, ['a'], null]) {
      for (const answer of [
        await server().post('subscriptions.read', { rid: wrong }, agent),
        await unread(agent, { roomId: wrong }),
        await unread(agent, { firstUnreadMessage: wrong }),
        await server().request('GET', 'subscriptions.getOne?roomId[$ne]=x', {
          headers: agent.headers,
        }),
      ]) {
        assert.equal(answer.status, 400, JSON.stringify(wrong))
      }
    }
    expectOk(await read(agent, rid))
  })
})
