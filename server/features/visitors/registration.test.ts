import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE, newVisitor, randomId, TestVisitor } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  const openRoomsOf = (visitorId: string): Promise<number> =>
    server().app.ctx.db.read(async ({ q }) => {
      const rooms = q.selectFrom('room').select('id').where('visitor_id', '=', visitorId)
      return (await rooms.where('closed_at', 'is', null).execute()).length
    })

  test('[P7] 30 concurrent calls for a room of one visitor make one room', async () => {
    for (let conversation = 0; conversation < 3; conversation++) {
      const ana = new TestVisitor(server())
      await ana.register()
      const answers = await Promise.all(Array.from({ length: 30 }, () => ana.openRoom()))
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.equal(new Set(answers.map(({ body }) => body.room._id)).size, 1)
      assert.equal(answers.filter(({ body }) => body.newRoom === true).length, 1)
      assert.equal(await openRoomsOf(ana.id), 1)
      assert.equal((await ana.messages()).length, 1)
    }
  })

  test('[P7] rooms that are closed and opened at the same time never leave two open', async () => {
    const ana = await newVisitor(server())
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        ana.close(),
        ...Array.from({ length: 10 }, () => new TestVisitor(server(), ana.token).openRoom()),
      ])
      assert.ok((await openRoomsOf(ana.id)) <= 1)
      await ana.openRoom()
      assert.equal(await openRoomsOf(ana.id), 1)
    }
  })

  test('20 concurrent registrations of one token are one visitor', async () => {
    const ana = new TestVisitor(server())
    const answers = await Promise.all(Array.from({ length: 20 }, () => ana.register()))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(new Set(answers.map(({ body }) => body.visitor._id)).size, 1)
  })

  test('[S2] neither e-mail nor telephone number leads to another visitor', async () => {
    const contact = { name: 'Ana', email: `${randomId()}@example.com`, phone: '+49 30 1234567' }
    const ana = await newVisitor(server())
    await ana.register(contact)
    await ana.say('a secret')
    const eve = new TestVisitor(server())
    const registered = await eve.register(contact)
    assert.equal(registered.status, 200)
    assert.notEqual(eve.id, ana.id)
    assert.ok(!JSON.stringify(registered.body).includes(ana.token))
    await eve.openRoom()
    assert.notEqual(eve.rid, ana.rid)
    assert.deepEqual(await eve.texts(), [])
    const again = await ana.register({})
    assert.equal(again.body.visitor._id, ana.id)
    assert.deepEqual(again.body.visitor.visitorEmails, [{ address: contact.email.toLowerCase() }])
  })

  test('[S2] a client never chooses the id or the username of a visitor', async () => {
    const ana = await newVisitor(server())
    const eve = new TestVisitor(server())
    for (const key of ['id', '_id']) {
      const refused = await eve.register({ name: 'Eve', [key]: ana.id })
      assert.equal(refused.status, 400, key)
      assert.match(refused.body.error, /must NOT have additional properties/)
    }
    const admin = await server().admin()
    const named = await eve.register({ name: 'Eve', username: 'admin' })
    assert.equal(named.status, 200)
    assert.match(named.body.visitor.username, /^guest-\d+$/)
    assert.notEqual(eve.id, admin.userId)
  })

  test('[S3] a scalar of another type is refused by name, and nothing is stored', async () => {
    const ana = await newVisitor(server())
    const wrong = [null, {}, { $ne: null }, [], ['a'], [['a']]]
    for (const value of wrong) {
      const calls = [
        server().post('livechat/visitor', { visitor: { token: value } }),
        server().post('livechat/visitor', { visitor: { token: ana.token, name: value } }),
        server().post('livechat/message', { ...ana.own, msg: value }),
        server().post('livechat/message', { ...ana.own, msg: 'x', token: value }),
        server().post('livechat/message', { ...ana.own, msg: 'x', rid: value }),
        server().post('livechat/message', { ...ana.own, msg: 'x', _id: value }),
        server().post('foyer/room.read', { ...ana.own, seq: value }),
        server().post('livechat/room.close', { ...ana.own, token: value }),
      ]
      for (const answer of await Promise.all(calls)) {
        assert.equal(answer.status, 400, JSON.stringify([value, answer.body]))
        assert.equal(answer.body.errorType, 'invalid-params')
        assert.match(answer.body.error, /must be (string|integer)/)
      }
    }
    assert.deepEqual(await ana.texts(), [])
    for (const _id of ['short', 'a'.repeat(65), 'with space', 'semi;colon', 'ä'.repeat(10)]) {
      const answer = await server().post('livechat/message', { ...ana.own, msg: 'x', _id })
      assert.match(answer.body.error, /must match pattern/)
    }
  })
})
