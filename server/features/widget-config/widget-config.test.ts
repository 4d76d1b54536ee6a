import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TickingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  changeSettings,
  expectOk,
  seedAgent,
  seedRoom,
  seedVisitor,
  setStatus,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'

forEachEngine((engine) => {
  const server = useServer(engine, { clock: new TickingClock() })
  const config = async (query: Record<string, string> = {}) =>
    expectOk(await server().get('livechat/config', query)).config

  it('tells a widget the site’s settings as they are now', async () => {
    const before = await config()
    assert.equal(before.enabled, true)
    assert.equal(before.settings.limitTextLength, false)
    assert.equal(before.settings.agentHiddenInfo, false)
    assert.deepEqual(before.settings.hiddenSystemMessages, ['uj', 'ul', 'livechat-close'])
    assert.equal(before.theme.color, '#C1272D')
    assert.deepEqual(before.survey.values, ['1', '2', '3', '4', '5'])
    assert.deepEqual([before.triggers, before.departments, before.customFields], [[], [], []])
    assert.match(before.resources.sound, /\/sounds\/chime\.mp3$/)
    assert.equal(before.guest, undefined)
    await changeSettings(server(), {
      Livechat_title: 'Ask us',
      Livechat_enable_message_character_limit: true,
      Livechat_message_character_limit: 200,
      Livechat_show_agent_info: false,
      Livechat_offline_message: 'Nobody there',
    })
    const after = await config()
    assert.equal(after.theme.title, 'Ask us')
    assert.equal(after.settings.limitTextLength, 200)
    assert.equal(after.settings.agentHiddenInfo, true)
    assert.equal(after.messages.offlineMessage, 'Nobody there')
    await changeSettings(server(), {
      Livechat_message_character_limit: 0,
      Livechat_show_agent_info: true,
    })
    assert.equal((await config()).settings.limitTextLength, 5000)
    await changeSettings(server(), { Livechat_enabled: false })
    assert.deepEqual(await config(), { enabled: false })
    await changeSettings(server(), { Livechat_enabled: true })
  })

  it('tells whether somebody is there, and finds the open conversation again', async () => {
    assert.equal((await config()).online, false)
    const agent = await seedAgent(server(), { username: 'rosa' })
    assert.equal((await config()).online, true)

    const visitor = await seedVisitor(server(), 'Ana')
    const known = await config({ token: visitor.token })
    assert.equal(known.guest.token, visitor.token)
    assert.equal(known.guest.name, 'Ana')
    assert.equal(known.room, undefined)
    expectOk(await visitor.openRoom())
    const open = await config({ token: visitor.token })
    assert.equal(open.room._id, visitor.rid)
    assert.equal(open.room.open, true)
    assert.equal(open.room.servedBy.username, 'rosa')
    assert.equal(open.agent.username, 'rosa')
    assert.equal(open.queueInfo, undefined)
    expectOk(await visitor.close())
    assert.equal((await config({ token: visitor.token })).room, undefined)

    const unknown = await config({ token: 'never seen' })
    assert.equal(unknown.guest, undefined)
    assert.equal(unknown.enabled, true)

    await setStatus(server(), agent, 'offline')
    assert.equal((await config()).online, false)
    await changeSettings(server(), { Livechat_accept_chats_with_no_agents: true })
    assert.equal((await config()).online, true)
  })

  it('tells a waiting visitor his place', async () => {
    await changeSettings(server(), {
      Livechat_accept_chats_with_no_agents: true,
      Livechat_Routing_Method: 'Manual_Selection',
      Livechat_waiting_queue_message: 'Please wait',
    })
    const [first, second] = [await seedRoom(server()), await seedRoom(server())]
    const place = async (token: string) => (await config({ token })).queueInfo
    assert.equal((await place(first.token)).spot, 1)
    const { spot, message, estimatedWaitTimeSeconds } = await place(second.token)
    assert.equal(spot, 2)
    assert.deepEqual(message, {
      text: 'Please wait',
      user: { _id: 'rocket.cat', username: 'rocket.cat' },
    })
    assert.equal(typeof estimatedWaitTimeSeconds, 'number')
    expectOk(await first.close())
    assert.equal((await place(second.token)).spot, 1)
    assert.equal(await place(first.token), undefined)
  })

  it('tells an agent’s screen what the routing method means', async () => {
    const agent = await seedAgent(server())
    const routing = async () =>
      expectOk(await server().get('livechat/config/routing', {}, agent)).config
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    assert.equal((await routing()).previewRoom, true)
    await changeSettings(server(), { Livechat_Routing_Method: 'Auto_Selection' })
    assert.equal((await routing()).autoAssignAgent, true)
    assert.equal((await server().get('livechat/config/routing')).status, 401)
  })
})
