import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changeSettings, seedAgent } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { useHostSite, useSite } from './support/site.ts'
import { shopPage, WidgetWindow } from './support/widget.ts'

const API = [
  ...'initialize pageVisited setCustomField setTheme setDepartment clearDepartment'.split(' '),
  ...'setGuestToken setGuestName setGuestEmail setAgent registerGuest setLanguage'.split(' '),
  ...'showWidget hideWidget maximizeWidget minimizeWidget setBusinessUnit'.split(' '),
  ...'clearBusinessUnit setParentUrl setGuestMetadata clearAllCallbacks'.split(' '),
  ...'setHiddenSystemMessages transferChat onChatMaximized onChatMinimized'.split(' '),
  ...'onChatStarted onChatEnded onPrechatFormSubmit onOfflineFormSubmit'.split(' '),
  ...'onWidgetShown onWidgetHidden onAssignAgent onAgentStatusChange'.split(' '),
  ...'onQueuePositionChange onServiceOffline'.split(' '),
]

interface HostWindow {
  told: [string, unknown][]
  RocketChat: { livechat: Record<string, (...args: unknown[]) => void> }
}

describe('the widget on a website', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()

  it('costs the page one request, and keeps and connects nothing before the first click', async () => {
    await seedAgent(site(), { username: 'rosa', name: 'Rosa Lind' })
    const page = await browser().open()
    const requests: string[] = []
    const sockets: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('websocket', (socket) => sockets.push(socket.url()))
    await page.goto(host().put('/', shopPage(site().url)))
    const widget = new WidgetWindow(page)
    await widget.button.waitFor()
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries())
              sum += (entry as unknown as { value: number }).value
          }).observe({ type: 'layout-shift', buffered: true })
          requestIdleCallback(() => setTimeout(() => resolve(sum), 300))
        }),
    )
    assert.equal(shift, 0)
    const toServer = requests.filter((url) => url.startsWith(site().url))
    assert.deepEqual(toServer, [`${site().url}/livechat/rocketchat-livechat.min.js?_=201903270000`])
    assert.deepEqual(sockets, [])
    assert.deepEqual(await page.context().cookies(), [])
    assert.deepEqual(
      await page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        (await indexedDB.databases()).length,
        document.querySelectorAll('iframe').length,
      ]),
      [0, 0, 0, 0],
    )

    await widget.button.click()
    await widget.chat.locator('input[name=name]').waitFor()
    assert.equal(await page.locator('div.rocketchat-widget > iframe#rocketchat-iframe').count(), 1)
    assert.equal(await widget.button.getAttribute('aria-expanded'), 'true')
    const foreign = requests.filter(
      (url) =>
        !url.startsWith(site().url) && !url.startsWith(host().url) && !url.startsWith('blob:'),
    )
    assert.deepEqual(foreign, [], 'nobody else is asked')
    const words = requests.filter((url) => url.includes('/language-'))
    assert.equal(words.length, 1, 'one language is loaded, once')
    assert.match(words[0] ?? '', /language-en-/)
  })

  it('comes back by itself to who has opened it before, and tells of what he missed', async () => {
    const agent = await seedAgent(site(), { username: 'mila' })
    const widget = await WidgetWindow.visit(browser(), site(), host())
    await widget.begin('Iris')
    await widget.say('Anybody there?')
    await widget.shows('Anybody there?', 'Sent')
    await widget.chat.getByRole('button', { name: 'Close chat' }).click()
    await until('the button has the focus again', () =>
      widget.page.evaluate(() => document.activeElement?.className === 'rocketchat-widget'),
    )
    await widget.page.reload()
    const { rooms } = (
      await site().get('livechat/rooms', { roomName: 'Iris' }, await site().admin())
    ).body
    const [room] = rooms
    assert.ok(room)
    await until('the chat is loaded', () =>
      widget.page.frames().some((frame) => frame.url().includes('/livechat')),
    )
    await site().post(
      'chat.sendMessage',
      { message: { rid: room._id, msg: 'Yes, here I am' } },
      room.servedBy._id === agent.userId
        ? agent
        : await site().login('rosa', 'a long enough password'),
    )
    await widget.page.locator('.badge', { hasText: '1' }).waitFor()
    await until('the title counts', async () => (await widget.page.title()) === '(1) Shop')
    assert.match((await widget.button.getAttribute('aria-label')) ?? '', /1 new message/)
    await widget.button.click()
    await widget.message('Yes, here I am').waitFor()
    await until('nothing is unread', async () => (await widget.page.title()) === 'Shop')
    await until(
      'the badge is empty',
      async () => (await widget.page.locator('.badge').textContent()) === '',
    )
    // Open here is open on the next page, without taking the focus there.
    await widget.page.goto(host().put('/next', shopPage(site().url)))
    await widget.message('Yes, here I am').waitFor()
    assert.equal(await widget.page.evaluate(() => document.activeElement?.tagName), 'BODY')
  })

  it('has every function and callback of the page’s API, called before and after it loads', async () => {
    await changeSettings(site(), { Livechat_registration_form: true })
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/api',
      script: `
        window.told = []
        RocketChat(function () {
          for (const name of Object.keys(this).filter((key) => /^on[A-Z]/.test(key))) {
            this[name]((data) => window.told.push([name, data]))
          }
          this.initialize({ theme: { color: '#00ff00' }, guestName: 'Early Bird' })
          this.setGuestEmail('early@example.com')
          this.setCustomField('plan', 'paid')
        })`,
    })
    const { page } = widget
    const told = (): Promise<[string, unknown][]> =>
      page.evaluate(() => (globalThis as unknown as HostWindow).told)
    const call = (name: string, ...args: unknown[]): Promise<void> =>
      page.evaluate(
        ([fn, values]) =>
          (globalThis as unknown as HostWindow).RocketChat.livechat[fn]?.(...values),
        [name, args] as const,
      )
    const wasTold = (name: string): Promise<void> =>
      until(`${name} is told`, async () => (await told()).some(([one]) => one === name))
    await widget.button.waitFor()
    const functions = await page.evaluate(() =>
      Object.keys((globalThis as unknown as HostWindow).RocketChat.livechat),
    )
    assert.deepEqual(functions.sort(), [...API].sort())
    await until('the button has the colour', async () => {
      const color = await widget.button.evaluate((one) => getComputedStyle(one).backgroundColor)
      return color === 'rgb(0, 255, 0)'
    })

    await call('maximizeWidget')
    await wasTold('onChatMaximized')
    await until('what the page knows is filled in', async () => {
      const fields = ['name', 'email'].map((name) => widget.chat.locator(`input[name=${name}]`))
      const values = await Promise.all(fields.map((field) => field.inputValue()))
      return values.join() === 'Early Bird,early@example.com'
    })
    await call('setLanguage', 'de')
    await widget.chat.getByRole('button', { name: 'Gespräch beginnen' }).click()
    await wasTold('onPrechatFormSubmit')
    await widget.say('Hallo')
    await wasTold('onChatStarted')
    await wasTold('onAssignAgent')
    await call('setTheme', { color: 'rebeccapurple', title: 'Ask us' })
    await until('the colour is everywhere', async () => {
      const header = await widget.chat
        .locator('header')
        .evaluate((element) => getComputedStyle(element).backgroundColor)
      return header === 'rgb(102, 51, 153)'
    })
    await call('minimizeWidget')
    await wasTold('onChatMinimized')
    await call('hideWidget')
    await wasTold('onWidgetHidden')
    await widget.button.waitFor({ state: 'hidden' })
    await call('showWidget')
    await wasTold('onWidgetShown')
    await widget.button.waitFor()
    await page.evaluate(() => history.pushState({}, '', '/prices'))
    const { rooms } = (
      await site().get('livechat/rooms', { roomName: 'Early Bird' }, await site().admin())
    ).body
    assert.equal(rooms[0].source.type, 'widget')
    await call('maximizeWidget')
    const options = widget.chat.getByRole('button', { name: 'Optionen', exact: true })
    // A frame that was hidden takes no pointer before it is drawn.
    await until('the chat is drawn', async () => {
      await page.mouse.move(0, 0)
      await options.hover()
      return options.evaluate((button) => button.matches(':hover'))
    })
    await options.click()
    await widget.chat.getByRole('menuitem', { name: 'Gespräch beenden' }).click()
    await widget.chat.locator('dialog .primary').click()
    await wasTold('onChatEnded')
    await call('clearAllCallbacks')
    const before = (await told()).length
    await call('minimizeWidget')
    assert.equal((await told()).length, before)
  })

  it('works without the snippet, under a strict policy, and cannot be restyled', async () => {
    const page = await browser().open()
    const address = host().put(
      '/strict',
      `<!doctype html><html lang="en"><title>Shop</title>
       <style nonce="n">
         div, iframe { display: none !important; position: static !important }
         iframe { width: 10px !important; opacity: 0.1 !important }
       </style>
       <body><script nonce="n" src="${site().url}/livechat/rocketchat-livechat.min.js"></script></body></html>`,
      {
        'content-security-policy': `default-src 'none'; script-src 'nonce-n'; style-src 'nonce-n'; frame-src ${site().url}; require-trusted-types-for 'script'; trusted-types 'none'`,
      },
    )
    await page.goto(address)
    const widget = new WidgetWindow(page)
    await widget.button.click()
    await widget.chat.locator('input[name=name]').waitFor()
    const frame = page.locator('#rocketchat-iframe')
    const box = await frame.boundingBox()
    assert.ok(box !== null && box.width > 300 && box.height > 400, JSON.stringify(box))
    assert.equal(await frame.evaluate((element) => getComputedStyle(element).opacity), '1')
  })

  it('is shown on the listed sites only', async () => {
    await changeSettings(site(), { Livechat_AllowedDomainsList: 'shop.example' })
    const refused = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/a',
      mayFail: true,
    })
    await refused.button.click()
    await until('the frame is refused', () =>
      refused.page.frames().some((frame) => frame.url().startsWith('chrome-error')),
    )
    await changeSettings(site(), { Livechat_AllowedDomainsList: host().url })
    const allowed = await WidgetWindow.visit(browser(), site(), host(), { path: '/b' })
    await allowed.button.click()
    await allowed.chat.locator('input[name=name]').waitFor()
    await changeSettings(site(), { Livechat_AllowedDomainsList: '' })
  })

  it('hears nobody but the page around it, and the page hears nobody but the chat', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/foreign' })
    await widget.button.click()
    await widget.chat.locator('input[name=name]').waitFor()
    const message = { src: 'rocketchat', fn: 'minimize', args: [] }
    await widget.page.evaluate((forged) => window.postMessage(forged, '*'), message)
    await widget.frame().evaluate((forged) => window.postMessage(forged, '*'), {
      src: 'rocketchat',
      fn: 'setTheme',
      args: [{ color: '#000001', offlineColor: '#000001' }],
    })
    // Of the page's own origin, but not the page.
    await widget.page.evaluate(() => {
      const other = document.body.appendChild(document.createElement('iframe'))
      const chat = document.querySelector<HTMLIFrameElement>('#rocketchat-iframe')
      const inside = other.contentWindow as unknown as { Function: FunctionConstructor }
      inside.Function(
        'chat',
        `chat.postMessage({ src: 'rocketchat', fn: 'setTheme', args: [{ color: '#000001', offlineColor: '#000001' }] }, '*')`,
      )(chat?.contentWindow)
    })
    await widget.chat.locator('input[name=name]').fill('Ana')
    assert.equal(await widget.button.getAttribute('aria-expanded'), 'true')
    const header = widget.chat.locator('header')
    assert.notEqual(
      await header.evaluate((element) => getComputedStyle(element).backgroundColor),
      'rgb(0, 0, 1)',
    )
  })

  it('says so when the chat cannot be reached, and tries again when asked', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/away',
      mayFail: true,
    })
    await widget.page.clock.install()
    await widget.page.route('**/livechat', (route) => route.abort())
    await widget.button.click()
    await widget.page.clock.runFor(16_000)
    await widget.page.getByRole('alert').waitFor()
    assert.match((await widget.page.getByRole('alert').textContent()) ?? '', /cannot be reached/)
    await widget.page.unroute('**/livechat')
    await widget.page.getByRole('button', { name: 'Try again' }).click()
    await widget.chat.locator('input[name=name]').waitFor()
  })
})
