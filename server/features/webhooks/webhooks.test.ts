import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { StandingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  babble,
  cutOff,
  hang,
  Receiver,
  say,
  type Answering,
  type Received,
} from '../../../tests/support/receiver.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
  seedRoom,
  seedUser,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { sayAs } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { ALONE } from '../../../tests/support/visitor.ts'
import { findLeads } from './leads.ts'

const HOUR = 3_600_000
const ON = [
  'Livechat_webhook_on_start',
  'Livechat_webhook_on_close',
  'Livechat_webhook_on_chat_taken',
  'Livechat_webhook_on_chat_queued',
  'Livechat_webhook_on_visitor_message',
  'Livechat_webhook_on_agent_message',
  'Livechat_webhook_on_capture',
]
const all = (value: boolean) => Object.fromEntries(ON.map((id) => [id, value]))

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, {
    clock,
    environment: { ...ALONE, OVERWRITE_SETTING_Foyer_outbound_allow: '127.0.0.1' },
  })
  let receiver: Receiver
  before(async () => {
    receiver = await Receiver.start()
    await changeSettings(server(), {
      Livechat_webhookUrl: receiver.url,
      Livechat_secret_token: 'a secret of two',
      Livechat_Routing_Method: 'Manual_Selection',
      Livechat_request_comment_when_closing_conversation: false,
    })
  })
  beforeEach(() => {
    receiver.answer = say(200)
  })
  after(() => receiver.stop())

  const drain = () => server().app.jobs.drain()
  const jobs = () =>
    server().app.ctx.db.read((reader) => reader.q.selectFrom('job').selectAll().execute())
  const take = async (agent: TestUser, roomId: string) => {
    const found = await server().get('livechat/inquiries.getOne', { roomId }, agent)
    const inquiryId = expectOk(found).inquiry._id
    expectOk(await server().post('livechat/inquiries.take', { inquiryId }, agent))
  }
  const eventsOf = (requests: readonly Received[]) => requests.map(({ body }) => JSON.parse(body))
  /** What came while `work` was done and delivered. */
  const during = async (work: () => Promise<unknown>, answer: Answering = say(200)) => {
    receiver.answer = answer
    const from = receiver.received.length
    await work()
    await drain()
    return receiver.received.slice(from)
  }

  test('while webhooks are off nothing is stored for them', async () => {
    await changeSettings(server(), all(false))
    const ana = await seedRoom(server())
    await ana.say('hello')
    await ana.close()
    assert.deepEqual(await jobs(), [])
  })

  test('[P9] a conversation is told from its start to its end, in order, each event once', async () => {
    await changeSettings(server(), all(true))
    const agent = await seedAgent(server())
    let rid = ''
    const requests = await during(async () => {
      const ana = await seedRoom(server(), 'Ana')
      rid = ana.rid
      const first = await ana.say('hello', 'first-message')
      assert.deepEqual(await ana.say('hello', 'first-message'), first, 'sent again: told once')
      await take(agent, rid)
      await sayAs(server(), agent, rid, 'hi Ana')
      expectOk(await ana.close())
    })
    const events = eventsOf(requests)
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'LivechatSessionStart',
        'LivechatSessionQueued',
        'Message',
        'LivechatSessionTaken',
        'Message',
        'LivechatSession',
      ],
    )
    assert.ok(events.every(({ _id }) => _id === rid))
    assert.deepEqual(
      events.filter(({ type }) => type === 'Message').map(({ messages }) => messages[0].msg),
      ['hello', 'hi Ana'],
    )
    const [said, answered, closing] = events.at(-1).messages
    assert.equal(said.agentId, undefined)
    assert.equal(answered.agentId, agent.userId)
    assert.equal(closing.closingMessage, true)
    const { visitor, servedBy, closer, closedAt, agent: told } = events.at(-1)
    assert.equal(visitor.name, 'Ana')
    assert.deepEqual([servedBy.username, closer], [agent.username, 'visitor'])
    assert.equal(told.email, `${agent.username}@example.com`.toLowerCase())
    assert.ok(closedAt)
    assert.equal(events[3].servedBy.username, agent.username)
    assert.deepEqual(await jobs(), [])
  })

  test('[S2] no event holds the visitor’s token, and every one is signed', async () => {
    const requests = await during(async () => {
      const ana = await seedRoom(server())
      await ana.say('hello')
      await ana.close()
      await drain()
      assert.ok(!receiver.received.some(({ body }) => body.includes(ana.token)))
    })
    assert.ok(requests.length >= 3)
    for (const { headers, body, method } of requests) {
      const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
        String(headers['x-foyer-signature']),
      )!
      const expected = createHmac('sha256', 'a secret of two').update(`${time}.${body}`)
      assert.equal(signature, expected.digest('hex'))
      assert.ok(Math.abs(Number(time) - clock.now() / 1000) < 60)
      assert.equal(headers['x-rocketchat-livechat-token'], 'a secret of two')
      assert.deepEqual([method, headers['content-type']], ['POST', 'application/json'])
      assert.ok(!body.includes('token'), body)
    }
    assert.equal(
      new Set(requests.map(({ headers }) => headers['x-foyer-event-id'])).size,
      requests.length,
    )
  })

  test('[P9] whatever the receiver does, an event comes again under its id until it is taken', async () => {
    const ana = await seedRoom(server())
    await drain()
    const tries = await during(() => ana.say('important'), say(500))
    const id = tries[0]?.headers['x-foyer-event-id']
    const again = async (answer: Answering) => {
      clock.advance(HOUR)
      const [one] = await during(async () => undefined, answer)
      assert.equal(one?.headers['x-foyer-event-id'], id)
      assert.equal(JSON.parse(one?.body ?? '').messages[0].msg, 'important')
    }
    for (const answer of [say(302, '', { location: '/' }), cutOff, say(404)]) await again(answer)
    // Long enough for a slow machine to ask at all.
    await withSettings(server(), { Livechat_http_timeout: 1000 }, () => again(hang))
    // Endless, but a 200.
    await again(babble)
    clock.advance(HOUR)
    assert.deepEqual(await during(async () => undefined), [])
    assert.deepEqual(await jobs(), [])
  })

  test('[P9] later events of a room wait for the one that fails; other rooms do not', async () => {
    const [ana, bob] = [await seedRoom(server(), 'Ana'), await seedRoom(server(), 'Bob')]
    await drain()
    const refuseAna: Answering = (request, response) => {
      const ofAna = JSON.parse(request.body)._id === ana.rid
      response.writeHead(ofAna ? 503 : 200).end()
    }
    const texts = (requests: readonly Received[]) =>
      eventsOf(requests).map(({ messages }) => messages[0].msg)
    const first = await during(async () => {
      await ana.say('ana 1')
      await ana.say('ana 2')
      await bob.say('bob 1')
      await bob.say('bob 2')
    }, refuseAna)
    assert.deepEqual(
      texts(first).toSorted((a, b) => a.localeCompare(b)),
      ['ana 1', 'bob 1', 'bob 2'],
    )
    clock.advance(HOUR)
    assert.deepEqual(texts(await during(async () => undefined)), ['ana 1', 'ana 2'])
  })

  test('[P9] what is given up can be listed, tried again and discarded by who looks after it', async () => {
    const ana = await seedRoom(server())
    await drain()
    const manager = await seedManager(server())
    const agent = await seedAgent(server())
    await during(() => ana.say('lost?'), say(500))
    for (let round = 1; round < 14; round++) {
      clock.advance(2 * HOUR)
      await drain()
    }
    const list = expectOk(await server().get('foyer/jobs.dead', { kind: 'webhook' }, manager))
    assert.equal(list.total, 1)
    const [dead] = list.jobs
    assert.deepEqual(
      [dead.type, dead.rid, dead.attempts, dead.error],
      ['Message', ana.rid, 14, 'the receiver answered 500'],
    )
    assert.ok(!JSON.stringify(list).includes('lost?'))
    const figures = await server().app.ctx.metrics.text()
    assert.match(figures, /^foyer_jobs_dead 1$/m)
    assert.match(figures, /^foyer_job_runs_total\{kind="webhook",outcome="dead"\} 1$/m)
    for (const path of ['foyer/jobs.replay', 'foyer/jobs.discard']) {
      expectRefusal(await server().post(path, { all: true }, agent), 403, 'error-unauthorized')
      expectRefusal(await server().post(path, {}, manager), 400, 'invalid-params')
    }
    const requests = await during(async () => {
      const body = { ids: [dead._id] }
      assert.equal(expectOk(await server().post('foyer/jobs.replay', body, manager)).replayed, 1)
      assert.equal(expectOk(await server().post('foyer/jobs.replay', body, manager)).replayed, 0)
    })
    assert.deepEqual(
      requests.map(({ headers }) => headers['x-foyer-event-id']),
      [dead._id],
    )

    await during(() => ana.say('never mind'), say(500))
    for (let round = 1; round < 14; round++) {
      clock.advance(2 * HOUR)
      await drain()
    }
    const discarded = await server().post('foyer/jobs.discard', { kind: 'webhook' }, manager)
    assert.equal(expectOk(discarded).discarded, 1)
    assert.deepEqual(await jobs(), [])
  })

  test('[P14] what was deleted or erased before its delivery is not sent', async () => {
    const ana = await seedRoom(server())
    await drain()
    const deleted = await during(async () => {
      const { _id } = await ana.say('a slip')
      await ana.say('meant')
      expectOk(await ana.remove(_id))
    })
    assert.deepEqual(
      eventsOf(deleted).map(({ messages }) => messages[0].msg),
      ['meant'],
    )
    const erased = await during(async () => {
      await ana.say('my number')
      await ana.close()
      expectOk(await ana.erase())
      assert.deepEqual(await jobs(), [], 'nor does its reference stay')
    })
    assert.deepEqual(erased, [])
  })

  test('the answer of the receiver is kept with the room and told with later events', async () => {
    const ana = await seedRoom(server())
    await during(() => ana.say('one'), say(200, 'case\u0000 4711 '))
    const [next] = eventsOf(await during(() => ana.say('two'), say(200, 'x'.repeat(100_000))))
    assert.equal(next.crmData, 'case 4711')
    const [last] = eventsOf(await during(() => ana.say('three')))
    assert.equal(last.crmData.length, 5000)
  })

  test('an address in a message is a lead; the visitor’s record stays as it is', async () => {
    const ana = await seedRoom(server())
    await drain()
    const events = eventsOf(await during(() => ana.say('I am ann@mail.example.com, 11 5555-1234')))
    assert.deepEqual(
      events.map(({ type }) => type),
      ['Message', 'LeadCapture'],
    )
    assert.deepEqual(events[1].leads, {
      email: [{ address: 'ann@mail.example.com' }],
      phone: [{ phoneNumber: '11 5555-1234' }],
    })
    assert.equal(events[1].visitor.email, undefined)
    assert.deepEqual(findLeads(`${'a'.repeat(900)}!`, '(a+)+$'), [], 'given up in time')
    assert.deepEqual(findLeads('x', '('), [])
  })

  test('a conversation returned to the queue is told as queued', async () => {
    const { rid } = await seedRoom(server())
    const agent = await seedAgent(server())
    await take(agent, rid)
    await drain()
    const events = eventsOf(
      await during(async () =>
        expectOk(await server().post('livechat/inquiries.returnAsInquiry', { roomId: rid }, agent)),
      ),
    )
    assert.deepEqual(
      events.map(({ type }) => type),
      ['LivechatSessionQueued'],
    )
  })

  test('offline messages are told', async () => {
    await changeSettings(server(), { Livechat_webhook_on_offline_msg: true })
    await changeSettings(server(), { Livechat_validate_offline_email: false })
    const body = { name: 'Ana', email: 'ana@example.com', message: 'call me' }
    const [event] = eventsOf(
      await during(async () => expectOk(await server().post('livechat/offline.message', body))),
    )
    const { type, visitor, message, sentAt } = event
    assert.deepEqual(
      [type, visitor, message],
      ['LivechatOfflineMessage', { name: 'Ana', email: 'ana@example.com' }, 'call me'],
    )
    assert.ok(sentAt)
  })

  test('managers read and change the settings of the webhook; the secret is masked', async () => {
    const manager = await seedManager(server())
    const read = async () => {
      const { settings } = expectOk(
        await server().get('livechat/integrations.settings', {}, manager),
      )
      return new Map<string, unknown>(
        settings.map(({ _id, value }: { _id: string; value: unknown }) => [_id, value]),
      )
    }
    const before = await read()
    assert.equal(before.get('Livechat_secret_token'), '********')
    assert.equal(before.get('Livechat_webhookUrl'), receiver.url)
    const change = (body: object) => server().post('omnichannel/integrations', body, manager)
    expectOk(
      await change({
        LivechatSecretToken: '********',
        LivechatHttpTimeout: 4000,
        LivechatWebhookOnForward: true,
      }),
    )
    const changed = await read()
    assert.equal(changed.get('Livechat_http_timeout'), 4000)
    assert.equal(changed.get('Livechat_webhook_on_forward'), true)
    assert.equal(server().app.ctx.settings.get('Livechat_secret_token'), 'a secret of two')
    expectRefusal(await change({ LivechatWebhookOnForward: 'perhaps' }), 400, 'invalid-params')
    expectRefusal(await change({ Site_Url: 'x' }), 400, 'invalid-params')
    const agent = await seedUser(server(), ['user', 'livechat-agent'])
    expectRefusal(
      await server().post('omnichannel/integrations', {}, agent),
      403,
      'error-unauthorized',
    )
    expectRefusal(
      await server().get('livechat/integrations.settings', {}, agent),
      403,
      'error-unauthorized',
    )
  })

  test('[S7] the webhook can be tried, and says why it does not work', async () => {
    const manager = await seedManager(server())
    const attempt = () => server().post('livechat/webhook.test', {}, manager)
    receiver.answer = say(200)
    expectOk(await attempt())
    const sent = receiver.received.at(-1)
    assert.equal(JSON.parse(sent?.body ?? '').type, 'LivechatSession')
    assert.ok(sent?.headers['x-foyer-signature'])
    receiver.answer = say(500)
    expectRefusal(
      await attempt(),
      400,
      'The receiver answered 500 [error-invalid-webhook-response]',
    )
    const { port } = receiver
    await changeSettings(server(), { Livechat_webhookUrl: `http://[::1]:${port}/` })
    expectRefusal(await attempt(), 400, 'not on the public internet')
    await changeSettings(server(), { Livechat_webhookUrl: '' })
    expectRefusal(await attempt(), 400, 'Webhook_URL_not_set')
    await changeSettings(server(), { Livechat_webhookUrl: receiver.url })
    const login = await admin(server())
    const entries = expectOk(
      await server().get('foyer/audit', { action: 'setting.changed', count: '0' }, login),
    ).entries
    assert.ok(entries.some(({ target }: { target: string }) => target === 'Livechat_webhookUrl'))
    assert.ok(!JSON.stringify(entries).includes('127.0.0.1:'), 'no text of a setting')
  })
})
