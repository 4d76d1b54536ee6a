import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../server/app.ts'
import { ChildServer } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { MailSink } from './support/mail-sink.ts'
import { header } from './support/received-mail.ts'
import { testConfig } from './support/test-server.ts'

/** A lease that a dead process left behind is over by then. */
const LATER_MS = 120_000

forEachEngine((engine) => {
  test('[P9] an e-mail whose server was killed in the middle of it is sent, as the same one', async () => {
    const { storage, remove } = await engine.create()
    const sink = await MailSink.start()
    const environment = {
      SMTP_URL: sink.url,
      OVERWRITE_SETTING_Livechat_validate_offline_email: 'false',
      OVERWRITE_SETTING_Livechat_offline_email: 'team@shop.example',
    }
    try {
      sink.troubles.push('silence')
      const child = await ChildServer.start({ storage, environment })
      const body = { name: 'Ana', email: 'ana@example.com', message: 'Still there?' }
      const answer = await child.request('POST', 'livechat/offline.message', { body })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      await sink.until(({ attempts }) => attempts.length === 1)
      await child.stop('SIGKILL')
      assert.equal(sink.mails.length, 0)

      const now = Date.now() + LATER_MS
      const app = await createApp(testConfig(storage, environment), { clock: { now: () => now } })
      try {
        await app.jobs.drain()
      } finally {
        await app.close()
      }
      const [mail, ...more] = sink.take()
      assert.equal(more.length, 0)
      assert.match(mail?.text ?? '', /Still there\?/)
      const ids = sink.attempts.map((attempt) => header(attempt, 'Message-ID'))
      assert.equal(ids.length, 2)
      assert.equal(ids[0], ids[1])
    } finally {
      await sink.close()
      await remove()
    }
  })
})
