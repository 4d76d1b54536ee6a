import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { testConfig } from '../../tests/support/test-server.ts'
import { MailSink } from '../../tests/support/mail-sink.ts'
import { header } from '../../tests/support/received-mail.ts'
import { readConfig, type Config } from '../config.ts'
import { StoredSettings } from '../features/settings/store.ts'
import type { Letter } from './letter.ts'
import { Mailer, MailRefusedError, type Mail } from './mailer.ts'

const LETTER: Letter = { language: 'en', subject: 'Hello', parts: [{ text: 'Good day' }] }
const MAIL: Mail = { id: 'id1', to: ['bob@example.com'], letter: LETTER }

let sink: MailSink
before(async () => {
  sink = await MailSink.start()
})
after(() => sink.close())

function mailerOf(environment: Record<string, string>): Mailer {
  const config: Config = testConfig(
    { kind: 'sqlite', folder: '' },
    { ROOT_URL: 'https://chat.example.com', ...environment },
  )
  return new Mailer({ config, settings: new StoredSettings(config) })
}

const later = (): AbortSignal => AbortSignal.timeout(60_000)

async function deliver(mailer: Mailer, mail: Mail) {
  await mailer.send(mail, later())
  const mails = sink.take()
  assert.equal(mails.length, 1)
  return mails[0]!
}

test('an e-mail arrives as text and HTML, from the installation’s address, with its own id', async () => {
  const mailer = mailerOf({
    SMTP_URL: sink.url,
    OVERWRITE_SETTING_From_Email: 'Shop <shop@example.com>',
    OVERWRITE_SETTING_Site_Name: 'Tea & Co',
  })
  const mail = await deliver(mailer, {
    ...MAIL,
    fromName: 'Ana',
    replyTo: { name: 'Ana', address: 'ana@example.com' },
    letter: { ...LETTER, parts: [{ heading: 'You', text: '<b>1 & "2"</b>\nnext' }] },
  })
  assert.deepEqual(mail.envelope, { from: 'shop@example.com', to: ['bob@example.com'] })
  assert.equal(header(mail, 'From'), 'Ana <shop@example.com>')
  assert.equal(header(mail, 'Reply-To'), 'Ana <ana@example.com>')
  assert.equal(header(mail, 'Message-ID'), '<id1@chat.example.com>')
  assert.equal(header(mail, 'Auto-Submitted'), 'auto-generated')
  assert.match(
    mail.text,
    /^You\n<b>1 & "2"<\/b>\nnext\n\n-- \nTea & Co\nhttps:\/\/chat\.example\.com\n/,
  )
  assert.match(mail.html, /&lt;b&gt;1 &amp; &quot;2&quot;&lt;\/b&gt;<br>\nnext/)
  assert.match(mail.html, /<h1>Tea &amp; Co<\/h1>/)
  mailer.close()
})

test('[S4] no name, subject or text becomes a header, a recipient or markup', async () => {
  const mailer = mailerOf({ SMTP_URL: `${sink.url}?pool=true` })
  const plain = await deliver(mailer, {
    ...MAIL,
    fromName: 'A',
    replyTo: { name: 'B', address: 'ana@example.com' },
  })
  const names = plain.headers.map(([name]) => name)
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc
          .constantFrom('\r\n', '\n', '\r', '\u2028', '\0', 'Bcc: eve@example.com', ',', '<', '>')
          .chain((piece) => fc.constantFrom(piece, 'Ana', '"', '=?utf-8?Q?=0D=0ABcc:?=', '\u202E')),
        { maxLength: 10 },
      )
      .map((pieces) => pieces.join('')),
  )
  await fc.assert(
    fc.asyncProperty(nasty, nasty, nasty, nasty, async (fromName, name, subject, text) => {
      const mail = await deliver(mailer, {
        ...MAIL,
        fromName,
        replyTo: { name, address: 'ana@example.com' },
        letter: { language: 'ar', subject, parts: [{ heading: name, text }] },
      })
      assert.deepEqual(mail.envelope.to, ['bob@example.com'])
      assert.deepEqual(
        mail.headers.map(([header]) => header).filter((header) => header !== 'Subject'),
        names.filter((header) => header !== 'Subject'),
      )
      const tags = new Set(mail.html.match(/<[^>]*>?/g)?.map((tag) => tag.split(/[ >]/, 1)[0]))
      const known = ['<!doctype', '<html', '<head', '<meta', '<title', '</title', '<style']
      known.push('</style', '</head', '<body', '<h1', '</h1', '<p', '<strong', '</strong', '<br')
      known.push('</p', '<hr', '<a', '</a', '</body', '</html')
      assert.deepEqual(
        [...tags].filter((tag) => !known.includes(tag ?? '')),
        [],
      )
    }),
    { numRuns: 150 },
  )
  mailer.close()
})

