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
} from '../../tests/support/seed.ts'
import { sayAs, seedServedRoom, takeAs } from '../../tests/support/served-room.ts'
import { useServer } from '../../tests/support/test-server.ts'
import { ALONE } from '../../tests/support/visitor.ts'

const QUEUE = 'livechat-inquiry-queue-observer'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })
  const manual = () => changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })

  describe('rights that end', () => {
    test('[S8] a role that is taken away ends what it allowed', async () => {
      const { visitor, rid } = await seedServedRoom(server())
      const manager = await seedManager(server())
      const client = await DdpClient.signedIn(server(), manager)
      await client.expectReady('room-messages', rid)
      await client.expectReady('notify-room', `${rid}/typing`)
      await visitor.say('seen')
      await client.message(rid, 'seen')
      const from = client.heard.length
      expectOk(
        await server().post(
          'users.update',
          { userId: manager.userId, data: { roles: ['user'] } },
          await admin(server()),
        ),
      )
      await client.next(({ msg }) => msg === 'nosub', from)
      await visitor.say('unseen')
      await server().app.realtime.settled()
      await client.settled()
      assert.ok(!JSON.stringify(client.heard).includes('unseen'))
      const ended = client.heard.slice(from).filter(({ msg }) => msg === 'nosub')
      assert.equal(ended.length, 2)
      await client.close()
    })

    test('[S8] a permission that is taken away ends what it allowed', async () => {
      const agent = await seedAgent(server(), { online: false })
      const client = await DdpClient.signedIn(server(), agent)
      await client.expectReady(QUEUE, 'public')
      const set = async (roles: string[]) =>
        expectOk(
          await server().post(
            'permissions.update',
            { permissions: [{ _id: 'view-l-room', roles }] },
            await admin(server()),
          ),
        )
      await set(['admin', 'livechat-manager'])
      await client.next(({ msg }) => msg === 'nosub')
      await set(['admin', 'livechat-manager', 'livechat-agent'])
      await client.close()
    })

    test('[S8] who no longer serves a conversation no longer follows it', async () => {
      await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
      const { agent, visitor, rid } = await seedServedRoom(server())
      await manual()
      const other = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), agent)
      await client.expectReady('room-messages', rid)
      const { result } = await client.call('livechat:returnAsInquiry', rid)
      assert.equal(result, true)
      await takeAs(server(), other, rid)
      await client.next(({ msg }) => msg === 'nosub')
      await visitor.say('unseen')
      await server().app.realtime.settled()
      await client.settled()
      assert.ok(!JSON.stringify(client.heard).includes('unseen'))
      const again = await client.subscribe('room-messages', rid)
      assert.equal(again['error'].error, 'not-allowed')
      const theirs = await DdpClient.signedIn(server(), other)
      await theirs.expectReady('room-messages', rid)
      await sayAs(server(), other, rid, 'mine now')
      await theirs.message(rid, 'mine now')
      await client.close()
      await theirs.close()
    })

    test('a session that is revoked is told so, and its socket ends; other sessions stay', async () => {
      const agent = await seedAgent(server())
      const client = await DdpClient.signedIn(server(), agent)
      const again = await server().login(agent.username, 'a long enough password')
      const other = await DdpClient.signedIn(server(), again)
      expectOk(await server().post('logout', {}, agent))
      assert.equal(await client.closed, 4401)
      assert.equal(client.events('notify-user', `${agent.userId}/force_logout`).length, 1)
      await other.settled()
      expectOk(
        await server().post(
          'users.update',
          { userId: agent.userId, data: { active: false } },
          await admin(server()),
        ),
      )
      assert.equal(await other.closed, 4401)
    })

    test('signing out ends what was followed as that user, and the socket goes on', async () => {
      const { agent, rid } = await seedServedRoom(server())
      const client = await DdpClient.signedIn(server(), agent)
      await client.expectReady('room-messages', rid)
      await client.expectReady('notify-user', `${agent.userId}/notification`)
      assert.equal((await client.call('logout'))['error'], undefined)
      const ended = client.heard.filter(({ msg }) => msg === 'nosub')
      assert.equal(ended.length, 2)
      const answer = await client.call('UserPresence:setDefaultStatus', 'online')
      assert.equal(answer['error'].error, 'error-invalid-user')
      await client.settled()
      await client.close()
    })
  })
})
