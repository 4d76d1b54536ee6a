import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { Receiver } from '../../../tests/support/receiver.ts'
import { changeSettings, expectOk, seedRoom } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1' },
  })
  let receiver: Receiver
  before(async () => {
    receiver = await Receiver.start()
  })
  after(() => receiver.stop())

  test("a visitor's rating is told where that is switched on", async () => {
    await changeSettings(server(), { Livechat_webhookUrl: receiver.url })
    const ana = await seedRoom(server())
    const rate = async (name: string, value: string): Promise<void> => {
      const body = { token: ana.token, rid: ana.rid, data: [{ name, value }] }
      expectOk(await server().post('livechat/room.survey', body))
      await server().app.jobs.drain()
    }
    await rate('satisfaction', '4')
    assert.deepEqual(receiver.received, [])
    await changeSettings(server(), { Foyer_webhook_on_feedback: true })
    await rate('additionalFeedback', 'Quick & kind')
    assert.equal(receiver.received.length, 1)
    const { body = '' } = receiver.received[0] ?? {}
    const event = JSON.parse(body) as Record<string, unknown>
    assert.equal(event['type'], 'LivechatFeedback')
    assert.equal(event['_id'], ana.rid)
    assert.deepEqual(event['feedback'], { satisfaction: '4', additionalFeedback: 'Quick & kind' })
    assert.ok(!body.includes(ana.token))
  })
})
