import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { MailSink } from '../../../tests/support/mail-sink.ts'
import { header } from '../../../tests/support/received-mail.ts'
import {
  changeSettings,
  expectOk,
  expectRefusal,
  seedManager,
  seedRoom,
  seedUser,
} from '../../../tests/support/seed.ts'
import { sayAs, seedServedRoom, type ServedRoom } from '../../../tests/support/served-room.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { useServer, type Answer, type TestServer } from '../../../tests/support/test-server.ts'
import { randomId } from '../../../tests/support/visitor.ts'

const SENT = 'The transcript is on its way to your e-mail address.'
const FAILED = 'The transcript could not be sent.'

/** A conversation in which both have said something, and the visitor has an e-mail address. */
interface Conversation extends ServedRoom {
  email: string
}

async function converse(server: TestServer, language = 'en'): Promise<Conversation> {
  const served = await seedServedRoom(server, 'Ana <i>')
  const email = `${randomId().toLowerCase()}@example.com`
  const visitor = { token: served.visitor.token, email }
  expectOk(
    await server.request('POST', 'livechat/visitor', {
      body: { visitor },
      headers: { 'accept-language': language },
    }),
  )
  await served.visitor.say('Is <b>tea</b> & cake in stock?')
  await sayAs(server, served.agent, served.rid, 'Yes, both.')
  return { ...served, email }
}

const ask = (
  server: TestServer,
  { visitor, rid, email }: Pick<Conversation, 'visitor' | 'rid' | 'email'>,
  language = 'en',
  parts: Record<string, unknown> = {},
): Promise<Answer> =>
  server.request('POST', 'livechat/transcript', {
    body: { token: visitor.token, rid, email, ...parts },
    headers: { 'accept-language': language },
  })

