import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  expectOk,
  expectRefusal,
  seedAgent,
  seedUser,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../../tests/support/served-room.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  // The same millisecond again and again: order must not depend on the clock.
  const server = useServer(engine, { clock: { now: () => now } })

  const sync = async (agent: TestUser, query: Record<string, string>) =>
    expectOk(await server().get('chat.syncMessages', query, agent)).result
  const ids = (messages: { _id: string }[]) => messages.map(({ _id }) => _id)

  test('syncMessages tells everything that changed since a time, though time stands still', async () => {
    const { agent, visitor, rid: roomId } = await seedServedRoom(server())
    const edited = await sayAs(server(), agent, roomId, 'one')
    const removed = await sayAs(server(), agent, roomId, 'two')
    const last = await visitor.say('three')
    let lastUpdate = last.ls
    assert.deepEqual(await sync(agent, { roomId, lastUpdate }), { updated: [], deleted: [] })
    expectOk(await server().post('chat.update', { roomId, msgId: edited._id, text: 'one!' }, agent))
    expectOk(await server().post('chat.delete', { roomId, msgId: removed._id }, agent))
    const four = await visitor.say('four')
    const changes = await sync(agent, { roomId, lastUpdate })
    assert.deepEqual(ids(changes.updated), [edited._id, four._id])
    assert.deepEqual(ids(changes.deleted), [removed._id])
    assert.ok(changes.deleted[0]._deletedAt > lastUpdate)
    assert.ok(changes.deleted[0]._deletedAt < four.ts, 'in the order of the room')
    lastUpdate = four.ls
    assert.deepEqual(await sync(agent, { roomId, lastUpdate }), { updated: [], deleted: [] })
    now += 60_000
  })

  test('syncMessages goes page by page with cursors, both ways', async () => {
    const { agent, visitor, rid: roomId } = await seedServedRoom(server())
    const start = (await visitor.messages())[0]?.ls ?? ''
    for (const text of ['a', 'b', 'c', 'd', 'e']) await visitor.say(text)
    const texts: string[] = []
    let next: string | null = String(Date.parse(start))
    while (next !== null) {
      const page = await sync(agent, { roomId, type: 'UPDATED', next, count: '2' })
      texts.push(...page.updated.map(({ msg }: { msg: string }) => msg))
      next = page.cursor.next
    }
    assert.deepEqual(texts, ['a', 'b', 'c', 'd', 'e'])
    const back = await sync(agent, { roomId, previous: String(now + 60_000), count: '2' })
    assert.deepEqual(
      back.updated.map(({ msg }: { msg: string }) => msg),
      ['d', 'e'],
    )
    assert.ok(back.cursor.previous)
    const [first] = await visitor.messages({ limit: '1' })
    expectOk(await visitor.remove(first?._id ?? ''))
    const deleted = await sync(agent, { roomId, type: 'DELETED', next: '0' })
    assert.deepEqual(ids(deleted.deleted), [first?._id])
    for (const query of [{ next: 'soon' }, { previous: '-1' }, { lastUpdate: 'x' }, {}]) {
      const answer = await server().get('chat.syncMessages', { roomId, ...query }, agent)
      assert.equal(answer.status, 400, JSON.stringify(query))
    }
  })

  test('search finds what people wrote, wildcards meaning themselves', async () => {
    const { agent, visitor, rid: roomId } = await seedServedRoom(server())
    await visitor.say('100% Sure')
    await visitor.say('100 times')
    await sayAs(server(), agent, roomId, 'surely')
    const found = async (searchText: string, more: Record<string, string> = {}) =>
      expectOk(
        await server().get('chat.search', { roomId, searchText, ...more }, agent),
      ).messages.map(({ msg }: { msg: string }) => msg)
    assert.deepEqual(await found('SURE'), ['surely', '100% Sure'])
    assert.deepEqual(await found('SURE', { count: '1', offset: '1' }), ['100% Sure'])
    assert.deepEqual(await found('0%'), ['100% Sure'])
    assert.deepEqual(await found('_'), [])
    assert.deepEqual(await found(' '), [])
    assert.deepEqual(await found('connected'), [], 'no system messages')
  })

  test('[S1] who may not read a room cannot tell it from an absent one', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('private')
    for (const other of [await seedAgent(server()), await seedUser(server(), ['user'])]) {
      for (const [path, query] of [
        ['chat.syncMessages', { lastUpdate: '2020-01-01T00:00:00.000Z' }],
        ['chat.syncMessages', { next: '0' }],
        ['chat.search', { searchText: 'private' }],
      ] as const) {
        const foreign = await server().get(path, { roomId: rid, ...query }, other)
        expectRefusal(foreign, 400, 'error-not-allowed')
        const absent = await server().get(path, { roomId: 'none', ...query }, other)
        assert.deepEqual(foreign.body, absent.body)
        expectOk(await server().get(path, { roomId: rid, ...query }, agent))
      }
    }
  })

  test('[S2] no answer holds a visitor token; [S3] wrong types are a 400', async () => {
    const { agent, visitor, rid: roomId } = await seedServedRoom(server())
    const { _id } = await visitor.say('hello')
    const answers = [
      await sync(agent, { roomId, lastUpdate: '2020-01-01T00:00:00.000Z' }),
      expectOk(await server().get('chat.getMessage', { msgId: _id }, agent)),
      expectOk(await server().get('chat.search', { roomId, searchText: 'hello' }, agent)),
    ]
    for (const answer of answers) {
      assert.ok(JSON.stringify(answer).includes('hello'))
      assert.ok(!JSON.stringify(answer).includes(visitor.token))
    }
    for (const path of [
      'chat.getMessage?msgId[$ne]=x',
      'chat.getMessage',
      `chat.search?roomId=${roomId}&searchText[$regex]=.`,
      `chat.syncMessages?roomId=${roomId}&lastUpdate[$gt]=0`,
      `chat.syncMessages?roomId=${roomId}&next=0&type=ALL`,
    ]) {
      const answer = await server().request('GET', path, { headers: agent.headers })
      assert.equal(answer.status, 400, path)
    }
  })
})
