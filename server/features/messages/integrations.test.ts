import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
  setStatus,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { randomId, TestVisitor } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine)
  let rosa: TestUser
  let boss: TestUser

  before(async () => {
    rosa = await seedAgent(server(), { username: 'rosa' })
    boss = await seedManager(server())
  })

  const bring = (token: string, texts: string[], as: TestUser = boss) =>
    server().post(
      'livechat/messages',
      { visitor: { token }, messages: texts.map((msg) => ({ msg })) },
      as,
    )

  describe('POST livechat/messages', () => {
    it('registers the visitor, opens one room and keeps the order', async () => {
      const visitor = new TestVisitor(server())
      const texts = ['one', 'two *bold*', 'three']
      const { messages } = expectOk(await bring(visitor.token, texts))
      assert.deepEqual(
        messages.map(({ msg }: { msg: string }) => msg),
        texts,
      )
      assert.match(messages[0].username, /^guest-\d+$/)
      assert.ok(messages[0].ts < messages[1].ts && messages[1].ts < messages[2].ts)
      const answer = await visitor.openRoom()
      assert.equal(expectOk(answer).newRoom, false)
      assert.equal(answer.body.room.servedBy.username, 'rosa')
      assert.deepEqual(await visitor.texts(), texts)
      const { u } = (await visitor.messages())[0] ?? { u: undefined }
      assert.equal(u?.username, messages[0].username)
      expectOk(await bring(visitor.token, ['four']))
      assert.deepEqual(await visitor.texts(), [...texts, 'four'])
    })

    it('[P7] of many calls at once all go into one room', async () => {
      const visitor = new TestVisitor(server())
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => bring(visitor.token, [`${index}a`, `${index}b`])),
      )
      for (const answer of answers) expectOk(answer)
      expectOk(await visitor.openRoom())
      const said = await visitor.texts()
      assert.equal(said.length, 20)
      for (let index = 0; index < 10; index++) {
        assert.equal(said.indexOf(`${index}b`), said.indexOf(`${index}a`) + 1)
      }
    })

    it('stores all or nothing, for who may', async () => {
      const visitor = new TestVisitor(server())
      expectRefusal(await bring(visitor.token, ['fine', '  ']), 400, 'error-message-empty')
      const long = 'x'.repeat(5001)
      expectRefusal(await bring(visitor.token, ['fine', long]), 400, 'message-length-exceeds')
      expectRefusal(await bring('  ', ['fine']), 400, 'error-invalid-token')
      const nobody = await seedUser(server(), ['user'])
      expectRefusal(await bring(visitor.token, ['fine'], nobody), 403, 'error-unauthorized')
      const open = { visitor: { token: visitor.token }, messages: [{ msg: 'fine' }] }
      assert.equal((await server().post('livechat/messages', open)).status, 401)
      await setStatus(server(), rosa, 'offline')
      expectRefusal(await bring(visitor.token, ['fine']), 400, 'no-agent-online')
      await setStatus(server(), rosa, 'online')
      const unknown = await server().get(`livechat/visitor/${visitor.token}`)
      expectRefusal(unknown, 400, 'invalid-token')
      expectOk(await bring(visitor.token, ['fine'], rosa))
    })
  })

  describe('GET livechat/:rid/messages', () => {
    it('tells what was said, and how much of it there is', async () => {
      const visitor = await seedRoom(server())
      const texts = ['Hello', '100% sure', '100 percent', 'a_b', 'axb', 'bye']
      for (const text of texts) await visitor.say(text)
      const gone = await visitor.say('never mind')
      expectOk(await visitor.remove(gone._id))
      const read = async (query: Record<string, string> = {}) => {
        const path = `livechat/${visitor.rid}/messages`
        const body = expectOk(await server().get(path, query, rosa))
        const said: string[] = body.messages.map(({ msg }: { msg: string }) => msg)
        assert.equal(body.count, said.length)
        assert.ok(!JSON.stringify(body).includes(visitor.token), '[S2] no token')
        return { said, total: body.total, body }
      }
      assert.deepEqual((await read()).said, texts.toReversed())
      assert.deepEqual((await read({ sort: '{"ts":1}' })).said, texts)
      const page = await read({ count: '2', offset: '1' })
      assert.deepEqual([page.said, page.total], [['axb', 'a_b'], 6])
      const found = await read({ searchTerm: '100%' })
      assert.deepEqual([found.said, found.total], [['100% sure'], 1])
      assert.deepEqual((await read({ searchTerm: 'A_B' })).said, ['a_b'])
      assert.deepEqual((await read({ searchTerm: '.*' })).said, [])
      const closing = { rid: visitor.rid, comment: 'Solved' }
      expectOk(await server().post('livechat/room.closeByUser', closing, rosa))
      const [last] = (await read()).body.messages
      assert.deepEqual([last.t, last.msg], ['livechat-close', 'Solved'])
      const alias = await server().get(`livechat/messages/${visitor.rid}`, {}, boss)
      assert.equal(expectOk(alias).total, 7)
    })

    it('[S1] refuses a room of somebody else like an absent one', async () => {
      const visitor = await seedRoom(server())
      await visitor.say('secret')
      const other = await seedAgent(server(), { online: false })
      const read = (rid: string, as: TestUser) => server().get(`livechat/${rid}/messages`, {}, as)
      expectOk(await read(visitor.rid, rosa))
      const refused = await read(visitor.rid, other)
      expectRefusal(refused, 400, 'invalid-room')
      assert.deepEqual((await read(randomId(), other)).body, refused.body)
    })
  })
})
