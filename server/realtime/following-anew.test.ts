import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DdpClient } from '../../tests/support/ddp-client.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import { seedRoom } from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE } from '../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('[P4] a client that does not count, and follows anew, misses nothing of the time between', async (t) => {
    const visitor = await seedRoom(server())
    const socket = await DdpClient.connect(server())
    t.after(() => socket.close())
    const first = await socket.follow(visitor, 'room-messages')
    const { _id } = await visitor.say('before')
    await socket.message(visitor.rid, 'before')
    socket.send({ msg: 'unsub', id: first })
    await socket.next(({ msg, id }) => msg === 'nosub' && id === first)
    await visitor.say('between')
    await visitor.edit(_id, 'corrected')
    await socket.follow(visitor, 'room-messages')
    await visitor.say('after')
    await socket.message(visitor.rid, 'after')
    const told = socket
      .events('room-messages', visitor.rid)
      .map(({ fields }) => fields?.args[0].msg)
    assert.deepEqual(told, ['before', 'between', 'corrected', 'after'])
    const ends = socket.heard.filter(({ fields }) => fields?.upToDate === true)
    assert.deepEqual(ends, [], 'only who counts is told where he stands')

    const other = await DdpClient.connect(server())
    t.after(() => other.close())
    await other.follow(visitor, 'room-messages')
    await visitor.say('at last')
    await other.message(visitor.rid, 'at last')
    assert.equal(other.events('room-messages', visitor.rid).length, 1, 'a new socket begins now')
  })
})
