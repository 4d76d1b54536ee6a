import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DdpClient } from '../../tests/support/ddp-client.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  seedAgent,
  seedManager,
  seedRoom,
  setStatus,
} from '../../tests/support/seed.ts'
import { sayAs, seedServedRoom, takeAs } from '../../tests/support/served-room.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { withSettings } from '../../tests/support/settings.ts'
import { ALONE } from '../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  describe('a conversation over sockets', () => {
    test('[P5] both sides see every message, edit and deletion in one order', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const mine = await DdpClient.connect(server())
      await mine.follow(visitor, 'room-messages')
      await mine.follow(visitor, 'notify-room', `${rid}/deleteMessage`)
      const theirs = await DdpClient.signedIn(server(), agent)
      await theirs.expectReady('room-messages', rid)
      const bothHear = async (text: string) => {
        for (const client of [mine, theirs]) await client.message(rid, text)
      }
      // One after the other, or what was said would only be told as it is by then.
      const hello = await visitor.say('Hello')
      await bothHear('Hello')
      await sayAs(server(), agent, rid, 'Good day')
      await bothHear('Good day')
      await visitor.edit(hello._id, 'Hello!')
      await bothHear('Hello!')
      await visitor.remove(hello._id)
      await mine.event('notify-room', `${rid}/deleteMessage`, ([{ _id }]) => _id === hello._id)
      await server().app.realtime.settled()
      await theirs.settled()
      for (const client of [mine, theirs]) {
        const seen = client.events('room-messages', rid)
        const places = seen.map(({ fields }) => fields?.seq ?? 0)
        assert.deepEqual(
          places,
          [...places].sort((a, b) => a - b),
          'in order',
        )
        const texts = seen.map(({ fields }) => fields?.args[0].msg).filter(Boolean)
        assert.deepEqual(texts, ['Hello', 'Good day', 'Hello!'])
      }
      await mine.close()
      await theirs.close()
    })

    test('[S2] a visitor is told his own token, the staff is told none', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const mine = await DdpClient.connect(server())
      await mine.follow(visitor, 'room-messages')
      const theirs = await DdpClient.signedIn(server(), agent)
      await theirs.expectReady('room-messages', rid)
      await theirs.expectReady('room-data', rid)
      await visitor.say('Hello')
      const { fields } = await mine.message(rid, 'Hello')
      const { token, ts, _updatedAt } = fields?.args[0] ?? {}
      assert.equal(token, visitor.token)
      assert.ok(Number.isInteger(ts.$date) && Number.isInteger(_updatedAt.$date), 'EJSON dates')
      await theirs.message(rid, 'Hello')
      await theirs.event('room-data', rid)
      assert.ok(!JSON.stringify(theirs.heard).includes(visitor.token))
      await mine.close()
      await theirs.close()
    })

    test('[S1] foreign, absent and malformed rooms are refused alike', async () => {
      const visitor = await seedRoom(server())
      const stranger = await seedRoom(server(), 'Eve')
      const agent = await seedAgent(server(), { online: false })
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const theirs = await seedRoom(server(), 'Zoe')
      const client = await DdpClient.connect(server())
      const extra = { token: stranger.token, visitorToken: stranger.token }
      const answers = []
      for (const stream of ['room-messages', 'livechat-room', 'notify-room']) {
        for (const rid of [visitor.rid, 'absent', '', theirs.rid]) {
          const event = stream === 'notify-room' ? `${rid}/typing` : rid
          answers.push(await client.subscribe(stream, event, { args: [extra] }))
        }
      }
      answers.push(await client.subscribe('room-messages', visitor.rid, { args: [{}] }))
      answers.push(
        await client.subscribe('room-data', visitor.rid, { args: [{ token: visitor.token }] }),
      )
      for (const { msg, error } of answers)
        assert.deepEqual([msg, error.error], ['nosub', 'not-allowed'])
      await client.follow(stranger, 'room-messages')
      // An agent sees what waits, not what another one serves.
      const desk = await DdpClient.signedIn(server(), agent)
      await desk.expectReady('room-messages', theirs.rid)
      assert.equal((await desk.subscribe('livechat-room', theirs.rid)).msg, 'nosub')
      await client.close()
      await desk.close()
    })

    test('the visitor hears the last word, then the room ends for him', async () => {
      const { visitor, rid } = await seedServedRoom(server())
      const client = await DdpClient.connect(server())
      const ids = [
        await client.follow(visitor, 'room-messages'),
        await client.follow(visitor, 'room-messages', rid, 0),
        await client.follow(visitor, 'notify-room', `${rid}/typing`),
      ]
      await visitor.close()
      for (const id of ids) {
        const ended = await client.next((frame) => frame.msg === 'nosub' && frame.id === id)
        assert.equal(ended['error'].error, 'room-closed')
      }
      const kinds = client.events('room-messages', rid).map(({ fields }) => fields?.args[0].t)
      assert.ok(kinds.includes('livechat-close'))
      const extra = { token: visitor.token, visitorToken: visitor.token }
      const again = await client.subscribe('room-messages', rid, { args: [extra] })
      assert.equal(again['error'].error, 'room-closed')
      await client.close()
    })

    test('what is hidden by a setting is not sent to those who show what they get', async () => {
      await withSettings(server(), { Hide_System_Messages: ['uj'] }, async () => {
        await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
        const agent = await seedAgent(server())
        const visitor = await seedRoom(server())
        const client = await DdpClient.connect(server())
        await client.follow(visitor, 'room-messages')
        await takeAs(server(), agent, visitor.rid)
        await visitor.say('Hello')
        await client.message(visitor.rid, 'Hello')
        const kinds = client
          .events('room-messages', visitor.rid)
          .map(({ fields }) => fields?.args[0].t)
        assert.ok(kinds.includes('command') && !kinds.includes('uj'), JSON.stringify(kinds))
        await client.close()
      })
    })
  })

  describe('typing', () => {
    test('each of the two languages is told as both, with the true name, not to its author', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const { v } = await visitor.room()
      const mine = await DdpClient.connect(server())
      const theirs = await DdpClient.signedIn(server(), agent)
      for (const event of [`${rid}/typing`, `${rid}/user-activity`]) {
        await mine.follow(visitor, 'notify-room', event)
        await theirs.expectReady('notify-room', event)
      }
      const proof = { token: visitor.token }
      await mine.call('stream-notify-room', `${rid}/typing`, 'the boss', true, proof)
      await mine.call('stream-notify-room', `${rid}/user-activity`, 'the boss', [], proof)
      const args = (client: DdpClient, event: string) =>
        client.events('notify-room', `${rid}/${event}`).map(({ fields }) => fields?.args)
      await theirs.event('notify-room', `${rid}/typing`, ([, typing]) => typing === false)
      for (const client of [mine, theirs]) await client.settled()
      assert.deepEqual(args(theirs, 'typing'), [
        [v.username, true],
        [v.username, false],
      ])
      assert.deepEqual(args(theirs, 'user-activity'), [
        [v.username, ['user-typing'], {}],
        [v.username, [], {}],
      ])
      assert.deepEqual(args(mine, 'typing'), [], 'not to the author')
      const activity = `${rid}/user-activity`
      await theirs.call('stream-notify-room', activity, 'somebody', ['user-typing', 'odd'])
      await mine.event('notify-room', `${rid}/typing`, ([name]) => name === agent.username)
      await mine.settled()
      assert.deepEqual(args(mine, 'user-activity'), [[agent.username, ['user-typing'], {}]])
      await mine.close()
      await theirs.close()
    })

    test('who may not write there says nothing, and is not told so', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const stranger = await seedRoom(server(), 'Eve')
      const other = await seedAgent(server())
      const theirs = await DdpClient.signedIn(server(), agent)
      await theirs.expectReady('notify-room', `${rid}/typing`)
      const anonymous = await DdpClient.connect(server())
      const foreign = await DdpClient.signedIn(server(), other)
      const typing = ['stream-notify-room', `${rid}/typing`, 'x', true] as const
      for (const result of [
        await anonymous.call(...typing),
        await anonymous.call(...typing, { token: stranger.token }),
        await foreign.call(...typing),
        await anonymous.call('stream-notify-room', `${rid}/deleteMessage`, { _id: 'x' }),
        await anonymous.call('stream-notify-user', `${agent.userId}/force_logout`),
        await foreign.call('stream-room-messages', rid, { msg: 'x' }),
      ]) {
        assert.equal(result['error'], undefined)
      }
      const mine = await DdpClient.connect(server())
      await mine.call(...typing, { token: visitor.token })
      await theirs.event('notify-room', `${rid}/typing`)
      await theirs.settled()
      assert.equal(theirs.events('notify-room', `${rid}/typing`).length, 1)
      for (const client of [theirs, anonymous, foreign, mine]) await client.close()
    })
  })

  describe('reading', () => {
    test('positions are told at the beginning and with each move, by name to the staff', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const mine = await DdpClient.connect(server())
      await mine.follow(visitor, 'notify-room', `${rid}/foyer-read`)
      const theirs = await DdpClient.signedIn(server(), agent)
      await theirs.expectReady('notify-room', `${rid}/foyer-read`)
      await theirs.expectReady('notify-room', `${rid}/messagesRead`)
      const said = await sayAs(server(), agent, rid, 'Good day')
      const agents = ([{ agents }]: [{ agents: number }]) => agents === said.seq
      const isAgents = (args: unknown[]) => agents(args as [{ agents: number }])
      const told = await mine.event('notify-room', `${rid}/foyer-read`, isAgents)
      assert.deepEqual(told.fields?.args, [{ visitor: 0, agents: said.seq }])
      expectOk(await visitor.markRead(said.seq))
      const read = await theirs.event(
        'notify-room',
        `${rid}/foyer-read`,
        ([{ visitor }]) => visitor === said.seq,
      )
      assert.deepEqual(read.fields?.args[0].byAgent, { [agent.userId]: said.seq })
      const receipt = await theirs.event('notify-room', `${rid}/messagesRead`)
      assert.equal(receipt.fields?.args[0].until.$date, Date.parse(said.ts))
      await mine.close()
      await theirs.close()
    })
  })

  describe('how a visitor is served', () => {
    test('his place, then who serves him, his status, and again his place', async () => {
      await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
      const agent = await seedAgent(server(), { name: 'Rosa' })
      const first = await seedRoom(server())
      const second = await seedRoom(server())
      const client = await DdpClient.connect(server())
      await client.follow(second, 'livechat-room', second.rid, 0)
      const place = async (fits: (spot: number) => boolean) =>
        client.event(
          'livechat-room',
          second.rid,
          ([{ type, data }]) => type === 'queueData' && fits(data.spot),
        )
      const before = (await place((spot) => spot > 1)).fields?.args[0].data
      assert.equal(before.message.user.username, 'rocket.cat')
      expectOk(await first.close())
      await place((spot) => spot === before.spot - 1)
      const take = () => takeAs(server(), agent, second.rid)
      await take()
      const { fields } = await client.event(
        'livechat-room',
        second.rid,
        ([{ type }]) => type === 'agentData',
      )
      assert.equal(fields?.args[0].data.name, 'Rosa')
      assert.equal(fields?.args[0].data.status, 'online')
      await setStatus(server(), agent, 'away')
      await client.event('livechat-room', second.rid, ([{ status }]) => status === 'away')
      await setStatus(server(), agent, 'online')
      await client.event('livechat-room', second.rid, ([{ status }]) => status === 'online')
      const heard = client.heard.length
      const { result } = await (
        await DdpClient.signedIn(server(), agent)
      ).call('livechat:returnAsInquiry', second.rid)
      assert.equal(result, true)
      await client.event(
        'livechat-room',
        second.rid,
        ([event]) => event.type === 'agentData' && !('data' in event),
      )
      await client.next(({ fields }) => fields?.args[0]?.type === 'queueData', heard)
      const other = await DdpClient.connect(server())
      await take()
      await other.follow(second, 'livechat-room', second.rid, 0)
      await other.event('livechat-room', second.rid, ([{ data }]) => data?.name === 'Rosa')
      await client.close()
      await other.close()
    })

    test('what he is called now; a hidden agent stays hidden', async () => {
      await withSettings(server(), { Livechat_show_agent_info: false }, async () => {
        const { visitor, rid } = await seedServedRoom(server())
        const client = await DdpClient.connect(server())
        await client.follow(visitor, 'livechat-room')
        await client.follow(visitor, 'livechat-room')
        await client.follow(visitor, 'livechat-room', rid, 1)
        const { fields } = await client.event('livechat-room', rid)
        assert.deepEqual(fields?.args, [{ type: 'agentData', data: { hiddenInfo: true } }])
        expectOk(await visitor.register({ name: 'Anabel' }))
        const told = await client.event(
          'livechat-room',
          rid,
          ([{ type }]) => type === 'visitorData',
        )
        assert.equal(told.fields?.args[0].visitor.name, 'Anabel')
        assert.equal(client.events('livechat-room', rid).length, 2, 'one frame for three')
        await client.close()
      })
    })

    test('setting up a connection succeeds for any token in the right form', async () => {
      const visitor = await seedRoom(server())
      const client = await DdpClient.connect(server())
      for (const token of [visitor.token, 'nobody']) {
        const answer = await client.call('livechat:setUpConnection', { token })
        assert.equal(answer['error'], undefined)
      }
      for (const params of [[], [{}], ['x'], [{ token: { $ne: '' } }]]) {
        const answer = await client.call('livechat:setUpConnection', ...params)
        assert.equal(answer['error'].error, 400)
      }
      await client.close()
    })
  })

  test('a manager follows every room', async () => {
    const { visitor, rid } = await seedServedRoom(server())
    const manager = await DdpClient.signedIn(server(), await seedManager(server()))
    await manager.expectReady('room-messages', rid)
    await visitor.say('Hello')
    await manager.message(rid, 'Hello')
    await manager.close()
  })
})
