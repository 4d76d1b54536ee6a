import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StandingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { MailSink } from '../../../tests/support/mail-sink.ts'
import { freePort } from '../../../tests/support/ports.ts'
import { header } from '../../../tests/support/received-mail.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedAgent,
  seedManager,
} from '../../../tests/support/seed.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer, type Answer, type TestServer } from '../../../tests/support/test-server.ts'

const MESSAGE = { name: 'Ana', email: 'ana@example.com', message: 'Do you deliver?' }
const THANKS = 'Thank you for your message. We will answer you by e-mail.'
const SORRY = 'Your message could not be sent. Please check your e-mail address and try again.'

const leave = (
  server: TestServer,
  parts: Record<string, unknown> = {},
  language = 'en',
): Promise<Answer> =>
  server.request('POST', 'livechat/offline.message', {
    body: { ...MESSAGE, ...parts },
    headers: { 'accept-language': language },
  })

interface Stored {
  _id: string
  name: string
  message: string
  mail: string
}

async function stored(server: TestServer): Promise<Stored[]> {
  const list = await server.get('foyer/offline-messages', {}, await admin(server))
  return expectOk(list).offlineMessages
}

forEachEngine((engine) => {
  let now = Date.now()
  const domains = new Map<string, boolean>()
  const server = useServer(engine, {
    clock: { now: () => ++now },
    domainExists: async (address) => domains.get(address.split('@')[1] ?? '') ?? true,
  })
  let sink: MailSink
  const drain = (): Promise<number> => server().app.jobs.drain()
  before(async () => {
    // A port that nobody else is given while this server is away.
    sink = await MailSink.start({}, await freePort())
    await changeSettings(server(), {
      ...sink.settings,
      From_Email: 'chat@shop.example',
      Livechat_offline_email: 'team@shop.example',
    })
  })
  after(() => sink.close())

  test('[P10] a message is stored, answered in the visitor’s language and e-mailed', async () => {
    const answer = await leave(server(), { host: 'https://shop.example/<x>', department: 'Sales' })
    assert.equal(expectOk(answer).message, THANKS)
    assert.equal(
      expectOk(await leave(server(), { name: 'Bea' }, 'de-AT,en;q=0.5')).message,
      'Danke für Ihre Nachricht. Wir antworten Ihnen per E-Mail.',
    )
    assert.deepEqual(
      (await stored(server())).map(({ name, mail }) => [name, mail]),
      [
        ['Bea', 'waiting'],
        ['Ana', 'waiting'],
      ],
    )
    await drain()
    const mails = sink.take()
    const mail = mails.find((one) => header(one, 'Subject') === 'Message from Ana')
    assert.ok(mail)
    assert.deepEqual(mail.envelope, { from: 'chat@shop.example', to: ['team@shop.example'] })
    assert.equal(header(mail, 'From'), 'Ana <chat@shop.example>')
    assert.equal(header(mail, 'Reply-To'), 'Ana <ana@example.com>')
    assert.match(mail.text, /Do you deliver\?/)
    assert.match(mail.text, /Department: Sales\nPage: https:\/\/shop\.example\/<x>/)
    assert.match(mail.html, /&lt;x&gt;/)
    assert.ok(!mail.html.includes('<x>'))
    assert.deepEqual(
      (await stored(server())).map((message) => message.mail),
      ['sent', 'sent'],
    )
  })

  test('[S4] what a visitor says of himself forges no line of the e-mail', async () => {
    const name = 'Ana\r\nE-mail: boss@shop.example\u2028Department: Board'
    expectOk(
      await leave(server(), { name, department: 'a\nb', host: 'https://a.example/\nName: Bob' }),
    )
    await drain()
    const [mail] = sink.take()
    const lines = (mail?.text ?? '').split('\n')
    for (const label of ['Name', 'E-mail', 'Department', 'Page']) {
      assert.equal(lines.filter((line) => line.startsWith(`${label}: `)).length, 1, label)
    }
    assert.ok(lines.includes('E-mail: ana@example.com'))
  })

  test('[P9] what the mail server does not take now is sent later, as the same e-mail', async () => {
    sink.troubles.push(451)
    expectOk(await leave(server(), { message: 'Later?' }))
    await drain()
    assert.equal(sink.take().length, 0)
    assert.equal((await stored(server()))[0]?.mail, 'waiting')
    now += 5000
    await drain()
    const [mail, ...more] = sink.take()
    assert.equal(more.length, 0)
    assert.match(mail?.text ?? '', /Later\?/)
    const ids = sink.attempts.slice(-2).map((one) => header(one, 'Message-ID'))
    assert.match(ids[0] ?? '', /^<\w+@localhost>$/)
    assert.equal(ids[0], ids[1], 'receivers see that both are one')
    now += 3_600_000
    assert.equal(await drain(), 0, 'it is sent once')
  })

  test('[P9] a mail server that is away costs the visitor nothing, and gets it when it is back', async () => {
    const { port } = sink
    await sink.close()
    expectOk(await leave(server(), { message: 'While you were away' }))
    await drain()
    assert.equal((await stored(server()))[0]?.mail, 'waiting')
    sink = await sink.reopen(port)
    now += 5000
    await drain()
    assert.match(sink.take()[0]?.text ?? '', /While you were away/)
  })

  test('[P10] only a domain that does not exist is refused, and what was typed stays', async () => {
    domains.set('missing.example', false)
    const bad = { email: 'ana@missing.example', message: 'My number is 5551' }
    const refused = await leave(server(), bad)
    expectRefusal(refused, 400, SORRY)
    assert.equal(refused.body.message, SORRY)
    await drain()
    assert.equal(sink.take().length, 0)
    const [kept] = await stored(server())
    assert.deepEqual([kept?.message, kept?.mail], ['My number is 5551', 'refused'])
    await withSettings(server(), { Livechat_validate_offline_email: false }, async () => {
      expectOk(await leave(server(), bad))
    })
    await drain()
    assert.equal(sink.take().length, 1)
  })

  test('a form that is off, or filled in wrongly, is refused in the visitor’s language', async () => {
    const count = (await stored(server())).length
    for (const parts of [{ email: 'nobody' }, { email: 'a@b.example\r\nBcc: c@d.example' }]) {
      expectRefusal(await leave(server(), parts), 400, SORRY)
    }
    for (const parts of [{ message: ' ' }, { name: '\n' }]) {
      const french = await leave(server(), parts, 'fr')
      expectRefusal(french, 400, 'Votre message n’a pas pu être envoyé.')
    }
    for (const parts of [{ name: { $ne: 1 } }, { email: ['a@b.example'] }, { message: '' }]) {
      expectRefusal(await leave(server(), parts), 400, 'invalid-params')
    }
    await withSettings(server(), { Livechat_display_offline_form: false }, async () => {
      expectRefusal(await leave(server()), 400, SORRY)
    })
    assert.equal((await stored(server())).length, count)
    expectOk(await leave(server()))
    await drain()
    sink.take()
  })

  test('[P10] without a mail server, or an address to send to, the message is kept and says so', async () => {
    for (const settings of [{ SMTP_Host: '' }, { Livechat_offline_email: 'nobody' }]) {
      await withSettings(server(), settings, async () => {
        expectOk(await leave(server(), { message: 'Kept' }))
      })
      const [kept] = await stored(server())
      assert.deepEqual([kept?.message, kept?.mail], ['Kept', 'off'])
    }
    assert.equal(await drain(), 0)
  })

  test('managers list and delete; a deleted message is not sent any more', async () => {
    const manager = await seedManager(server())
    const agent = await seedAgent(server())
    expectOk(await leave(server(), { name: 'Zoe' }))
    const page = { count: '1', sort: '{"name":-1}' }
    const list = expectOk(await server().get('foyer/offline-messages', page, manager))
    assert.equal(list.count, 1)
    assert.ok(list.total > 1)
    const [zoe] = list.offlineMessages
    assert.equal(zoe.name, 'Zoe')
    const path = `foyer/offline-messages/${zoe._id}`
    assert.equal((await server().get('foyer/offline-messages', {}, agent)).status, 403)
    assert.equal((await server().delete(path, undefined, agent)).status, 403)
    assert.equal((await server().get('foyer/offline-messages')).status, 401)
    expectOk(await server().delete(path, undefined, manager))
    const again = await server().delete(path, undefined, manager)
    expectRefusal(again, 400, 'error-offline-message-not-found')
    await drain()
    assert.equal(sink.take().length, 0)
    assert.ok((await stored(server())).every(({ _id }) => _id !== zoe._id))
  })
})

forEachEngine((engine) => {
  const server = useServer(engine, {
    clock: new StandingClock(),
    environment: {
      OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'true',
      OVERWRITE_SETTING_Livechat_validate_offline_email: 'false',
      OVERWRITE_SETTING_Foyer_rate_registration_per_ip: '4',
      OVERWRITE_SETTING_Foyer_rate_registration_per_token: '2',
    },
  })

  test('[S6] who leaves messages too fast is told to wait, by e-mail and by address', async () => {
    const statuses: number[] = []
    for (const email of ['a@example.com', 'a@example.com', 'a@example.com']) {
      statuses.push((await leave(server(), { email })).status)
    }
    for (const email of ['b@example.com', 'c@example.com']) {
      statuses.push((await leave(server(), { email })).status)
    }
    assert.deepEqual(statuses, [200, 200, 429, 200, 429])
  })
})
