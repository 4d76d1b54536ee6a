import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { TickingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  setStatus,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { useServer, type Answer } from '../../../tests/support/test-server.ts'
import type { TestVisitor } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { clock: new TickingClock() })
  let rosa: TestUser
  let noor: TestUser
  let boss: TestUser

  before(async () => {
    rosa = await seedAgent(server(), { username: 'rosa' })
    noor = await seedAgent(server(), { username: 'noor', online: false })
    boss = await seedManager(server(), { username: 'boss' })
  })

  const close = (rid: string, as: TestUser, more: object = { comment: 'Solved' }) =>
    server().post('livechat/room.closeByUser', { rid, ...more }, as)
  const join = (roomId: string, as: TestUser) => server().get('livechat/room.join', { roomId }, as)
  const list = (query: Record<string, string>, as = boss): Promise<Answer> =>
    server().get('livechat/rooms', query, as)
  const idsOf = (answer: Answer): string[] =>
    expectOk(answer).rooms.map(({ _id }: { _id: string }) => _id)

  describe('room.closeByUser', () => {
    it('closes one’s own conversation', async () => {
      const visitor = await seedRoom(server())
      await visitor.say('Hello')
      expectOk(
        await close(visitor.rid, rosa, { comment: ' Solved ', tags: ['billing', 'vip', ''] }),
      )
      const [closing] = await visitor.messages()
      assert.equal(closing?.t, 'livechat-close')
      assert.equal(closing?.msg, 'Solved')
      assert.equal(closing?.u.username, 'rosa')
      assert.equal((await visitor.send('more')).body.error, 'room-closed')
      const { rooms } = expectOk(await list({ roomName: 'Ana', open: 'false' }))
      const room = rooms.find(({ _id }: { _id: string }) => _id === visitor.rid)
      assert.deepEqual(room.tags, ['billing', 'vip'])
      assert.equal(room.closer, 'user')
      assert.equal(room.closedBy.username, 'rosa')
      assert.ok(room.closedAt >= room.ts)
      assert.ok(room.metrics.chatDuration >= 0 && room.metrics.serviceTimeDuration >= 0)
      assert.equal(room.open, undefined)
      expectRefusal(await close(visitor.rid, boss), 400, 'error-room-already-closed')
    })

    it('wants a comment where the site does', async () => {
      const visitor = await seedRoom(server())
      expectRefusal(await close(visitor.rid, rosa, {}), 400, 'error-comment-is-required')
      expectRefusal(
        await close(visitor.rid, rosa, { comment: '  ' }),
        400,
        'error-comment-is-required',
      )
      await changeSettings(server(), {
        Livechat_request_comment_when_closing_conversation: false,
      })
      expectOk(await close(visitor.rid, rosa, {}))
      await changeSettings(server(), { Livechat_request_comment_when_closing_conversation: true })
    })

    it('[S8] closes others’ conversations only with the permission', async () => {
      const visitor = await seedRoom(server())
      expectRefusal(await close(visitor.rid, noor), 400, 'error-invalid-room')
      expectRefusal(await close('absent', noor), 400, 'error-invalid-room')
      assert.equal((await server().post('livechat/room.closeByUser', {})).status, 401)
      expectOk(await close(visitor.rid, boss))
    })

    it('is not for who only joined', async () => {
      const visitor = await seedRoom(server())
      expectOk(await join(visitor.rid, boss))
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const waiting = await seedRoom(server())
      // Under manual selection an agent may look at what waits; closing it unserved he may not.
      expectRefusal(await close(waiting.rid, noor), 400, 'error-not-authorized')
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
      expectOk(await close(visitor.rid, rosa))
      expectOk(await close(waiting.rid, boss))
    })

    it('of an agent and a visitor who close at once one wins', async () => {
      const visitor = await seedRoom(server())
      const answers = await Promise.all([close(visitor.rid, rosa), visitor.close()])
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      const closings = (await visitor.messages()).filter(({ t }) => t === 'livechat-close')
      assert.equal(closings.length, 1)
    })
  })

  describe('room.join', () => {
    it('makes a manager a member, once', async () => {
      const visitor = await seedRoom(server())
      expectOk(await join(visitor.rid, boss))
      expectOk(await join(visitor.rid, boss))
      const joined = (await visitor.messages()).filter(({ t }) => t === 'uj')
      assert.deepEqual(
        joined.map(({ msg }) => msg),
        ['boss', 'rosa'],
      )
      assert.equal((await visitor.room()).servedBy.username, 'rosa')
      expectRefusal(await join(visitor.rid, noor), 400, 'error-invalid-room')
      expectRefusal(await join('absent', noor), 400, 'error-invalid-room')
      expectOk(await close(visitor.rid, rosa))
      expectRefusal(await join(visitor.rid, boss), 400, 'room-closed')
    })

    it('is no way round taking from the queue', async () => {
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const visitor = await seedRoom(server())
      expectRefusal(await join(visitor.rid, noor), 400, 'error-not-allowed')
      expectOk(await join(visitor.rid, boss))
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
      expectOk(await close(visitor.rid, boss))
    })
  })

  describe('livechat/rooms', () => {
    let taken: TestVisitor
    let queued: TestVisitor
    let closed: TestVisitor

    before(async () => {
      for (const { _id } of expectOk(await list({ open: 'true', count: '0' })).rooms) {
        expectOk(await close(_id, boss))
      }
      taken = await seedRoom(server(), 'Taken 100%')
      await taken.say('Last words')
      closed = await seedRoom(server(), 'Closed_One')
      expectOk(await close(closed.rid, rosa, { comment: 'x', tags: ['a"b', 'Deal'] }))
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      queued = await seedRoom(server(), 'Queued')
    })

    it('tells all to managers, and an agent his own', async () => {
      assert.deepEqual(idsOf(await list({ count: '3' })), [queued.rid, closed.rid, taken.rid])
      expectRefusal(await list({}, rosa), 403, 'unauthorized')
      expectRefusal(await list({ 'agents[]': noor.userId }, rosa), 403, 'unauthorized')
      const both = new URLSearchParams([
        ['agents[]', rosa.userId],
        ['agents[]', noor.userId],
      ])
      const path = `livechat/rooms?${both.toString()}`
      expectRefusal(await server().get(path, {}, rosa), 403, 'unauthorized')
      expectOk(await server().get(path, {}, boss))
      const own = await list({ 'agents[]': rosa.userId, open: 'true' }, rosa)
      assert.deepEqual(idsOf(own), [taken.rid])
      assert.equal(own.body.rooms[0].lastMessage.msg, 'Last words')
      assert.ok(!JSON.stringify(own.body).includes(taken.token), '[S2] no token')
    })

    it('narrows by state', async () => {
      assert.deepEqual(idsOf(await list({ open: 'true' })), [queued.rid, taken.rid])
      assert.deepEqual(idsOf(await list({ queued: 'true' })), [queued.rid])
      assert.deepEqual(idsOf(await list({ open: 'true', queued: 'false' })), [taken.rid])
      assert.ok(idsOf(await list({ open: 'false' })).includes(closed.rid))
      assert.ok(!idsOf(await list({ open: 'false', count: '0' })).includes(taken.rid))
      assert.deepEqual(idsOf(await list({ onhold: 'true' })), [])
      assert.ok(idsOf(await list({ onhold: 'false' })).includes(taken.rid))
    })

    it('narrows by name, tag, fields and what does not exist', async () => {
      assert.deepEqual(idsOf(await list({ roomName: '100%' })), [taken.rid])
      assert.deepEqual(idsOf(await list({ roomName: 'closed_o' })), [closed.rid])
      assert.deepEqual(idsOf(await list({ roomName: 'closed%o' })), [])
      assert.deepEqual(idsOf(await list({ 'tags[]': 'Deal' })), [closed.rid])
      assert.deepEqual(idsOf(await list({ 'tags[]': 'a"b' })), [closed.rid])
      for (const tag of ['deal', 'Dea', 'b', '"']) {
        assert.deepEqual(idsOf(await list({ 'tags[]': tag })), [], tag)
      }
      assert.deepEqual(idsOf(await list({ customFields: '{"plan":"gold"}' })), [])
      assert.deepEqual(idsOf(await list({ departmentId: 'sales' })), [])
      assert.deepEqual(idsOf(await list({ 'units[]': 'north' })), [])
    })

    it('narrows by time', async () => {
      const span = (start: string, end?: string) => JSON.stringify({ start, end })
      const { ts } = (await list({ roomName: 'Taken' })).body.rooms[0]
      assert.deepEqual(idsOf(await list({ createdAt: span(ts, ts) })), [taken.rid])
      const later = { createdAt: span(new Date(Date.parse(ts) + 1).toISOString()) }
      assert.deepEqual(idsOf(await list(later)), [queued.rid, closed.rid])
      assert.deepEqual(idsOf(await list({ ...later, closedAt: span(ts) })), [closed.rid])
      const everything = idsOf(await list({}))
      const empty = {
        departmentId: '',
        createdAt: '',
        closedAt: '',
        customFields: '',
        roomName: '',
      }
      assert.deepEqual(idsOf(await list(empty)), everything, 'empty is as good as absent')
      const texts: [string, string, string][] = [
        [
          'createdAt',
          '{"start":"soon"}',
          'The "createdAt.start" query parameter must be a valid date.',
        ],
        ['createdAt', '{"end":5}', 'The "createdAt.end" query parameter must be a valid date.'],
        ['closedAt', '{"end":"x"}', 'The "closedAt.end" query parameter must be a valid date.'],
        ['closedAt', 'today', 'The "closedAt" query parameter must be a valid JSON.'],
        ['customFields', '{', 'The "customFields" query parameter must be a valid JSON.'],
        [
          'customFields',
          '{"plan":{"$ne":"gold"}}',
          'The "customFields" query parameter must be a valid JSON.',
        ],
      ]
      for (const [key, value, text] of texts) {
        const answer = await list({ [key]: value })
        assert.deepEqual([answer.status, answer.body.error], [400, text])
      }
    })

    it('pages and sorts', async () => {
      const page = expectOk(await list({ count: '1', offset: '1' }))
      assert.equal(page.rooms[0]._id, closed.rid)
      assert.deepEqual([page.count, page.offset], [1, 1])
      assert.ok(page.total > 3)
      const byName = await list({ open: 'true', sort: '{"fname":-1}' })
      assert.deepEqual(idsOf(byName), [taken.rid, queued.rid])
      const byAgent = await list({ open: 'true', sort: '{"servedBy.username":1}' })
      assert.deepEqual(idsOf(byAgent), [queued.rid, taken.rid])
      for (const key of [
        'ts',
        'lm',
        'closedAt',
        'msgs',
        '_updatedAt',
        'queuedAt',
        'departmentId',
      ]) {
        expectOk(await list({ sort: JSON.stringify({ [key]: -1 }) }))
      }
      expectRefusal(await list({ sort: '{"v.token":1}' }), 400, 'error-invalid-sort')
      await setStatus(server(), rosa, 'offline')
    })
  })
})
