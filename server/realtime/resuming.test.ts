import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { StandingClock } from '../../tests/support/clock.ts'
import { DdpClient } from '../../tests/support/ddp-client.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import { expectOk, seedRoom } from '../../tests/support/seed.ts'
import { SocketRoom } from '../../tests/support/socket-room.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE, type TestVisitor, type WireMessage } from '../../tests/support/visitor.ts'

const DAY_MS = 24 * 3_600_000

/** What is stored, oldest first. */
const stored = async (visitor: TestVisitor): Promise<WireMessage[]> =>
  (await visitor.messages()).reverse()

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, { environment: ALONE, clock })

  test('[P4] who says up to where he has got it gets exactly what came after', async () => {
    const visitor = await seedRoom(server())
    const kept = await visitor.say('kept')
    const edited = await visitor.say('before')
    const deleted = await visitor.say('deleted')
    const room = new SocketRoom()
    await room.connect(server(), visitor)
    assert.deepEqual(room.inOrder, await stored(visitor))
    room.cut()
    const had = room.cursor
    await visitor.edit(edited._id, 'after')
    await visitor.remove(deleted._id)
    const fresh = await visitor.say('new')
    room.places.length = 0
    await room.connect(server(), visitor)
    assert.deepEqual(room.places, [had + 1, had + 2, had + 3])
    assert.equal(room.limited, false)
    const ids = room.inOrder.filter(({ t }) => t === undefined).map(({ _id }) => _id)
    assert.deepEqual(ids, [kept._id, edited._id, fresh._id])
    await visitor.say('live')
    await room.close(server())
    assert.deepEqual(room.inOrder, await stored(visitor))
  })

  test('[P4] pages of what was missed join what happens meanwhile', async () => {
    const visitor = await seedRoom(server())
    for (let index = 0; index < 120; index++) await visitor.say(`old ${index}`)
    const room = new SocketRoom()
    const writing = (async () => {
      for (let index = 0; index < 60; index++) await visitor.say(`live ${index}`)
    })()
    await room.connect(server(), visitor)
    await writing
    await room.close(server())
    const texts = room.inOrder.filter(({ t }) => t === undefined).map(({ msg }) => msg)
    assert.equal(texts.length, 180)
    assert.deepEqual(
      [texts[0], texts[119], texts[120], texts[179]],
      ['old 0', 'old 119', 'live 0', 'live 59'],
    )
    assert.equal(room.places.length, new Set(room.places).size, 'nothing twice')
  })

  test('[P3] clients that come and go at any moment end with the one order, nothing lost or twice', async () => {
    const visitor = await seedRoom(server())
    const rooms = Array.from({ length: 4 }, () => new SocketRoom())
    const writer = { busy: true }
    const coming = rooms.map(async (room, index) => {
      while (writer.busy) {
        await room.connect(server(), visitor)
        for (let turn = 0; turn < index; turn++) await server().app.realtime.settled()
        room.cut()
      }
      await room.connect(server(), visitor)
      await room.close(server())
    })
    const ids: string[] = []
    for (let index = 0; index < 80; index++) {
      ids.push((await visitor.say(`m${index}`))._id)
      if (index % 3 === 2) await visitor.edit(ids[index - 1] ?? '', `m${index - 1}!`)
      if (index % 5 === 4) await visitor.remove(ids[index - 3] ?? '')
    }
    writer.busy = false
    await Promise.all(coming)
    const { messages, seq, more } = await visitor.changes(0)
    assert.equal(more, false)
    const all = messages.sort((a, b) => a.seq - b.seq)
    for (const room of rooms) {
      assert.deepEqual(room.inOrder.map(textOf), all.map(textOf))
      assert.equal(room.cursor, seq)
      assert.equal(room.places.length, new Set(room.places).size, 'nothing twice')
    }
  })

  test('[P6] the state at any place and the events after it are the state at the end', async () => {
    const visitor = await seedRoom(server())
    const act = fc.record({
      what: fc.constantFrom('say', 'edit', 'remove', 'read'),
      which: fc.nat({ max: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (acts) => {
        const room = new SocketRoom()
        await room.connect(server(), visitor)
        room.cut()
        for (const { what, which } of acts) {
          const said = (await visitor.messages({ limit: '20' })).filter(({ t }) => t === undefined)
          const one = said[which % Math.max(1, said.length)]
          if (what === 'say') await visitor.say(`text ${which}`)
          else if (what === 'read') expectOk(await visitor.markRead(which))
          else if (one !== undefined && what === 'edit') {
            expectOk(await visitor.edit(one._id, `edit ${which}`))
          } else if (one !== undefined) expectOk(await visitor.remove(one._id))
        }
        await room.connect(server(), visitor)
        await room.close(server())
        assert.deepEqual(room.inOrder, await stored(visitor))
      }),
      { numRuns: 12 },
    )
  })

  test('[P4] who asks from before a pruned deletion is told to begin anew', async () => {
    const visitor = await seedRoom(server())
    const gone = await visitor.say('deleted long ago')
    const room = new SocketRoom()
    await room.connect(server(), visitor)
    room.cut()
    await visitor.remove(gone._id)
    clock.advance(31 * DAY_MS)
    await visitor.say('fresh')
    assert.ok((await server().app.retention.tick()) > 0)
    await room.connect(server(), visitor)
    assert.equal(room.limited, true)
    const head = (await visitor.history({ limit: '1' })).body.seq
    assert.equal(room.cursor, head)
    await visitor.say('live')
    await room.close(server())
    assert.equal(room.cursor, head + 1)
    const ahead = await DdpClient.connect(server())
    await ahead.follow(visitor, 'room-messages', visitor.rid, head + 1000)
    const { fields } = await ahead.next(({ fields }) => fields?.upToDate === true)
    assert.deepEqual([fields?.seq, fields?.limited], [head + 1, true])
    await ahead.close()
  })

  test('a second subscription with an earlier place brings the past again, in one frame each', async () => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    await client.follow(visitor, 'room-messages')
    await visitor.say('one')
    await client.message(visitor.rid, 'one')
    await client.follow(visitor, 'room-messages', visitor.rid, 0)
    await client.next(({ fields }) => fields?.upToDate === true)
    await visitor.say('two')
    await client.message(visitor.rid, 'two')
    const texts = client
      .events('room-messages', visitor.rid)
      .flatMap(({ fields }) => (fields?.args[0].t === undefined ? [fields?.args[0].msg] : []))
    assert.deepEqual(texts, ['one', 'one', 'two'])
    await client.close()
  })

  test('what cannot be read now is no refusal: the client is told to ask again', async (t) => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    const { db } = server().app.ctx
    // The storage fails for a moment; nothing of ours is replaced.
    t.mock.method(db, 'snapshot', () => Promise.reject(new Error('asked for')), { times: 1 })
    const id = await client.follow(visitor, 'room-messages', visitor.rid, 0)
    const ended = await client.next((frame) => frame.msg === 'nosub' && frame.id === id)
    assert.equal(ended['error'].error, '500')
    await client.follow(visitor, 'room-messages', visitor.rid, 0)
    await client.next(({ fields }) => fields?.upToDate === true)
    await client.close()
  })

  test('stock clients are told of deletions by an empty message that they hide', async () => {
    const visitor = await seedRoom(server())
    const client = await DdpClient.connect(server())
    await client.follow(visitor, 'room-messages')
    const { _id } = await visitor.say('gone')
    await visitor.remove(_id)
    const { fields } = await client.event(
      'room-messages',
      visitor.rid,
      ([{ t }]) => t === 'command',
    )
    assert.deepEqual([fields?.args[0]._id, fields?.args[0].msg], [_id, ''])
    await client.close()
  })
})

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('[P5] a ring that is lost costs delay and no message', async () => {
    const visitor = await seedRoom(server())
    const room = new SocketRoom()
    await room.connect(server(), visitor)
    await server().app.ctx.bus.close()
    await visitor.say('unheard')
    await room.takeAll(server())
    assert.notEqual(room.inOrder.at(-1)?.msg, 'unheard')
    await server().app.realtime.poll()
    await room.close(server())
    assert.equal(room.inOrder.at(-1)?.msg, 'unheard')
  })
})

const textOf = ({ seq, msg }: WireMessage): string => `${seq} ${msg}`
