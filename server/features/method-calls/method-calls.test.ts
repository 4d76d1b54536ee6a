import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  seedUser,
} from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom } from '../../../tests/support/served-room.ts'
import { useServer, type Login } from '../../../tests/support/test-server.ts'
import { randomId, type WireMessage } from '../../../tests/support/visitor.ts'
import { METHODS } from '../../methods.ts'

forEachEngine((engine) => {
  const server = useServer(engine)

  /** The whole answer of a method, inside its envelope. */
  async function call(method: string, params: unknown[], login?: Login) {
    const message = JSON.stringify({ msg: 'method', id: '7', method, params })
    const route = login === undefined ? 'method.callAnon' : 'method.call'
    const path = `${route}/${encodeURIComponent(method.replaceAll('/', ':'))}`
    const body = expectOk(await server().post(path, { message }, login))
    const answer = JSON.parse(body.message)
    assert.equal(answer.msg, 'result')
    assert.equal(answer.id, '7')
    return answer
  }
  const resultOf = async (...parts: Parameters<typeof call>) => {
    const answer = await call(...parts)
    assert.equal(answer.error, undefined, JSON.stringify(answer.error))
    return answer.result
  }
  const errorOf = async (...parts: Parameters<typeof call>) => (await call(...parts)).error

  test('a method answers inside the envelope, with dates as EJSON', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const _id = randomId()
    const sent = await resultOf('sendMessage', [{ _id, rid, msg: 'hi' }], agent)
    assert.equal(sent._id, _id)
    const [newest] = await visitor.messages()
    assert.deepEqual(sent.ts, { $date: Date.parse(newest?.ts ?? '') })
    const answer = await call('updateMessage', [{ _id, rid, msg: 'hi!' }], agent)
    assert.deepEqual(answer, { msg: 'result', id: '7' })
    await resultOf('setReaction', [':tada:', _id], agent)
    const single = await resultOf('getSingleMessage', [_id], agent)
    assert.equal(single.msg, 'hi!')
    assert.deepEqual(single.reactions, { ':tada:': { usernames: [agent.username] } })
    await resultOf('deleteMessage', [{ _id }], agent)
    assert.deepEqual(await visitor.texts(), [])
  })

  test('[P2] sendMessage with the same _id 20 times at once is one message', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const message = { _id: randomId(), rid, msg: 'once' }
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => resultOf('sendMessage', [message], agent)),
    )
    for (const answer of sent) assert.deepEqual(answer, sent[0])
    assert.deepEqual(await visitor.texts(), ['once'])
  })

  test('refusals come inside a 200, in the form of DDP', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    expectOk(await visitor.close())
    assert.deepEqual(await errorOf('sendMessage', [{ rid, msg: 'hi' }], agent), {
      isClientSafe: true,
      error: 'room-closed',
      message: '[room-closed]',
      errorType: 'Meteor.Error',
    })
    assert.deepEqual(await errorOf('nothing', [], agent), {
      isClientSafe: true,
      error: 404,
      reason: "Method 'nothing' not found",
      message: "Method 'nothing' not found [404]",
      errorType: 'Meteor.Error',
    })
    const { error } = await errorOf('readMessages', [rid], agent)
    assert.equal(error, 'error-invalid-subscription')
  })

  test('a bad envelope and a missing login are refused outside', async () => {
    const agent = await seedAgent(server())
    const post = (message: unknown, login?: Login) =>
      server().post('method.call/x', { message }, login)
    for (const message of ['', '{', '[]', 'null', '{"msg":"method","id":"1","params":[]}', '7']) {
      const answer = await post(message, agent)
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error, 'Invalid method call')
    }
    for (const message of [{}, ['a'], null]) {
      assert.equal((await post(message, agent)).body.errorType, 'invalid-params')
    }
    assert.equal((await post('{}')).status, 401)
  })

  test('[S3] every method refuses wrong params, and none fails', async () => {
    const { agent, rid } = await seedServedRoom(server())
    const wrong = [{ $ne: null }, { _id: { $ne: null }, rid, msg: 'a' }, [rid], 7, true, null, 'x']
    for (const { name } of METHODS.values()) {
      for (const value of wrong) {
        for (const params of [[value], [rid, value], [{ _id: 'a', rid }, value], []]) {
          const error = await errorOf(name, params, agent)
          assert.notEqual(error?.error, 500, `${name} ${JSON.stringify(params)}`)
        }
      }
    }
    const { error, reason } = await errorOf(
      'sendMessage',
      [{ rid: { $ne: null }, msg: 'a' }],
      agent,
    )
    assert.deepEqual({ error, reason }, { error: 400, reason: 'Match failed' })
  })

  test('history methods page, find the first unread, and sync', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const said: WireMessage[] = []
    for (const text of ['a', 'b', 'c', 'd']) said.push(await visitor.say(text))
    const dateOf = (index: number) => ({ $date: Date.parse(said[index]?.ts ?? '') })
    const texts = (messages: { msg: string }[]) => messages.map(({ msg }) => msg)
    const page = await resultOf('loadHistory', [rid, null, 2, dateOf(0)], agent)
    assert.deepEqual(texts(page.messages), ['d', 'c'])
    assert.equal(page.firstUnread.msg, 'b')
    assert.equal(page.unreadNotLoaded, 1)
    const older = await resultOf('loadHistory', [rid, dateOf(2), 2], agent)
    assert.deepEqual(texts(older.messages), ['b', 'a'])
    assert.deepEqual(texts(await resultOf('loadMissedMessages', [rid, dateOf(1)], agent)), [
      'd',
      'c',
    ])
    const next = await resultOf('loadNextMessages', [rid, dateOf(1), 1], agent)
    assert.deepEqual(texts(next.messages), ['c'])
    const around = await resultOf('loadSurroundingMessages', [{ _id: said[1]?._id, rid }, 2], agent)
    assert.deepEqual(texts(around.messages), ['a', 'b', 'c'])
    assert.deepEqual([around.moreBefore, around.moreAfter], [true, true])
    const synced = await resultOf('messages/get', [rid, { lastUpdate: dateOf(2) }], agent)
    assert.deepEqual(texts(synced.updated), ['d'])
    assert.deepEqual(synced.deleted, [])
    const between = await resultOf(
      'messages/get',
      [rid, { latestDate: dateOf(2), oldestDate: dateOf(1), inclusive: true }],
      agent,
    )
    assert.deepEqual(texts(between.messages), ['c', 'b'])
  })

  test('room and subscription methods tell the caller’s own, anonymous callers nothing', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    await visitor.say('hello')
    const [room] = await resultOf('rooms/get', [], agent)
    assert.equal(room._id, rid)
    const since = room._updatedAt
    assert.deepEqual(await resultOf('rooms/get', [since], agent), { update: [], remove: [] })
    assert.deepEqual(await resultOf('getRoomByTypeAndName', ['l', rid], agent), room)
    assert.deepEqual(await resultOf('getRoomById', [rid], agent), room)
    assert.equal(await resultOf('getRoomIdByNameOrId', [rid], agent), rid)
    assert.equal(await resultOf('getRoomNameById', [rid], agent), 'Ana')
    const [subscription] = await resultOf('subscriptions/get', [], agent)
    assert.equal(subscription.unread, 1)
    await resultOf('readMessages', [rid], agent)
    await resultOf('unreadMessages', [null, rid], agent)
    assert.equal((await resultOf('subscriptions/get', [], agent))[0].unread, 1)
    assert.deepEqual(await resultOf('rooms/get', []), [])
    assert.deepEqual(await resultOf('subscriptions/get', []), [])
    assert.equal((await errorOf('sendMessage', [{ rid, msg: 'x' }])).error, 'error-invalid-user')
    const all = JSON.stringify([room, subscription])
    assert.ok(!all.includes(visitor.token), '[S2]')
  })

  test('[S1] foreign and absent rooms are alike for every method that names one', async () => {
    const shared = await seedServedRoom(server())
    const stranger = await seedAgent(server())
    const since = { $date: 0 }
    const calls: [string, (rid: string, messageId: string) => unknown[]][] = [
      ['sendMessage', (rid) => [{ rid, msg: 'x' }]],
      ['readMessages', (rid) => [rid]],
      ['unreadMessages', (rid) => [null, rid]],
      ['unreadMessages', (_rid, _id) => [{ _id }]],
      ['loadHistory', (rid) => [rid]],
      ['loadMissedMessages', (rid) => [rid, since]],
      ['loadNextMessages', (rid) => [rid]],
      ['loadSurroundingMessages', (rid, _id) => [{ rid, _id }]],
      ['messages/get', (rid) => [rid, { lastUpdate: since }]],
      ['getRoomByTypeAndName', (rid) => ['l', rid]],
      ['getRoomById', (rid) => [rid]],
      ['getRoomIdByNameOrId', (rid) => [rid]],
      ['getRoomNameById', (rid) => [rid]],
      ['getSingleMessage', (_rid, _id) => [_id]],
      ['setReaction', (_rid, _id) => ['tada', _id]],
      ['livechat:returnAsInquiry', (rid) => [rid]],
      ['livechat:closeRoom', (rid) => [rid, 'done']],
    ]
    for (const [method, params] of calls) {
      // These give the conversation away.
      const gone = method.startsWith('livechat:')
      const { agent, visitor, rid } = gone ? await seedServedRoom(server()) : shared
      const { _id } = await visitor.say('private')
      const foreign = await call(method, params(rid, _id), stranger)
      const absent = await call(method, params('no-such-room', 'none'), stranger)
      assert.deepEqual(foreign, absent, method)
      assert.ok(foreign.error !== undefined || foreign.result === false, method)
      const { error, result } = await call(method, params(rid, _id), agent)
      assert.ok(error === undefined && result !== false, method)
    }
  })

  test('settings and permissions are all told, private ones to their readers', async () => {
    const agent = await seedAgent(server())
    const publicOnes = await resultOf('public-settings/get', [])
    assert.ok(publicOnes.length > 100)
    const { update, remove } = await resultOf('public-settings/get', [{ $date: 0 }])
    assert.deepEqual([update, remove], [publicOnes, []])
    const refused = await errorOf('private-settings/get', [], agent)
    assert.equal(refused.error, 'error-not-authorized')
    const all = await resultOf('private-settings/get', [], await admin(server()))
    assert.ok(all.length > publicOnes.length)
    const permissions = await resultOf('permissions/get', [], agent)
    assert.ok(permissions.some(({ _id }: { _id: string }) => _id === 'view-l-room'))
    assert.ok(permissions[0]._updatedAt.$date > 0)
  })

  test('queue and status methods do what their endpoints do', async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const agent = await seedAgent(server())
    const nobody = await seedUser(server(), ['user'])
    const config = await resultOf('livechat:getRoutingConfig', [])
    assert.equal(config.autoAssignAgent, false)
    const visitor = await seedRoom(server())
    const inquiries = await server().get('livechat/inquiries.queuedForUser', {}, agent)
    const { _id } = expectOk(inquiries).inquiries.find(
      ({ rid }: { rid: string }) => rid === visitor.rid,
    )
    const refused = await errorOf('livechat:takeInquiry', [_id], nobody)
    assert.equal(refused.error, 'error-not-allowed')
    const room = await resultOf('livechat:takeInquiry', [_id], agent)
    assert.equal(room.servedBy.username, agent.username)
    assert.ok(room.servedBy.ts.$date > 0)
    assert.equal(await resultOf('livechat:returnAsInquiry', [visitor.rid], agent), true)
    await resultOf('livechat:takeInquiry', [_id], agent)
    await sayAs(server(), agent, visitor.rid, 'bye')
    await resultOf('livechat:closeRoom', [visitor.rid, 'done', { tags: ['a'] }], agent)
    assert.equal(
      (await errorOf('sendMessage', [{ rid: visitor.rid, msg: 'x' }], agent)).error,
      'room-closed',
    )
    await resultOf('livechat:changeLivechatStatus', [{ status: 'not-available' }], agent)
    await resultOf('setUserStatus', ['busy', 'lunch'], agent)
    const me = expectOk(await server().get('me', {}, agent))
    assert.equal(me.statusLivechat, 'not-available')
    assert.equal(me.statusText, 'lunch')
    assert.equal(await resultOf('UserPresence:setDefaultStatus', ['online'], agent), true)
    assert.equal(expectOk(await server().get('me', {}, agent)).status, 'online')
  })
})