test('a language that is written from right to left says so', async () => {
  const mailer = mailerOf({ SMTP_URL: sink.url })
  const hebrew = await deliver(mailer, { ...MAIL, letter: { ...LETTER, language: 'he' } })
  assert.match(hebrew.html, /<html lang="he" dir="rtl">/)
  assert.match(hebrew.html, /<p dir="auto">/)
  const german = await deliver(mailer, { ...MAIL, letter: { ...LETTER, language: 'de' } })
  assert.match(german.html, /<html lang="de" dir="ltr">/)
  mailer.close()
})

test('plain text only, and the settings in place of the environment', async () => {
  const mailer = mailerOf({
    OVERWRITE_SETTING_SMTP_Host: '127.0.0.1',
    OVERWRITE_SETTING_SMTP_Port: String(sink.port),
    OVERWRITE_SETTING_email_plain_text_only: 'true',
  })
  const mail = await deliver(mailer, MAIL)
  assert.equal(mail.html, '')
  assert.match(mail.text, /Good day/)
  assert.equal(header(mail, 'From'), 'no-reply@chat.example.com')
  mailer.close()
  await assert.rejects(mailerOf({}).send(MAIL, later()), /no mail server is configured/)
})

test('what is refused for good is told from what may pass', async () => {
  const mailer = mailerOf({ SMTP_URL: sink.url })
  sink.troubles.push(451, 554)
  await assert.rejects(mailer.send(MAIL, later()), (error) => !(error instanceof MailRefusedError))
  await assert.rejects(mailer.send(MAIL, later()), MailRefusedError)
  await deliver(mailer, MAIL)
  mailer.close()
})

test('[P9] a mail server that never answers is given up at the signal', async () => {
  const mailer = mailerOf({ SMTP_URL: sink.url })
  const attempts = sink.attempts.length
  const control = new AbortController()
  sink.troubles.push('silence')
  const sending = mailer.send(MAIL, control.signal)
  await sink.until((it) => it.attempts.length > attempts)
  control.abort(new Error('enough'))
  await assert.rejects(sending)
  mailer.close()
})

test('the password goes out encrypted, and to a known certificate unless that is waived', async () => {
  let seen: unknown
  const secured = await MailSink.start({
    disabledCommands: [],
    hideSTARTTLS: false,
    onAuth: (auth, session, callback) => {
      seen = { user: auth.username, password: auth.password, secure: session.secure }
      callback(null, { user: auth.username })
    },
  })
  const settings = {
    OVERWRITE_SETTING_SMTP_Host: '127.0.0.1',
    OVERWRITE_SETTING_SMTP_Port: String(secured.port),
    OVERWRITE_SETTING_SMTP_Username: 'shop',
    OVERWRITE_SETTING_SMTP_Password: 'secret',
  }
  const strict = mailerOf({ ...settings, OVERWRITE_SETTING_SMTP_IgnoreTLS: 'false' })
  await assert.rejects(strict.send(MAIL, later()), /certificate/i)
  assert.equal(seen, undefined)
  const lenient = mailerOf({ ...settings, OVERWRITE_SETTING_SMTP_IgnoreTLS: 'true' })
  await lenient.send(MAIL, later())
  assert.deepEqual(seen, { user: 'shop', password: 'secret', secure: true })
  strict.close()
  lenient.close()
  await secured.close()
})

test('SMTP_URL is checked at start, without being repeated', () => {
  for (const bad of ['mail.example.com', 'http://mail.example.com', 'smtp:', 'smtp://:secret@']) {
    assert.throws(
      () => readConfig({ SMTP_URL: bad }),
      (error: Error) => /SMTP_URL/.test(error.message) && !error.message.includes('secret'),
    )
  }
  const good = 'smtps://u:p@mail.example.com'
  assert.equal(readConfig({ SMTP_URL: good }).smtpUrl, good)
})
