import assert from 'node:assert/strict'
import { it } from 'node:test'
import { DdpClient } from '../support/ddp-client.ts'
import { forEachEngine } from '../support/engines.ts'
import { PNG } from '../support/forms.ts'
import { MailSink } from '../support/mail-sink.ts'
import { changeSettings, expectOk } from '../support/seed.ts'
import { sayAs } from '../support/served-room.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { roomOf, StockChat, storedTexts, useStockSite } from './support/stock-widget.ts'

forEachEngine((engine) => {
  const browser = useBrowser()
  const site = useStockSite(engine)

  it('the stock widget holds a whole conversation, from its form to its transcript', async (t) => {
    const { server, front, agent } = site()
    const mails = await MailSink.start()
    t.after(() => mails.close())
    await changeSettings(server, { ...mails.settings, Livechat_enable_transcript: true })
    const chat = await StockChat.visit(t, browser(), front.url)
    await chat.register('Ana', 'ana@example.com')
    await chat.say('Is the shop open?')
    const rid = await roomOf(site(), chat)
    await chat.shows('Chat started')
    await chat.shows('Alice')

    await server.post('chat.sendMessage', { message: { rid, msg: 'It *is*' } }, agent)
    await chat.shows('It is')
    const said = await sayAs(server, agent, rid, 'Until seven')
    await chat.shows('Until seven')
    expectOk(
      await server.post('chat.update', { roomId: rid, msgId: said._id, text: 'Until 8' }, agent),
    )
    await chat.shows('Until 8')
    await chat.showsNoMore('Until seven')
    const slip = await sayAs(server, agent, rid, 'A slip')
    await chat.shows('A slip')
    expectOk(await server.post('chat.delete', { roomId: rid, msgId: slip._id }, agent))
    await chat.showsNoMore('A slip')

    await chat.attach('red.png', 'image/png', PNG)
    const picture = chat.frame.locator('img[src*="/file-upload/"]')
    await picture.waitFor()
    await until('the picture is drawn', () =>
      picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    )
    await chat.attach('list.txt', 'text/plain', Buffer.from('tea'))
    await chat.shows('list.txt')

    // The widget escapes what it sends, and once more what comes over its socket.
    await chat.type('Tea & <b>cakes</b>')
    await chat.page.keyboard.press('Enter')
    await chat.shows(/^Tea/)
    await chat.reload()
    await chat.shows('Until 8')
    await chat.hasSaid(
      'Chat started',
      'Is the shop open?',
      'It is',
      'Until 8',
      '',
      'list.txt',
      'Tea & <b>cakes</b>',
    )
    await chat.say('Still here')
    await until('it is stored', async () =>
      (await storedTexts(site(), rid)).some(({ msg }) => msg === 'Still here'),
    )

    await chat.choose('Options', 'Finish this chat', 'Yes')
    await chat.shows('Would you like a copy of this chat emailed?')
    const room = expectOk(await server.get('rooms.info', { roomId: rid }, await server.admin()))
    assert.equal(room.room.open, undefined)
    await chat.choose('Yes')
    await mails.until(({ mails: { length } }) => length === 1)
    assert.deepEqual(mails.mails[0]?.envelope.to, ['ana@example.com'])
    assert.match(mails.mails[0]?.text ?? '', /Until 8/)
    await chat.metOnly()
  })

  it('[P4] a socket that is cut comes back, and nothing that was said meanwhile is missing', async (t) => {
    const { server, front, agent } = site()
    const chat = await StockChat.visit(t, browser(), front.url)
    await chat.register('Cem', 'cem@example.com')
    await chat.say('Hello')
    const rid = await roomOf(site(), chat)
    await sayAs(server, agent, rid, 'Before')
    await chat.shows('Before')
    assert.equal(front.cutSockets(), 1)
    await sayAs(server, agent, rid, 'Meanwhile')
    // Five seconds are the widget's own patience before it connects again.
    await chat.shows('Meanwhile')
    await sayAs(server, agent, rid, 'Afterwards')
    await chat.shows('Afterwards')
    await chat.hasSaid('Chat started', 'Hello', 'Before', 'Meanwhile', 'Afterwards')
    await chat.say('And I answer')
    assert.ok(chat.sockets > 1)
    expectOk(await server.post('livechat/room.closeByUser', { rid, comment: 'Done' }, agent))
    await chat.metOnly()
  })

  it('the stock widget and an agent on a socket talk, and see each other type', async (t) => {
    const { server, front, agent } = site()
    await changeSettings(server, { Livechat_enable_transcript: false })
    const desk = await DdpClient.signedIn(server, agent)
    t.after(() => desk.close())
    const chat = await StockChat.visit(t, browser(), front.url)
    await chat.register('Ben', 'ben@example.com')
    await chat.say('Hello')
    const rid = await roomOf(site(), chat)
    await desk.expectReady('room-messages', rid)
    await desk.expectReady('notify-room', `${rid}/user-activity`)
    await desk.expectReady('notify-room', `${rid}/typing`)

    await desk.call('stream-notify-room', `${rid}/user-activity`, agent.username, ['user-typing'])
    await chat.frame.locator('[class*=typing-dots]').first().waitFor()
    const { result } = await desk.call('sendMessage', { rid, msg: 'Good day' })
    await chat.shows('Good day')
    await desk.call('stream-notify-room', `${rid}/user-activity`, agent.username, [])
    await chat.frame.locator('[class*=typing-dots]').first().waitFor({ state: 'hidden' })
    await desk.call('updateMessage', { _id: result._id, rid, msg: 'Good evening' })
    await chat.shows('Good evening')

    await chat.type('One question')
    await desk.event('notify-room', `${rid}/user-activity`, ([, what]) => what.length === 1)
    await desk.event('notify-room', `${rid}/typing`, ([, typing]) => typing === true)
    await chat.page.keyboard.press('Enter')
    await desk.message(rid, 'One question')
    await desk.event('notify-room', `${rid}/user-activity`, ([, what]) => what.length === 0)

    expectOk(await server.post('livechat/room.closeByUser', { rid, comment: 'Done' }, agent))
    await chat.shows(/conversation finished|chat finished/i)
    await chat.metOnly()
  })
})
