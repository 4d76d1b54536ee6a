import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DdpClient } from '../../tests/support/ddp-client.ts'
import { forEachEngine } from '../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
  setStatus,
  type TestUser,
} from '../../tests/support/seed.ts'
import { seedServedRoom, takeAs } from '../../tests/support/served-room.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE, randomId } from '../../tests/support/visitor.ts'

const QUEUE = 'livechat-inquiry-queue-observer'
const SINCE = { useCollection: false, args: [], since: 0 }

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })
  const take = (agent: TestUser, roomId: string) => takeAs(server(), agent, roomId)
  const manual = () => changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })

  describe("an agent's lists", () => {
    test('a conversation comes, changes and goes; the whole list comes to who counts', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      const client = await DdpClient.signedIn(server(), agent)
      const mine = (name: string): string => `${agent.userId}/${name}`
      const [subscriptions, rooms] = [mine('subscriptions-changed'), mine('rooms-changed')]
      await client.expectReady('notify-user', subscriptions, SINCE)
      await client.expectReady('notify-user', rooms, SINCE)
      const whole = async (event: string) =>
        client.next(({ fields }) => fields?.eventName === event && fields.upToDate === true)
      await whole(subscriptions)
      await whole(rooms)
      const [first] = client.events('notify-user', subscriptions)
      assert.deepEqual([first?.fields?.args[0], first?.fields?.args[1].rid], ['inserted', rid])
      await visitor.say('Hello')
      const updated = await client.event(
        'notify-user',
        subscriptions,
        ([kind, { unread }]) => kind === 'updated' && unread > 0,
      )
      assert.ok(Number.isInteger(updated.fields?.args[1].ts.$date))
      await client.event(
        'notify-user',
        rooms,
        ([kind, { lastMessage }]) => kind === 'updated' && lastMessage?.msg === 'Hello',
      )
      const from = client.heard.length
      expectOk(await visitor.close())
      await client.next(({ fields }) => fields?.args[0] === 'removed', from)
      await client.event(
        'notify-user',
        rooms,
        ([kind, { cl }]) => kind === 'updated' && cl === true,
      )
      assert.ok(!JSON.stringify(client.heard).includes(visitor.token), '[S2]')
      await client.close()
    })

    test('a new conversation is inserted, with what is said in it from then on', async () => {
      await manual()
      const agent = await seedAgent(server())
      const visitor = await seedRoom(server())
      await visitor.say('before')
      const client = await DdpClient.signedIn(server(), agent)
      await client.expectReady('notify-user', `${agent.userId}/subscriptions-changed`)
      await client.expectReady('notify-user', `${agent.userId}/notification`)
      await client.expectReady('room-messages', '__my_messages__', true)
      await client.next(
        ({ msg, collection }) => msg === 'added' && collection === 'stream-room-messages',
      )
      await take(agent, visitor.rid)
      await client.event(
        'notify-user',
        `${agent.userId}/subscriptions-changed`,
        ([kind, { rid }]) => kind === 'inserted' && rid === visitor.rid,
      )
      await visitor.say('Hello')
      const { fields } = await client.event(
        'room-messages',
        '__my_messages__',
        ([{ msg }]) => msg === 'Hello',
      )
      assert.deepEqual(fields?.args[1], { roomParticipant: true, roomType: 'l', roomName: null })
      const told = await client.event('notify-user', `${agent.userId}/notification`)
      assert.equal(told.fields?.args[0].text, 'Hello')
      assert.equal(told.fields?.args[0].payload.rid, visitor.rid)
      const texts = client
        .events('room-messages', '__my_messages__')
        .map(({ fields }) => fields?.args[0].msg)
      assert.deepEqual(texts, ['connected', agent.username, 'Hello'])
      await client.close()
    })

    test('nobody reads or writes the events of somebody else', async () => {
      const agent = await seedAgent(server())
      const other = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), other)
      const anonymous = await DdpClient.connect(server())
      for (const name of ['message', 'notification', 'webrtc', 'force_logout']) {
        for (const one of [client, anonymous]) {
          const answer = await one.subscribe('notify-user', `${agent.userId}/${name}`)
          assert.equal(answer['error'].error, 'not-allowed')
        }
      }
      const mine = await DdpClient.signedIn(server(), agent)
      await mine.expectReady('notify-user', `${agent.userId}/notification`)
      await client.call('stream-notify-user', `${agent.userId}/notification`, { title: 'x' })
      await mine.settled()
      assert.equal(mine.events('notify-user', `${agent.userId}/notification`).length, 0)
      for (const one of [client, anonymous, mine]) await one.close()
    })
  })

  describe('the queue', () => {
    test('comes as added and changed, is taken, and goes; whole for who counts', async () => {
      await manual()
      const agent = await seedAgent(server())
      const waiting = await seedRoom(server(), 'Zoe')
      const client = await DdpClient.signedIn(server(), agent)
      await client.expectReady(QUEUE, 'public', SINCE)
      await client.next(({ fields }) => fields?.upToDate === true)
      const rids = client.events(QUEUE, 'public').map(({ fields }) => fields?.args[0].rid)
      assert.ok(rids.includes(waiting.rid))
      const visitor = await seedRoom(server())
      const of = (rid: string, type: string) => (args: { rid: string; type: string }[]) =>
        args[0]?.rid === rid && args[0].type === type
      const added = await client.event(QUEUE, 'public', of(visitor.rid, 'added'))
      const changed = await client.event(QUEUE, 'public', of(visitor.rid, 'changed'))
      assert.equal(changed.fields?.args[0].status, 'queued')
      assert.ok(client.heard.indexOf(added) < client.heard.indexOf(changed))
      assert.ok(Number.isInteger(added.fields?.args[0].ts.$date))
      const inquiryId = added.fields?.args[0]._id
      await client.expectReady(QUEUE, inquiryId)
      await take(agent, visitor.rid)
      await client.event(
        QUEUE,
        'public',
        ([{ rid, status }]) => rid === visitor.rid && status === 'taken',
      )
      await client.event(QUEUE, inquiryId, ([{ status }]) => status === 'taken')
      expectOk(await waiting.close())
      await client.event(QUEUE, 'public', ([{ type }]) => type === 'removed')
      for (const { token } of [waiting, visitor]) {
        assert.ok(!JSON.stringify(client.heard).includes(token), '[S2]')
      }
      await client.close()
    })

    test('is for agents; a department is for those who see everything', async () => {
      const user = await seedUser(server(), ['user'])
      const agent = await seedAgent(server())
      const manager = await seedManager(server())
      for (const [who, event, fits] of [
        [user, 'public', 'nosub'],
        [agent, 'public', 'ready'],
        [agent, 'department/d1', 'nosub'],
        [manager, 'department/d1', 'ready'],
      ] as const) {
        const client = await DdpClient.signedIn(server(), who)
        assert.equal((await client.subscribe(QUEUE, event)).msg, fits)
        await client.close()
      }
      const anonymous = await DdpClient.connect(server())
      assert.equal((await anonymous.subscribe(QUEUE, 'public')).msg, 'nosub')
      await anonymous.close()
    })
  })

  describe('conversations without anybody', () => {
    test('[P8] who is deactivated leaves his conversation to the queue, and everybody sees it', async () => {
      const { agent, visitor, rid } = await seedServedRoom(server())
      await manual()
      const other = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), other)
      await client.expectReady(QUEUE, 'public')
      const widget = await DdpClient.connect(server())
      await widget.follow(visitor, 'livechat-room')
      const body = { userId: agent.userId, data: { active: false } }
      expectOk(await server().post('users.update', body, await admin(server())))
      await client.event(QUEUE, 'public', ([one]) => one.rid === rid && one.type === 'added')
      await widget.event('livechat-room', rid, ([one]) => one.type === 'agentData' && !one.data)
      await widget.event('livechat-room', rid, ([one]) => one.type === 'queueData')
      expectOk(await visitor.close())
      await client.close()
      await widget.close()
    })

    test('[P8] of two who take one conversation one gets it, and the other sees it go', async () => {
      await manual()
      const agents = [await seedAgent(server()), await seedAgent(server())]
      const visitor = await seedRoom(server())
      const clients = await Promise.all(agents.map((one) => DdpClient.signedIn(server(), one)))
      for (const [index, client] of clients.entries()) {
        await client.expectReady(QUEUE, 'public')
        await client.expectReady('notify-user', `${agents[index]?.userId}/subscriptions-changed`)
      }
      const { inquiry } = expectOk(
        await server().get('livechat/inquiries.getOne', { roomId: visitor.rid }, agents[0]),
      )
      const taken = await Promise.all(
        clients.map((client) => client.call('livechat:takeInquiry', inquiry._id)),
      )
      assert.equal(taken.filter(({ error }) => error === undefined).length, 1)
      for (const client of clients) {
        await client.event(QUEUE, 'public', ([{ status }]) => status === 'taken')
        await server().app.realtime.settled()
        await client.settled()
      }
      const inserted = clients.flatMap((client, index) =>
        client
          .events('notify-user', `${agents[index]?.userId}/subscriptions-changed`)
          .filter(({ fields }) => fields?.args[0] === 'inserted'),
      )
      assert.equal(inserted.length, 1)
      for (const client of clients) await client.close()
    })
  })

  describe('what changes for everybody', () => {
    test('who is there, and what he is called', async () => {
      const agent = await seedAgent(server(), { name: 'Rosa' })
      const colleague = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), colleague)
      await client.expectReady('notify-logged', 'user-status')
      await client.expectReady('notify-logged', 'Users:NameChanged')
      await client.expectReady('user-presence', '', { added: [agent.userId] })
      await client.expectReady('notify-user', `${colleague.userId}/userData`)
      await client.event('user-presence', agent.userId, ([[, status]]) => status === 1)
      await setStatus(server(), agent, 'busy')
      const { fields } = await client.event(
        'notify-logged',
        'user-status',
        ([[id, , status]]) => id === agent.userId && status === 3,
      )
      const [, username, , , name, roles] = (fields?.args[0] ?? []) as unknown[]
      assert.deepEqual([username, name], [agent.username, 'Rosa'])
      assert.ok((roles as string[]).includes('livechat-agent'))
      await client.event('user-presence', agent.userId, ([[, status]]) => status === 3)
      expectOk(
        await server().post(
          'users.update',
          { userId: agent.userId, data: { name: 'Rosa Lind' } },
          await admin(server()),
        ),
      )
      await client.event('notify-logged', 'Users:NameChanged', ([{ name }]) => name === 'Rosa Lind')
      expectOk(await server().post('livechat/agent.status', { status: 'not-available' }, colleague))
      const own = await client.event(
        'notify-user',
        `${colleague.userId}/userData`,
        ([{ diff }]) => 'statusLivechat' in diff,
      )
      assert.deepEqual(own.fields?.args[0].diff, { statusLivechat: 'not-available' })
      await client.close()
    })

    test('public settings for anybody, permissions and roles for who is signed in', async () => {
      const agent = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), agent)
      const anonymous = await DdpClient.connect(server())
      await anonymous.expectReady('notify-all', 'public-settings-changed')
      await client.expectReady('notify-logged', 'permissions-changed')
      await client.expectReady('roles', 'roles')
      for (const [stream, event] of [
        ['notify-logged', 'permissions-changed'],
        ['roles', 'roles'],
        ['user-presence', ''],
      ] as const) {
        assert.equal((await anonymous.subscribe(stream, event)).msg, 'nosub')
      }
      const title = `Help ${randomId()}`
      // The private one first, so that it would be heard before the other.
      await changeSettings(server(), { SMTP_Host: 'mail.example.com', Livechat_title: title })
      await anonymous.event(
        'notify-all',
        'public-settings-changed',
        ([kind, { _id, value }]) =>
          kind === 'updated' && _id === 'Livechat_title' && value === title,
      )
      assert.ok(!JSON.stringify(anonymous.heard).includes('SMTP_Host'), 'private ones stay private')
      const name = `role-${randomId()}`
      expectOk(await server().post('roles.create', { name }, await admin(server())))
      const role = await client.event('roles', 'roles', ([one]) => one.name === name)
      const permissions = [
        { _id: 'view-livechat-analytics', roles: ['admin', role.fields?.args[0]._id] },
      ]
      expectOk(await server().post('permissions.update', { permissions }, await admin(server())))
      await client.event(
        'notify-logged',
        'permissions-changed',
        ([kind, { _id }]) => kind === 'updated' && _id === 'view-livechat-analytics',
      )
      await client.close()
      await anonymous.close()
    })
  })
})
