import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../tests/support/engines.ts'
import { changeSettings, expectOk, seedRoom } from '../../tests/support/seed.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE } from '../../tests/support/visitor.ts'
import { QueueBoard } from './queue-board.ts'
import { readRooms } from './room-looks.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('who leaves the queue while it is being read is not on the board', async (t) => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const [gone, waiting] = [await seedRoom(server()), await seedRoom(server())]
    const { ctx } = server().app
    const board = new QueueBoard(ctx)
    const read = ctx.db.read.bind(ctx.db)
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const slow: typeof read = async (work) => {
      const result = await read(work)
      await answered
      return result
    }
    const reads = t.mock.method(ctx.db, 'read', slow)
    const followed = board.follow()
    reads.mock.restore()

    expectOk(await gone.close())
    const rooms = await read((reader) => readRooms(reader, [gone.rid, waiting.rid]))
    const looks = [gone, waiting].map(({ rid }) => ({
      id: rid,
      room: rooms.get(rid),
      members: new Map(),
      changed: [],
    }))
    board.looked(looks)
    answer()
    const leave = await followed
    const onBoard = board.inOrder().map(({ roomId }) => roomId)
    assert.deepEqual(onBoard, [waiting.rid])
    leave()
  })
})
