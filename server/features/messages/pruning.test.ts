import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StandingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { changeSettings } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, FollowedRoom, newVisitor } from '../../../tests/support/visitor.ts'

const DAY_MS = 24 * 3_600_000

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, { environment: ALONE, clock })

  test('[P4] who resumes from before a pruned deletion is told so and ends with the full state', async () => {
    const ana = await newVisitor(server())
    const [early, current, ahead] = [new FollowedRoom(), new FollowedRoom(), new FollowedRoom()]
    for (let index = 0; index < 7; index++) await ana.say(`kept ${index}`)
    const gone = await ana.say('deleted long ago')
    await early.catchUp(ana, 100)
    await ana.remove(gone._id)
    const pruned = (await ana.changes(0)).seq
    await current.catchUp(ana, 100)
    for (let index = 7; index < 10; index++) await ana.say(`kept ${index}`)

    assert.equal(await server().app.retention.tick(), 0, 'nothing is that old yet')
    const before = await ana.changes(early.cursor)
    assert.deepEqual([before.limited, before.deleted.length], [undefined, 1])

    clock.advance(29 * DAY_MS)
    const fresh = await ana.say('deleted just now')
    await ana.remove(fresh._id)
    clock.advance(2 * DAY_MS)
    assert.equal(await server().app.retention.tick(), 1)

    const told = await ana.changes(early.cursor, 3)
    const head = (await ana.history({ limit: '1' })).body.seq
    assert.deepEqual([told.limited, told.more, told.seq], [true, false, head])
    assert.deepEqual(
      told.messages.map(({ msg }) => msg),
      ['kept 7', 'kept 8', 'kept 9'],
    )
    assert.equal((await ana.changes(pruned - 1)).limited, true)
    const after = await ana.changes(pruned)
    assert.deepEqual([after.limited, after.deleted.length], [undefined, 1])
    assert.equal((await ana.changes(0)).limited, undefined, 'who knows nothing lacks nothing')

    const full = (await ana.messages()).reverse()
    for (const follower of [early, current, ahead]) {
      await follower.catchUp(ana, 3)
      assert.deepEqual(follower.inOrder, full)
      assert.equal(follower.cursor, head)
    }
    const left = await server().app.ctx.db.read((reader) =>
      reader.q.selectFrom('message').select('id').where('deleted', '=', 1).execute(),
    )
    assert.deepEqual(
      left.map(({ id }) => id),
      [fresh._id],
    )
  })

  test('a mark that readers see stays, and with 0 days everything does', async () => {
    const bob = await newVisitor(server())
    const [marked, silent] = [await bob.say('marked'), await bob.say('silent')]
    await changeSettings(server(), { Message_ShowDeletedStatus: true })
    await bob.remove(marked._id)
    await changeSettings(server(), { Message_ShowDeletedStatus: false, Foyer_log_days: 0 })
    await bob.remove(silent._id)
    const state = await bob.changes(0)
    clock.advance(60 * DAY_MS)
    assert.equal(await server().app.retention.tick(), 0)
    assert.deepEqual(await bob.changes(0), state)
    await changeSettings(server(), { Foyer_log_days: 30 })
    clock.advance(3_600_000)
    await server().app.retention.tick()
    const now = await bob.changes(0)
    assert.deepEqual([now.messages, now.deleted], [state.messages, []])
  })
})
