import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../tests/support/engines.ts'
import { FaultyProxy } from '../tests/support/faulty-proxy.ts'
import { changeSettings, expectOk, seedAgent } from '../tests/support/seed.ts'
import { sayAs } from '../tests/support/served-room.ts'
import { useServer } from '../tests/support/test-server.ts'
import { RestError } from './rest.ts'
import { fastTimers } from './testing/fast-timers.ts'
import { Browser, until, useCleanup, useUrl } from './testing/world.ts'
import { createVisitorChat, type VisitorChat } from './visitor-chat.ts'

forEachEngine((engine) => {
  const server = useServer(engine)
  const url = useUrl(server)
  const cleanup = useCleanup()

  function open(browser: Browser, serverUrl = url()): VisitorChat {
    const chat = createVisitorChat({
      serverUrl,
      storage: browser.storage,
      tabs: browser.tab(),
      timers: fastTimers,
    })
    cleanup(() => chat.stop())
    return chat
  }

  const shown = (chat: VisitorChat): { text: string; delivery: unknown }[] =>
    chat
      .state()
      .items.filter((item) => item.kind !== 'message' || item.message.t === undefined)
      .map(({ text, delivery }) => ({ text, delivery }))

  test('[P10] what is typed while the server cannot be reached is sent after a reload', async (t) => {
    await seedAgent(server())
    const proxy = await FaultyProxy.start(new URL(url()))
    t.after(() => proxy.close())
    const address = proxy.through(url())
    const browser = new Browser()
    const before = open(browser, address)
    await before.start()
    proxy.cut()
    before.send('one')
    before.send('two')
    await until(() => before.state().items.length === 2, 'shown')
    before.stop()
    const after = open(browser, address)
    void after.start()
    assert.deepEqual(shown(after), [
      { text: 'one', delivery: 'sending' },
      { text: 'two', delivery: 'sending' },
    ])
    await until(() => after.state().connection === 'offline', 'it says that it is offline')
    proxy.heal()
    await until(() => shown(after).every(({ delivery }) => delivery === 'sent'), 'sent')
    assert.deepEqual(
      shown(after).map(({ text }) => text),
      ['one', 'two'],
    )
  })

  test('[P10] with nobody there the text is kept, says why, and is sent when asked to', async () => {
    const agent = await seedAgent(server())
    const chat = open(new Browser())
    await chat.start()
    const everybody = await server().get(
      'livechat/users/agent',
      { count: '0' },
      await server().admin(),
    )
    for (const { _id } of everybody.body.users) {
      const body = { status: 'offline', message: '', userId: _id }
      expectOk(await server().post('users.setStatus', body, await server().admin()))
    }
    const id = chat.send('Is anybody there?')
    await until(() => shown(chat)[0]?.delivery === 'failed', 'failed')
    const [item] = chat.state().items
    assert.equal(item?.kind === 'echo' && item.failure?.code, 'no-agent-online')
    expectOk(await server().post('users.setStatus', { status: 'online', message: '' }, agent))
    chat.retry(id)
    await until(() => shown(chat)[0]?.delivery === 'sent', 'sent')
    assert.equal(shown(chat).length, 1)
  })

  test('two tabs show the same conversation', async () => {
    const agent = await seedAgent(server())
    const browser = new Browser()
    const [first, second] = [open(browser), open(browser)]
    await Promise.all([first.start(), second.start()])
    assert.equal(first.token(), second.token())
    first.send('from the first')
    await until(() => shown(second).length === 1, 'seen in the second')
    await until(() => second.state().room?.open === true, 'the second has entered')
    second.send('from the second')
    await until(() => shown(first).length === 2, 'seen in the first')
    await until(
      () =>
        [first, second].every((chat) => shown(chat).every(({ delivery }) => delivery === 'sent')),
      'sent',
    )
    const rid = first.state().room?.id ?? ''
    await sayAs(server(), agent, rid, 'Hello')
    await until(() => first.state().unread === 1 && second.state().unread === 1, 'unread in both')
    second.markRead()
    await until(() => first.state().unread === 0, 'read in both')
    assert.deepEqual(shown(first), shown(second))
    const reloaded = open(browser)
    await reloaded.start()
    await until(() => shown(reloaded).length === 3, 'the same after a reload')
    assert.equal(reloaded.state().unread, 0)
  })

  test('a token that the server has forgotten begins anew, with what was typed', async () => {
    await seedAgent(server())
    const browser = new Browser()
    const chat = open(browser)
    await chat.start()
    chat.send('one')
    await until(() => shown(chat)[0]?.delivery === 'sent', 'sent')
    const first = chat.state().visitor?._id
    await chat.close()
    expectOk(await server().delete(`livechat/visitor/${chat.token()}`))
    chat.send('two')
    await until(
      () => shown(chat).some(({ text, delivery }) => text === 'two' && delivery === 'sent'),
      'sent',
    )
    assert.notEqual(chat.state().visitor?._id, first)
    const second = chat.state().visitor?._id
    // Typed for a room of somebody who is erased before it is sent.
    await chat.close()
    chat.stop()
    const rid = chat.state().room?.id ?? 'gone'
    expectOk(await server().delete(`livechat/visitor/${chat.token()}`))
    const kept = JSON.stringify({ id: 'a-text-of-before', text: 'three', at: 1, rid })
    browser.storage.setItem(`foyer:${url()}:outbox:${chat.token()}:a-text-of-before`, kept)
    const later = open(browser)
    await later.start()
    await until(() => shown(later)[0]?.delivery === 'sent', 'sent')
    assert.deepEqual(shown(later), [{ text: 'three', delivery: 'sent' }])
    assert.notEqual(later.state().visitor?._id, second)
  })

  test('who asks for it is forgotten, in every tab', async () => {
    await seedAgent(server())
    const browser = new Browser()
    const [first, second] = [open(browser), open(browser)]
    await Promise.all([first.start(), second.start()])
    first.send('my secret')
    await until(() => shown(second)[0]?.delivery === 'sent', 'sent')
    const token = first.token()
    await first.forgetMe()
    await until(() => first.state().phase === 'ready' && second.state().phase === 'ready', 'anew')
    assert.notEqual(first.token(), token)
    assert.equal(second.token(), first.token())
    for (const tab of [first, second]) assert.deepEqual(tab.state().items, [])
    assert.equal(first.state().visitor, undefined)
    const kept = JSON.stringify([...browser.storage.kept])
    assert.ok(!kept.includes(token) && !kept.includes('secret'))
    const gone = await server().get(`livechat/visitor/${token}`)
    assert.equal(gone.status, 400)
  })

  test('a file is shown on its way, and as a message once it has arrived', async () => {
    await seedAgent(server())
    const chat = open(new Browser())
    await chat.start()
    const upload = chat.upload(new File(['hello'], 'note.txt', { type: 'text/plain' }))
    assert.equal(chat.state().items[0]?.kind, 'upload')
    const message = await upload.done
    assert.equal(message.file?.name, 'note.txt')
    await until(() => chat.state().items.some(({ id }) => id === message._id), 'shown')
    assert.ok(chat.state().items.every(({ kind }) => kind === 'message'))
    await changeSettings(server(), { FileUpload_Enabled: false })
    try {
      const refused = chat.upload(new File(['x'], 'x.txt'))
      await assert.rejects(refused.done, { code: 'error-file-upload-disabled' })
      const item = chat.state().items.at(-1)
      assert.equal(item?.kind === 'upload' && item.failure?.code, 'error-file-upload-disabled')
      chat.discard(refused.id)
      assert.ok(chat.state().items.every(({ kind }) => kind === 'message'))
    } finally {
      await changeSettings(server(), { FileUpload_Enabled: true })
    }
  })

  test('the end: who closed, the transcript, the rating, and a new conversation after it', async () => {
    await changeSettings(server(), { Livechat_enable_transcript: true })
    const agent = await seedAgent(server())
    const chat = open(new Browser())
    await chat.start()
    await chat.register({ name: 'Ana', email: 'ana@example.com' })
    chat.send('one')
    await until(() => shown(chat)[0]?.delivery === 'sent', 'sent')
    const rid = chat.state().room?.id ?? ''
    await sayAs(server(), agent, rid, 'two')
    await until(() => shown(chat).length === 2, 'answered')
    await chat.close()
    await until(() => chat.state().room?.closedBy === 'visitor', 'closed')
    await until(() => chat.state().transcriptOffered, 'the transcript is offered')
    // This server has no mail server: the offer stays.
    await assert.rejects(chat.requestTranscript('ana@example.com'), RestError)
    assert.equal(chat.state().transcriptOffered, true)
    await chat.rate([{ name: 'satisfaction', value: '5' }], 'well done')
    chat.send('three')
    await until(() => chat.state().room?.id !== rid && shown(chat)[0]?.delivery === 'sent', 'anew')
    assert.deepEqual(shown(chat), [{ text: 'three', delivery: 'sent' }])
  })
})
