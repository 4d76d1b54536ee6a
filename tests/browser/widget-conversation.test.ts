import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { WebSocketRoute } from 'playwright-core'
import { DdpClient } from '../support/ddp-client.ts'
import { PNG } from '../support/forms.ts'
import { changeSettings, seedAgent, type TestUser } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { useHostSite, useSite } from './support/site.ts'
import { ActingAgent, shopPage, WidgetWindow } from './support/widget.ts'

describe('a visitor’s conversation', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()
  let user: TestUser
  let agent: ActingAgent
  before(async () => {
    user = await seedAgent(site(), { username: 'rosa', name: 'Rosa Lind' })
    agent = new ActingAgent(site(), user)
  })

  it('goes from the form to the rating: said, read, changed, deleted, answered, ended', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host())
    const { chat } = widget
    await widget.begin('Ana')
    await widget.field.fill('Hello, do you ship to *Lisbon*?')
    await widget.field.press('Enter')
    const rid = await agent.roomOf('Ana')
    await chat.locator('h1', { hasText: 'Rosa Lind' }).waitFor()
    await widget.shows('do you ship to', 'Sent')
    assert.equal(await widget.message('do you ship to').locator('strong').textContent(), 'Lisbon')
    await agent.read(rid)
    await widget.shows('do you ship to', 'Read')

    const first = await agent.say(
      rid,
      'Yes: https://shop.example/shipping and [here](javascript:alert(1))',
    )
    const reply = widget.message('Yes:')
    await reply.waitFor()
    assert.deepEqual(
      await reply
        .locator('a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
      ['https://shop.example/shipping'],
    )
    await agent.edit(rid, first._id, 'Yes, in **3 days**')
    await widget.message('Yes, in 3 days').locator('.foot', { hasText: 'edited' }).waitFor()
    const slip = await agent.say(rid, 'A slip')
    await widget.message('A slip').waitFor()
    await agent.remove(rid, slip._id)
    await widget.message('A slip').waitFor({ state: 'detached' })

    await widget.choose('do you ship to', 'Edit')
    await widget.holds('Hello, do you ship to *Lisbon*?')
    await widget.field.fill('Hello, do you ship to Porto?')
    await widget.field.press('Enter')
    await widget.message('to Porto?').locator('.foot', { hasText: 'edited' }).waitFor()
    await widget.say('Forget this')
    await widget.shows('Forget this', 'Sent')
    await widget.choose('Forget this', 'Delete')
    await chat.locator('dialog .primary').click()
    await widget.message('Forget this').waitFor({ state: 'detached' })
    await widget.choose('Yes, in 3 days', 'Reply')
    await chat.locator('.mode', { hasText: 'Reply to Rosa Lind' }).waitFor()
    await widget.field.fill('Wonderful')
    await widget.field.press('Enter')
    await widget.message('Wonderful').locator('.quote', { hasText: 'Rosa Lind' }).waitFor()
    await until('the server has it all', async () => {
      const texts = await agent.textsOf(rid)
      return (
        texts[0] === 'Hello, do you ship to Porto?' && texts.at(-1)?.endsWith('Wonderful') === true
      )
    })

    await agent.close(rid)
    await chat.locator('.ended').waitFor()
    await chat.getByRole('radio', { name: '4 stars' }).check()
    await chat.locator('textarea[name=comment]').fill('Very kind')
    await chat.getByRole('button', { name: 'Send rating' }).click()
    await chat.getByText('Thank you for your rating.').waitFor()
    const { rooms } = (await site().get('livechat/rooms', {}, await site().admin())).body
    assert.equal(rooms[0].satisfaction, '4')
    assert.equal(rooms[0].additionalFeedback, 'Very kind')
    await chat.getByRole('button', { name: 'Start a new conversation' }).click()
    await widget.say('One more question')
    assert.notEqual(await agent.roomOf('Ana'), rid)
  })

  it('[S4] draws whatever tree comes as elements and text, never as HTML or an unsafe link', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/hostile' })
    await widget.begin('Hugo')
    await widget.say('Hello')
    await widget.shows('Hello', 'Sent')
    const label = [{ type: 'PLAIN_TEXT', value: 'click' }]
    const text = (value: string) => ({ type: 'PLAIN_TEXT', value })
    const link = (src: string) => ({ type: 'LINK', value: { src: text(src), label } })
    let deep: object = text('bottom')
    for (let level = 0; level < 200; level++) deep = { type: 'BOLD', value: [deep] }
    const hostile = [
      { type: 'PARAGRAPH', value: [text('<img src=x onerror=alert(1)>')] },
      ...[
        'javascript:alert(1)',
        ' javascript:alert(1)',
        'data:text/html,x',
        'vbscript:x',
        'blob:x',
      ].map((src) => ({ type: 'PARAGRAPH', value: [link(src)] })),
      {
        type: 'PARAGRAPH',
        value: [{ type: 'IMAGE', value: { src: text('https://evil.example/x.png'), label: [] } }],
      },
      { type: 'NOBODY_KNOWS', value: { toString: 1 } },
      { type: 'PARAGRAPH', value: [deep, null, 7, { type: 'EMOJI', shortCode: '__proto__' }] },
      null,
      { type: 'PARAGRAPH', value: [link('//shop.example/a')] },
    ]
    await widget.page.route('**/messages.history/**', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { messages: { msg: string; md: unknown }[] }
      for (const message of body.messages) if (message.msg === 'Hello') message.md = hostile
      await route.fulfill({ response: answer, json: body })
    })
    const requests: string[] = []
    widget.page.on('request', (request) => requests.push(request.url()))
    await widget.page.reload()
    const bubble = widget.message('onerror').locator('.bubble')
    await bubble.waitFor()
    assert.equal(await bubble.locator('img, script').count(), 0)
    const links = await bubble
      .locator('a')
      .evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.getAttribute('rel')]))
    assert.deepEqual(links, [['https://shop.example/a', 'noopener noreferrer nofollow']])
    assert.ok(!requests.some((url) => url.includes('evil.example')))
  })

  it('sends files by button, drop and paste, shows pictures, and refuses clearly', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/files',
      mayFail: true,
    })
    await widget.begin('Files')
    const picker = widget.chat.locator('input[type=file]')
    await picker.setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: PNG })
    const picture = widget.chat.locator('.picture img')
    await until('the picture is drawn', async () =>
      (await picture.count()) > 0
        ? picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0)
        : false,
    )
    await widget.chat.getByRole('button', { name: 'Enlarge the image red.png' }).click()
    await widget.chat.locator('dialog.lightbox img').waitFor()
    await widget.page.keyboard.press('Escape')
    await widget.chat.locator('dialog').waitFor({ state: 'detached' })

    await widget.frame().evaluate(() => {
      for (const [type, target, name] of [
        ['drop', '.conversation', 'dropped.txt'],
        ['paste', '.composer textarea', 'pasted.txt'],
      ] as const) {
        const data = new DataTransfer()
        data.items.add(new File(['tea'], name, { type: 'text/plain' }))
        const event =
          type === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        document.querySelector(target)?.dispatchEvent(event)
      }
    })
    for (const name of ['dropped.txt', 'pasted.txt']) {
      const download = widget.page.waitForEvent('download')
      await widget.chat.getByRole('button', { name: `Download ${name}` }).click()
      assert.equal((await download).suggestedFilename(), name)
    }

    await changeSettings(site(), {
      FileUpload_MaxFileSize: 100,
      FileUpload_MediaTypeWhiteList: 'image/*',
    })
    await picker.setInputFiles([
      { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('short') },
    ])
    await widget.chat.getByText('Files of this kind cannot be sent.').waitFor()
    await picker.setInputFiles([
      {
        name: 'large.png',
        mimeType: 'image/png',
        buffer: Buffer.concat([PNG, Buffer.alloc(9000)]),
      },
    ])
    await widget.chat.getByText(/too large\. At most/).waitFor()
    await changeSettings(site(), {
      FileUpload_MaxFileSize: 104_857_600,
      FileUpload_MediaTypeWhiteList: '',
    })
    await widget.message('plan.txt').getByRole('button', { name: 'Try again' }).click()
    await widget.chat.getByRole('button', { name: 'Download plan.txt' }).waitFor()
    await widget.message('large.png').getByRole('button', { name: 'Discard' }).click()
    await widget.message('large.png').waitFor({ state: 'detached' })
  })

  it('[P10] keeps what was typed without a network, over a reload, and sends it once', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/offline',
      mayFail: true,
    })
    await widget.begin('Otto')
    await widget.say('First')
    await widget.shows('First', 'Sent')
    const rid = await agent.roomOf('Otto')
    await widget.page.route(`${site().url}/api/**`, (route) => route.abort())
    await widget.field.fill('Typed in a tunnel')
    await widget.field.press('Enter')
    await widget.shows('Typed in a tunnel', 'Sending')
    await widget.field.fill('Half a thou')
    await widget.page.unroute(`${site().url}/api/**`)
    await widget.page.reload()
    await widget.shows('Typed in a tunnel', 'Sent')
    await widget.holds('Half a thou')
    assert.deepEqual(await agent.textsOf(rid), ['First', 'Typed in a tunnel'])
  })

  it('[P10] says why a message was refused, and sends it again or drops it when told', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/refused',
      mayFail: true,
    })
    await widget.begin('Rita')
    await widget.say('Hello')
    await widget.shows('Hello', 'Sent')
    const rid = await agent.roomOf('Rita')
    await changeSettings(site(), { Message_MaxAllowedSize: 20 })
    await widget.say('This is a text of more than twenty signs')
    const failed = widget.message('more than twenty')
    await failed.getByText('This message is too long.').waitFor()
    await widget.chat.getByRole('status').filter({ hasText: 'Not sent' }).waitFor()
    await changeSettings(site(), { Message_MaxAllowedSize: 5000 })
    await failed.getByRole('button', { name: 'Try again' }).click()
    await widget.shows('more than twenty', 'Sent')
    assert.equal((await agent.textsOf(rid)).length, 2)
  })

  it('[P11] goes on by itself when the server was away', async () => {
    const page = await browser().open({ mayFail: true })
    const sockets: WebSocketRoute[] = []
    let isCut = false
    await page.routeWebSocket('**/websocket', (socket) => {
      if (isCut) return void socket.close()
      sockets.push(socket)
      socket.connectToServer()
    })
    await page.route(`${site().url}/api/**`, (route) => (isCut ? route.abort() : route.continue()))
    await page.goto(host().put('/cut', shopPage(site().url)))
    const widget = new WidgetWindow(page)
    await widget.begin('Cora')
    await widget.say('Before')
    await widget.shows('Before', 'Sent')
    const rid = await agent.roomOf('Cora')
    isCut = true
    for (const socket of sockets) await socket.close()
    await widget.field.fill('In between')
    await widget.field.press('Enter')
    await agent.say(rid, 'Said while you were gone')
    await widget.chat.getByText('No connection.').waitFor()
    isCut = false
    await widget.message('Said while you were gone').waitFor()
    await widget.shows('In between', 'Sent')
    await widget.chat.getByText('No connection.').waitFor({ state: 'detached' })
  })

  it('works where WebSockets are blocked', async () => {
    const page = await browser().open({ mayFail: true })
    await page.addInitScript(() => {
      Object.assign(globalThis, {
        WebSocket: class extends EventTarget {
          constructor() {
            super()
            setTimeout(() => this.dispatchEvent(new CloseEvent('close', { code: 1006 })), 10)
          }
          send(): void {}
          close(): void {}
        },
      })
    })
    await page.goto(host().put('/poll', shopPage(site().url)))
    const widget = new WidgetWindow(page)
    await widget.begin('Polly')
    await widget.say('By post')
    await widget.shows('By post', 'Sent')
    await agent.say(await agent.roomOf('Polly'), 'By return of post')
    await widget.message('By return of post').waitFor()
  })

  it('shows who is writing, on both sides', async (t) => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/typing' })
    await widget.begin('Tya')
    await widget.say('Hello')
    const rid = await agent.roomOf('Tya')
    await widget.chat.locator('h1', { hasText: 'Rosa Lind' }).waitFor()
    const desk = await DdpClient.signedIn(site(), user)
    t.after(() => desk.close())
    const event = `${rid}/user-activity`
    await desk.expectReady('notify-room', event)
    const isWriting = widget.chat.getByText('Rosa Lind is writing…')
    // Typing is best effort: it is told while both follow the room.
    await until('she is writing', async () => {
      await desk.call('stream-notify-room', event, user.username, ['user-typing'])
      return isWriting.isVisible()
    })
    await desk.call('stream-notify-room', event, user.username, [])
    await isWriting.waitFor({ state: 'detached' })
    await widget.field.pressSequentially('So')
    const isHis = (who: string): boolean => who !== user.username
    await desk.event('notify-room', event, ([who, what]) => isHis(who) && what.length === 1)
    await widget.field.fill('')
    await desk.event('notify-room', event, ([who, what]) => isHis(who) && what.length === 0)
  })

  it('keeps two tabs of one visitor in step', async () => {
    const page = await browser().open()
    // Of the server's own site, a frame may share a storage with its other tabs.
    await page.route('**/shop', (route) =>
      route.fulfill({ contentType: 'text/html', body: shopPage(site().url) }),
    )
    await page.goto(`${site().url}/shop`)
    const one = new WidgetWindow(page)
    await one.begin('Tabea')
    await one.say('From the first tab')
    const rid = await agent.roomOf('Tabea')
    const beside = await browser().openBeside(page)
    await beside.route('**/shop', (route) =>
      route.fulfill({ contentType: 'text/html', body: shopPage(site().url) }),
    )
    await beside.goto(`${site().url}/shop`)
    const other = new WidgetWindow(beside)
    await other.button.click()
    await other.message('From the first tab').waitFor()
    await other.say('From the second tab')
    await one.message('From the second tab').waitFor()
    await agent.say(rid, 'To both of you')
    await one.message('To both of you').waitFor()
    await other.message('To both of you').waitFor()
    assert.deepEqual(await agent.textsOf(rid), ['From the first tab', 'From the second tab'])
  })
})
