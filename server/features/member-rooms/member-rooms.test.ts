import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedUser,
} from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../../tests/support/served-room.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { clock: { now: () => (now += 1) } })

  test('rooms.get tells the caller’s rooms, what changed, and what he has left', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const other = await seedServedRoom(server())
    const said = await sayAs(server(), agent, rid, 'hello')
    const get = async (query: Record<string, string> = {}) =>
      expectOk(await server().get('rooms.get', query, agent))
    const first = await get()
    assert.deepEqual(
      first.update.map((room: { _id: string }) => room._id),
      [rid],
    )
    const [room] = first.update
    assert.equal(room.lastMessage._id, said._id)
    assert.equal(room.servedBy.username, agent.username)
    assert.equal(room.responseBy, undefined, 'not published')
    assert.equal(room.v.token, undefined)
    const updatedSince = room._updatedAt
    assert.deepEqual((await get({ updatedSince })).update, [])
    await visitor.say('hi')
    assert.equal((await get({ updatedSince })).update[0].msgs, room.msgs + 1)
    expectOk(await visitor.close())
    expectOk(await other.visitor.close())
    const after = await get({ updatedSince })
    assert.deepEqual(after.update, [])
    assert.deepEqual(
      after.remove.map(({ _id }: { _id: string }) => _id),
      [rid],
    )
    expectRefusal(
      await server().get('rooms.get', { updatedSince: 'x' }, agent),
      400,
      'error-updatedSince-param-invalid',
    )
  })

  test('rooms.info and channels.info tell the whole record of a readable room', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await sayAs(server(), agent, rid, 'hello')
    expectOk(await visitor.close())
    for (const login of [agent, await seedManager(server())]) {
      const { room } = expectOk(await server().get('rooms.info', { roomId: rid }, login))
      assert.equal(room.closer, 'visitor')
      assert.equal(room.responseBy.username, agent.username)
      const { channel } = expectOk(await server().get('channels.info', { roomId: rid }, login))
      assert.deepEqual(channel, room)
    }
    const missing = await server().get('rooms.info', {}, agent)
    expectRefusal(missing, 400, 'error-roomid-param-not-provided')
    const { exists } = expectOk(await server().get('rooms.nameExists', { roomName: rid }, agent))
    assert.equal(exists, false)
  })

  test('[S1] who may not read a room cannot tell it from an absent one', async () => {
    const { agent, rid } = await seedServedRoom(server())
    for (const other of [await seedAgent(server()), await seedUser(server(), ['user'])]) {
      for (const path of ['rooms.info', 'channels.info']) {
        const foreign = await server().get(path, { roomId: rid }, other)
        expectRefusal(foreign, 400, 'does not match any channel [error-room-not-found]')
        assert.deepEqual(foreign.body, (await server().get(path, { roomId: 'none' }, other)).body)
        expectOk(await server().get(path, { roomId: rid }, agent))
      }
      assert.deepEqual(expectOk(await server().get('rooms.get', {}, other)).update, [])
    }
  })

  test('[S2] no answer holds a visitor token; [S3] wrong types are a 400', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('hello')
    for (const path of ['rooms.get', `rooms.info?roomId=${rid}`, `channels.info?roomId=${rid}`]) {
      const answer = expectOk(await server().request('GET', path, { headers: agent.headers }))
      assert.ok(JSON.stringify(answer).includes(rid))
      assert.ok(!JSON.stringify(answer).includes(visitor.token))
    }
    for (const path of [
      'rooms.info?roomId[$ne]=x',
      'channels.info?roomId[]=x',
      'rooms.get?updatedSince[$gt]=x',
    ]) {
      const answer = await server().request('GET', path, { headers: agent.headers })
      assert.equal(answer.status, 400, path)
    }
  })
})
