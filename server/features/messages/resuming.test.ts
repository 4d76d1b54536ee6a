import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, FollowedRoom, newVisitor } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { environment: ALONE, clock: { now: () => now++ } })

  const auditOf = (messageId: string) =>
    server().app.ctx.db.read((reader) =>
      reader.q
        .selectFrom('message_history')
        .select(['text', 'change', 'by_type'])
        .where('message_id', '=', messageId)
        .orderBy('at')
        .execute(),
    )

  test('[P4] resuming in pages of 3 equals the full state, edits and deletions included', async () => {
    const ana = await newVisitor(server())
    const fromStart = new FollowedRoom()
    const follower = new FollowedRoom()
    const ids: string[] = []
    for (let round = 0; round < 25; round++) {
      ids.push((await ana.say(`message ${round}`))._id)
      if (round % 3 === 1) await ana.edit(ids[round - 1]!, `edited ${round}`)
      if (round % 3 === 1) await ana.edit(ids[0]!, `edited again ${round}`)
      if (round % 4 === 2) await ana.remove(ids[round - 2]!)
      if (round % 5 === 0) await ana.markRead(round)
      if (round % 7 === 0) await follower.catchUp(ana, 3)
    }
    await follower.catchUp(ana, 3)
    await fromStart.catchUp(ana, 3)
    const full = (await ana.messages()).reverse()
    assert.ok(full.length > 10)
    assert.deepEqual(follower.inOrder, full)
    assert.deepEqual(fromStart.inOrder, full)
    const head = (await ana.history({ limit: '1' })).body.seq
    assert.deepEqual([follower.cursor, fromStart.cursor], [head, head])
  })

  test('[P4] a page is ascending by last change, and its cursor leads on without a gap', async () => {
    const ana = await newVisitor(server())
    const first = await ana.say('first')
    const second = await ana.say('second')
    await ana.edit(first._id, 'first, edited')
    await ana.remove(second._id)
    const all = await ana.changes(0)
    assert.deepEqual(
      all.messages.map(({ t, msg }) => t ?? msg),
      ['livechat-started', 'first, edited'],
    )
    assert.deepEqual(all.deleted, [{ _id: second._id, seq: 5 }])
    assert.deepEqual([all.seq, all.more, all.limited], [5, false, undefined])
    const page = await ana.changes(1, 1)
    assert.deepEqual([page.messages.length, page.seq, page.more], [1, 4, true])
    const next = await ana.changes(page.seq, 1)
    assert.deepEqual([next.messages.length, next.deleted.length, next.more], [0, 1, false])
    assert.deepEqual(await ana.changes(5), { ...next, deleted: [], messages: [] })
  })

  test('[P4] a cursor ahead of the room is told so and gets everything', async () => {
    const ana = await newVisitor(server())
    await ana.say('here')
    assert.equal((await ana.changes(2)).limited, undefined)
    const ahead = await ana.changes(3)
    assert.equal(ahead.limited, true)
    assert.deepEqual([ahead.messages.length, ahead.seq, ahead.more], [2, 2, false])
  })

  test('[P4] senders and a resuming reader at once: the reader misses nothing', async () => {
    const ana = await newVisitor(server())
    const follower = new FollowedRoom()
    const state = { sending: true }
    const sends = Promise.all(
      Array.from({ length: 8 }, async (_, sender) => {
        for (let index = 0; index < 10; index++) {
          const { _id } = await ana.say(`${sender}/${index}`)
          if (index % 3 === 0) await ana.edit(_id, `${sender}/${index} edited`)
          if (index % 4 === 0) await ana.remove(_id)
        }
      }),
    ).finally(() => {
      state.sending = false
    })
    while (state.sending) {
      await follower.catchUp(ana, 3)
      // A reader without a socket never leaves the turn by itself, and no commit could run.
      await setImmediate()
    }
    await sends
    await follower.catchUp(ana, 3)
    assert.deepEqual(follower.inOrder, (await ana.messages()).reverse())
  })

  test('[P6] an edit is an event, the same text again is none, and deleting twice is deleting once', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('first')
    const edited = await ana.edit(_id, 'second')
    const head = (await ana.changes(0)).seq
    assert.equal(head, 3)
    const same = await ana.edit(_id, 'second')
    assert.deepEqual(same.body, edited.body)
    assert.equal((await ana.changes(0)).seq, head)

    const deleted = await ana.remove(_id)
    assert.equal(deleted.status, 200)
    const again = await ana.remove(_id)
    assert.deepEqual(again.body, deleted.body)
    assert.equal((await ana.changes(0)).seq, head + 1)
    await ana.close()
    assert.deepEqual((await ana.remove(_id)).body, deleted.body)
    assert.equal((await ana.edit(_id, 'third')).body.error, 'invalid-message')
  })

  test('[P6] an audit copy is kept of what was edited or deleted while the setting is on', async () => {
    const ana = await newVisitor(server())
    const unkept = await ana.say('unkept')
    await ana.edit(unkept._id, 'still unkept')
    const kept = await ana.say('one')
    await withSettings(server(), { Message_KeepHistory: true }, async () => {
      await ana.edit(kept._id, 'two')
      await ana.edit(kept._id, 'two')
      await ana.remove(kept._id)
      await ana.remove(kept._id)
    })
    assert.deepEqual(await auditOf(unkept._id), [])
    assert.deepEqual(
      (await auditOf(kept._id)).map((row) => ({ ...row })),
      [
        { text: 'one', change: 'edit', by_type: 'visitor' },
        { text: 'two', change: 'delete', by_type: 'visitor' },
      ],
    )
    assert.equal((await ana.read(kept._id)).body.error, 'invalid-message')
  })

  test('[P6] edits that come at once each take a place and are kept; one that is refused is alone', async () => {
    const [ana, bea] = [await newVisitor(server()), await newVisitor(server())]
    const [ofAna, ofBea] = [await ana.say('first'), await bea.say('first')]
    const head = (await ana.changes(0)).seq
    await withSettings(server(), { Message_KeepHistory: true }, async () => {
      const [one, two, theft, other, empty] = await Promise.all([
        ana.edit(ofAna._id, 'one'),
        ana.edit(ofAna._id, 'two'),
        bea.edit(ofAna._id, 'theft'),
        bea.edit(ofBea._id, 'other'),
        ana.edit(ofAna._id, ' '),
      ])
      const texts = [one, two, other].map(({ body }) => body.message.msg)
      assert.deepEqual(texts, ['one', 'two', 'other'])
      assert.equal(theft.body.error, 'invalid-message')
      assert.match(empty.body.error, /error-message-empty/)
    })
    const { seq, messages } = await ana.changes(0)
    assert.equal(seq, head + 2)
    const last = messages.find(({ _id }) => _id === ofAna._id)?.msg
    const kept = (await auditOf(ofAna._id)).map(({ text }) => text).sort()
    const before = last === 'two' ? 'one' : 'two'
    assert.deepEqual([last === before, kept], [false, ['first', before]])
    assert.equal((await bea.read(ofBea._id)).body.message.msg, 'other')
  })

  test('[P6] with the deleted status shown, a mark stays in the place of the message', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('the deleted words')
    await withSettings(server(), { Message_ShowDeletedStatus: true }, () => ana.remove(_id))
    const [mark] = await ana.messages()
    assert.deepEqual([mark?._id, mark?.t, mark?.msg], [_id, 'rm', ''])
    assert.ok(mark?.editedAt)
    const follower = new FollowedRoom()
    await follower.catchUp(ana, 3)
    assert.deepEqual(follower.messages.get(_id), mark)
    assert.equal((await ana.room()).msgs, 2)
  })

  test('the history is newest first, capped, and bounded by end', async () => {
    const ana = await newVisitor(server())
    for (let index = 0; index < 105; index++) await ana.say(`m${index}`)
    const lengths = async (query: Record<string, string>) => (await ana.messages(query)).length
    assert.equal(await lengths({}), 20)
    assert.equal(await lengths({ limit: '7' }), 7)
    assert.equal(await lengths({ limit: '1000' }), 100)
    assert.equal(await lengths({ limit: '0' }), 100)
    const newest = await ana.messages({ limit: '3' })
    assert.deepEqual(
      newest.map(({ msg }) => msg),
      ['m104', 'm103', 'm102'],
    )
    const older = await ana.messages({ limit: '2', end: newest[1]!.ts })
    assert.deepEqual(
      older.map(({ msg }) => msg),
      ['m102', 'm101'],
    )
    const offset = await ana.messages({ limit: '1', offset: '2', ls: newest[0]!.ts })
    assert.equal(offset[0]?.msg, 'm102')
    assert.equal((await ana.history({ end: 'yesterday' })).status, 400)
  })

  test('kinds that the site hides are left out of the history, and nothing else is', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('deleted')
    await ana.say('words')
    await withSettings(server(), { Message_ShowDeletedStatus: true }, () => ana.remove(_id))
    const kinds = async () => (await ana.messages()).map(({ t }) => t ?? 'said')
    assert.deepEqual(await kinds(), ['said', 'rm', 'livechat-started'])
    await withSettings(server(), { Hide_System_Messages: ['rm', 'uj'] }, async () => {
      assert.deepEqual(await kinds(), ['said', 'livechat-started'])
    })
  })

  test('who may change a message: its author, in its room, while that is open and allowed', async () => {
    const [ana, bob] = [await newVisitor(server()), await newVisitor(server())]
    const mine = await ana.say('mine')
    const foreign = await bob.say('foreign')
    const started = (await ana.messages()).find(({ t }) => t === 'livechat-started')!
    for (const change of ['edit', 'remove'] as const) {
      const call = (_id: string) => (change === 'edit' ? ana.edit(_id, 'new') : ana.remove(_id))
      assert.equal((await call(foreign._id)).body.error, 'invalid-message')
      assert.equal((await call(started._id)).body.error, 'error-action-not-allowed')
      const off = { [change === 'edit' ? 'Message_AllowEditing' : 'Message_AllowDeleting']: false }
      await withSettings(server(), off, async () => {
        assert.equal((await call(mine._id)).body.error, 'error-action-not-allowed')
      })
      const window = change === 'edit' ? 'AllowEditing_BlockEdit' : 'AllowDeleting_BlockDelete'
      await withSettings(server(), { [`Message_${window}InMinutes`]: 5 }, async () => {
        const late = await ana.say('late')
        now += 5 * 60_000 + 1000
        assert.equal((await call(late._id)).body.error, 'error-action-not-allowed')
        const fresh = await ana.say('fresh')
        assert.equal((await call(fresh._id)).status, 200)
      })
    }
    assert.deepEqual((await bob.texts()).length, 1)
    await ana.close()
    assert.equal((await ana.edit(mine._id, 'new')).body.error, 'room-closed')
    assert.equal((await ana.remove(mine._id)).body.error, 'room-closed')
    assert.equal((await ana.read(mine._id)).body.message.msg, 'mine')
  })

  test('the read position goes on, never back, and never beyond the room', async () => {
    const ana = await newVisitor(server())
    await ana.say('one')
    const seqs: number[] = []
    for (const seq of [1, 0, 2, 1, 1000]) seqs.push((await ana.markRead(seq)).body.seq)
    assert.deepEqual(seqs.slice(0, 4), [1, 1, 2, 2])
    assert.ok(seqs[4]! <= (await ana.changes(0)).seq)
  })
})