forEachEngine((engine) => {
  let now = Date.parse('2026-08-01T10:00:00.000Z')
  const server = useServer(engine, { clock: { now: () => ++now } })
  let sink: MailSink
  before(async () => {
    sink = await MailSink.start()
    await changeSettings(server(), {
      ...sink.settings,
      From_Email: 'chat@shop.example',
      Site_Name: 'Tea & Co',
    })
  })
  after(() => sink.close())

  /** What has been sent since it was last asked. */
  const sent = async () => {
    await server().app.jobs.drain()
    return sink.take()
  }
  const closeAs = (chat: ServedRoom, parts: Record<string, unknown> = {}): Promise<Answer> =>
    server().post(
      'livechat/room.closeByUser',
      { rid: chat.rid, comment: 'Bye', ...parts },
      chat.agent,
    )
  const closing = async (chat: ServedRoom) =>
    // The wire's own field, which the support type does not name.
    ((await chat.visitor.messages()) as unknown as Record<string, unknown>[]).find(
      ({ t }) => t === 'livechat-close',
    )

  test('a visitor gets his conversation, oldest first, escaped, in his language', async () => {
    const chat = await converse(server())
    assert.equal(expectOk(await ask(server(), chat)).message, SENT)
    await chat.visitor.say('After the request')
    const [mail, ...more] = await sent()
    assert.equal(more.length, 0)
    assert.ok(mail)
    assert.deepEqual(mail.envelope, { from: 'chat@shop.example', to: [chat.email] })
    assert.equal(header(mail, 'Subject'), 'Your conversation with Tea & Co')
    const asked = mail.text.indexOf('Is <b>tea</b> & cake in stock?')
    assert.ok(asked > 0 && asked < mail.text.indexOf('Yes, both.'))
    assert.match(mail.text, /^You · .*UTC$/m)
    assert.match(mail.text, new RegExp(`^${chat.agent.username} · `, 'm'))
    assert.ok(!mail.text.includes('After the request'))
    assert.ok(!mail.text.includes('promptTranscript') && !mail.text.includes('connected'))
    assert.match(mail.html, /Is &lt;b&gt;tea&lt;\/b&gt; &amp; cake in stock\?/)

    expectOk(await closeAs(chat))
    const arabic = await ask(server(), chat, 'ar')
    assert.equal(expectOk(arabic).message, 'نص المحادثة في طريقه إلى بريدك الإلكتروني.')
    const [right] = await sent()
    assert.match(right?.html ?? '', /<html lang="ar" dir="rtl">/)
    assert.match(right?.text ?? '', /^أنت · /m)
    assert.match(right?.text ?? '', /After the request/)
  })

  test('[S1] tokens and rooms of others, and absent ones, are answered alike', async () => {
    const chat = await converse(server())
    const stranger = await seedRoom(server(), 'Eve')
    const asStranger = { ...chat, visitor: stranger }
    for (const rid of [chat.rid, 'absent']) {
      expectRefusal(await ask(server(), { ...asStranger, rid }), 400, 'error-invalid-room')
    }
    const nobody = { token: 'nobody' }
    expectRefusal(await ask(server(), chat, 'en', nobody), 400, 'error-invalid-visitor')
    expectRefusal(await ask(server(), chat, 'en', { email: { $ne: 1 } }), 400, 'invalid-params')
    expectOk(await ask(server(), chat))
    assert.equal((await sent()).length, 1)
  })

  test('[S4] it is no mail relay: own address, own words only after an answer, few a day', async () => {
    const chat = await converse(server())
    for (const email of ['eve@example.com', `${chat.email},eve@example.com`, `${chat.email}\r\n`]) {
      const refused = await ask(server(), { ...chat, email }, 'de')
      if (email.trim() === chat.email) expectOk(refused)
      else expectRefusal(refused, 400, 'Das Protokoll konnte nicht gesendet werden.')
    }
    assert.equal((await sent()).length, 1, 'white space around an address is none of it')

    const spam = await seedRoom(server(), 'Spam')
    expectOk(await spam.register({ email: 'victim@example.com' }))
    await spam.say('Buy now')
    const unanswered = { visitor: spam, rid: spam.rid, email: 'victim@example.com' }
    const refused = await ask(server(), unanswered)
    expectRefusal(refused, 400, FAILED)
    assert.equal(refused.body.message, FAILED)
    await withSettings(server(), { Livechat_transcript_send_always: true }, async () => {
      expectOk(await spam.close())
    })
    assert.equal((await sent()).length, 0)

    const subject = { subject: 'You have won' }
    for (let count = 2; count <= 5; count++) expectOk(await ask(server(), chat, 'en', subject))
    expectRefusal(await ask(server(), chat), 400, FAILED)
    const mails = await sent()
    assert.equal(mails.length, 4)
    assert.ok(mails.every((mail) => header(mail, 'Subject') === 'Your conversation with Tea & Co'))

    const other = await converse(server())
    expectOk(await other.visitor.register({ email: chat.email }))
    const sameAddress = { ...other, email: chat.email }
    expectRefusal(await ask(server(), sameAddress), 400, FAILED)
    now += 86_400_000
    expectOk(await ask(server(), sameAddress))
    assert.equal((await sent()).length, 1)
  })

  test('what an agent requests is sent when the conversation closes, unless taken back', async () => {
    const manager = await seedManager(server())
    const chat = await converse(server(), 'sv')
    const path = `livechat/transcript/${chat.rid}`
    const wish = { email: 'boss@example.com', subject: 'Tea\r\nBcc: eve@example.com' }
    expectRefusal(
      await server().post(path, { ...wish, email: 'x' }, manager),
      400,
      'error-invalid-email',
    )
    assert.equal((await server().post(path, wish, chat.agent)).status, 403)
    assert.equal((await server().post(path, wish)).status, 401)
    expectRefusal(
      await server().delete(path, undefined, manager),
      400,
      'error-transcript-not-requested',
    )
    expectOk(await server().post(path, wish, manager))
    expectRefusal(
      await server().post(path, wish, manager),
      400,
      'error-transcript-already-requested',
    )
    const history = (await chat.visitor.messages()).find(
      ({ t }) => t === 'livechat_transcript_history',
    ) as unknown as { requestData: unknown; u: unknown }
    assert.deepEqual(history.requestData, { type: 'user', user: history.u })
    assert.ok(!JSON.stringify(await chat.visitor.messages()).includes('boss@example.com'))
    expectOk(await server().delete(path, undefined, manager))
    expectOk(await server().post(path, wish, manager))
    assert.equal((await sent()).length, 0)
    expectOk(await closeAs(chat))
    assert.equal((await closing(chat))?.['transcriptRequested'], true)
    const [mail, ...more] = await sent()
    assert.equal(more.length, 0)
    assert.deepEqual(mail?.envelope.to, ['boss@example.com'])
    assert.equal(header(mail, 'Subject'), 'Tea Bcc: eve@example.com')
    assert.match(mail?.text ?? '', /^Det här är ditt samtal från/)
    assert.match(mail?.text ?? '', /^Ana <i> · /m, 'somebody else reads the visitor’s name')
    for (const answer of [
      await server().post(path, wish, manager),
      await server().delete(path, undefined, manager),
      await server().post('livechat/transcript/absent', wish, manager),
    ]) {
      expectRefusal(answer, 400, 'error-invalid-room')
    }
  })

  test('an agent who closes may send it to the visitor; to others by permission', async () => {
    const chat = await converse(server())
    const to = (email: string, subject = 'Your order') => ({
      transcriptEmail: { sendToVisitor: true, requestData: { email, subject } },
    })
    expectRefusal(await closeAs(chat, to('eve@example.com')), 400, 'error-not-allowed')
    expectRefusal(await closeAs(chat, to('eve')), 400, 'error-invalid-email')
    expectOk(await closeAs(chat, to(chat.email.toUpperCase())))
    assert.equal((await closing(chat))?.['transcriptRequested'], true)
    const [mail] = await sent()
    assert.equal(mail?.envelope.to[0]?.toLowerCase(), chat.email)
    assert.equal(header(mail, 'Subject'), 'Your order')

    const second = await converse(server())
    const boss = await seedUser(server(), ['user', 'livechat-manager', 'livechat-agent'])
    const wish = { email: 'boss@example.com', subject: '' }
    expectOk(await server().post(`livechat/transcript/${second.rid}`, wish, boss))
    const none = { rid: second.rid, comment: 'Bye', transcriptEmail: { sendToVisitor: false } }
    expectOk(await server().post('livechat/room.closeByUser', none, boss))
    assert.equal((await closing(second))?.['transcriptRequested'], false)
    assert.equal((await sent()).length, 0)
  })

  test('a manager sends a transcript of a closed conversation; agents, strangers and floods are refused', async () => {
    const chat = await converse(server())
    expectOk(await closeAs(chat))
    await sent()
    const boss = await seedManager(server())
    const wish = { rid: chat.rid, email: 'boss@example.com' }
    const send = (parts: object, by = boss) =>
      server().post('foyer/room.transcript', { ...wish, ...parts }, by)
    expectOk(await send({ subject: 'For the file' }))
    const [mail, ...more] = await sent()
    assert.equal(more.length, 0)
    assert.equal(mail?.envelope.to[0], 'boss@example.com')
    assert.equal(header(mail, 'Subject'), 'For the file')
    assert.match(mail?.text ?? '', /Yes, both\./)
    assert.equal((await send({}, chat.agent)).status, 403)
    expectRefusal(await send({ rid: 'nothing' }), 400, 'error-invalid-room')
    expectRefusal(await send({ email: 'nowhere' }), 400, 'error-invalid-email')
    await withSettings(server(), { Foyer_transcripts_per_day: 1 }, async () => {
      expectRefusal(await send({}), 400, 'error-transcript-not-sent')
    })
    assert.equal((await sent()).length, 0)
  })

  test('a site may send every visitor his transcript, with system messages and its own subject', async () => {
    const settings = {
      Livechat_transcript_send_always: true,
      Livechat_transcript_show_system_messages: true,
      Livechat_transcript_email_subject: 'Thanks',
      Livechat_show_agent_info: false,
    }
    await withSettings(server(), settings, async () => {
      const chat = await converse(server(), 'tr')
      expectOk(await chat.visitor.close())
      assert.equal((await closing(chat))?.['transcriptRequested'], true)
      const [mail, ...more] = await sent()
      assert.equal(more.length, 0)
      assert.equal(mail?.envelope.to[0], chat.email)
      assert.equal(header(mail, 'Subject'), 'Thanks')
      assert.match(mail?.text ?? '', /^Temsilci görüşmeye katıldı\.$/m)
      assert.ok(!mail?.text.includes(chat.agent.username), 'agents stay unnamed')
    })
  })

  test('what was deleted or erased meanwhile is not sent', async () => {
    const chat = await converse(server())
    const secret = await chat.visitor.say('My card is 4242')
    expectOk(await ask(server(), chat))
    expectOk(await chat.visitor.remove(secret._id))
    assert.ok(!(await sent())[0]?.raw.includes('4242'))
    expectOk(await chat.visitor.close())
    expectOk(await ask(server(), chat))
    expectOk(await chat.visitor.erase())
    assert.equal(await server().app.jobs.drain(), 0, 'the job is gone with the visitor')
  })

  test('without a mail server the visitor is told, and a room still closes', async () => {
    const chat = await converse(server())
    await sent()
    await withSettings(server(), { SMTP_Host: '' }, async () => {
      expectRefusal(await ask(server(), chat), 400, FAILED)
      const transcriptEmail = { sendToVisitor: true, requestData: { email: chat.email } }
      expectOk(await closeAs(chat, { transcriptEmail }))
    })
    assert.equal((await closing(chat))?.['transcriptRequested'], false)
    assert.equal((await sent()).length, 0)
  })

  test('an address that the mail server refuses for good is not tried again', async () => {
    const chat = await converse(server())
    expectOk(await ask(server(), chat))
    sink.troubles.push(550)
    assert.equal((await sent()).length, 0)
    now += 3_600_000
    assert.equal(await server().app.jobs.drain(), 0)
  })
})
