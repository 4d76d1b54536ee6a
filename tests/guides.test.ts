import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChildServer } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { MailSink } from './support/mail-sink.ts'
import { documentAt, paste, sectionOf, stepsOf } from './support/pasting.ts'
import { Receiver } from './support/receiver.ts'

const CONVERSATION = stepsOf(sectionOf(await documentAt('README.md'), 'A conversation'))
const PASSWORD = /^ADMIN_PASS='(.+)'$/m.exec(CONVERSATION[0]?.command ?? '')?.[1] ?? ''
/** The last of the conversation's steps deletes and closes; the guides want it open. */
const OPEN = CONVERSATION.slice(0, -1).map(({ command }) => command)

const OFFLINE = 'api GET foyer/offline-messages "${as_admin[@]}"'

/** The guides in the order in which one reader may follow them: the last one erases the visitor. */
const GUIDES = ['FILES', 'WEBHOOKS', 'EMAIL', 'PRIVACY'] as const

/** What stands for the reader's own in a guide, and what the test puts in its place. */
const withOwn = (command: string, own: Readonly<Record<string, string>>): string =>
  Object.entries(own).reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), command)

const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed'

forEachEngine((engine) => {
  test('the guides work as they are printed, behind the conversation', { skip }, async (t) => {
    const place = await engine.create()
    const folder = await mkdtemp(join(tmpdir(), 'foyer-guides-'))
    const receiver = await Receiver.start()
    const sink = await MailSink.start()
    const server = await ChildServer.start({
      storage: place.storage,
      environment: { ADMIN_PASS: PASSWORD },
    })
    t.after(async () => {
      await server.stop()
      await sink.close()
      await receiver.stop()
      await rm(folder, { recursive: true, force: true })
      await place.remove()
    })
    const own = {
      'http://localhost:3000': server.url,
      'https://crm.example.com/foyer': receiver.url,
      'mail.example.com': '127.0.0.1',
      '"587"': `"${sink.port}"`,
      // Deleted before it was sent, it would not be sent.
      'OFFLINE=': `until [ "$(${OFFLINE} | pick 'offlineMessages[0].mail')" = sent ]; do :; done\nOFFLINE=`,
    }
    const before = [
      `cd '${folder}'`,
      ...OPEN,
      `api POST settings/Foyer_outbound_allow "\${as_admin[@]}" -d '{"value": "127.0.0.1"}'`,
    ]
    const documents = await Promise.all(GUIDES.map((name) => documentAt(`docs/${name}.md`)))
    // What starts a server is for another place than its own shell.
    const steps = documents.flatMap(stepsOf).filter(({ command }) => !/npm start$/m.test(command))
    assert.ok(steps.length >= 12)
    const { outputs, errors } = await paste(
      [...before, ...steps.map(({ command }) => command)].map((text) => withOwn(text, own)),
    )
    assert.equal(errors, '')
    const shown = outputs.slice(before.length)
    assert.equal(shown.length, steps.length)
    for (const [index, { command, output }] of steps.entries()) {
      const printed = shown[index] ?? ''
      if (output === '') assert.doesNotMatch(printed, /"success":false|undefined/, command)
      else assert.equal(printed, output, command)
    }
    const [event] = receiver.received
    assert.equal((JSON.parse(event?.body ?? '') as { type: string }).type, 'LivechatSession')
    assert.match(sink.mails[0]?.text ?? '', /Do you deliver to Lisbon/)
  })
})
