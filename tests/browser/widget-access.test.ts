import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { PNG } from '../support/forms.ts'
import { changeSettings, seedAgent, setStatus, type TestUser } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { PHONE, useBrowser, type WindowOptions } from './support/browser.ts'
import { useHostSite, useSite } from './support/site.ts'
import { ActingAgent, WidgetWindow } from './support/widget.ts'

describe('the chat for everybody', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()
  let user: TestUser
  let agent: ActingAgent
  before(async () => {
    user = await seedAgent(site(), { username: 'rosa', name: 'Rosa Lind' })
    agent = new ActingAgent(site(), user)
    await changeSettings(site(), { Livechat_enable_transcript: true })
  })

  /** Shows every screen, one after the other. */
  async function showAll(
    name: string,
    options: WindowOptions,
    look: (widget: WidgetWindow, screen: string) => Promise<void>,
  ): Promise<void> {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      ...options,
      reducedMotion: 'reduce',
    })
    const { chat } = widget
    await widget.button.click()
    await chat.locator('input[name=name]').waitFor()
    await look(widget, 'form')
    await chat.locator('.form button[type=submit]').click()
    await look(widget, 'form with mistakes')
    await chat.locator('input[name=name]').fill(name)
    await chat.locator('input[name=email]').fill('ana@example.com')
    await chat.locator('.form button[type=submit]').click()
    await widget.field.waitFor()
    await look(widget, 'empty conversation')
    await widget.say('Hello')
    const rid = await agent.roomOf(name)
    await agent.say(rid, 'A *list*:\n\n- one\n- two `code`\n\n> quoted https://example.com')
    await widget.message('quoted').waitFor()
    await chat
      .locator('input[type=file]')
      .setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: PNG })
    await chat.locator('.picture img').waitFor()
    await agent.read(rid)
    await chat.locator('.mark.read').first().waitFor()
    await look(widget, 'conversation')
    await widget.message('Hello').hover()
    await widget.message('Hello').locator('.options').click()
    await look(widget, 'menu of a message')
    await widget.page.keyboard.press('Escape')
    await chat.locator('.emojis .tool').click()
    await chat.locator('.emojis .choice').waitFor()
    await look(widget, 'emojis')
    await widget.page.keyboard.press('Escape')
    await chat.locator('header .menu .tool').click()
    await look(widget, 'menu')
    await chat.getByRole('menuitem').nth(1).click()
    await look(widget, 'question')
    await chat.locator('dialog .primary').click()
    await chat.locator('.ended').waitFor()
    await chat.locator('.stars label').nth(3).click()
    await look(widget, 'end')
  }

  const expectClean = async (widget: WidgetWindow, screen: string): Promise<void> =>
    expectAccessible(widget.frame(), screen)

  it('axe finds nothing on any screen, in the light', () => showAll('Ana', {}, expectClean))

  it('axe finds nothing in the dark, from right to left, on a phone', () =>
    showAll('Amal', { colorScheme: 'dark', locale: 'ar', viewport: PHONE }, expectClean))

  it('axe finds nothing whatever colour the site has, nor on the page around', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/color',
      reducedMotion: 'reduce',
    })
    await widget.begin('Coloured')
    await widget.say('Hello')
    const rid = await agent.roomOf('Coloured')
    await widget.shows('Hello', 'Sent')
    const look = async (screen: string): Promise<void> => {
      for (const color of ['#ffff00', '#808080', '#000000', '#ffffff', '#00aaff']) {
        await widget.page.evaluate((wanted) => {
          const { RocketChat } = globalThis as unknown as {
            RocketChat: { livechat: { setTheme: (theme: object) => void } }
          }
          RocketChat.livechat.setTheme({ color: wanted })
        }, color)
        await until('it is painted', () =>
          widget.frame().evaluate((wanted) => {
            const style = document.documentElement.style
            return style.getPropertyValue('--fill') === wanted
          }, color),
        )
        await expectAccessible(widget.frame(), `${screen} in ${color}`)
        const around = ['region', 'landmark-one-main']
        await expectAccessible(widget.page, `the page around in ${color}`, around)
      }
    }
    await widget.field.press('ArrowUp')
    await widget.chat.getByText('Editing your message').waitFor()
    await look('the conversation')
    await agent.close(rid)
    await widget.chat.locator('.ended').waitFor()
    await look('the end')
  })

  it('axe finds nothing on the form for messages', async () => {
    await setStatus(site(), user, 'offline')
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/night' })
    await widget.button.click()
    await widget.chat.getByLabel('Message').waitFor()
    await expectAccessible(widget.frame(), 'the offline form')
    await setStatus(site(), user, 'online')
  })

  it('a whole conversation goes by keyboard alone', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/keys' })
    const { page, chat } = widget
    const { keyboard } = page
    await widget.button.waitFor()
    /** Where the focus is, by its accessible name or its text. */
    const focused = (): Promise<string> =>
      widget.frame().evaluate(() => {
        const element = document.activeElement as HTMLElement | null
        if (element === null || element === document.body) return ''
        const label = element?.getAttribute('aria-label')
        const labelled = element?.id ? document.querySelector(`label[for="${element.id}"]`) : null
        return label ?? labelled?.textContent ?? element?.textContent ?? ''
      })
    const reaches = async (name: string, key = 'Tab'): Promise<void> => {
      for (let step = 0; step < 12; step++) {
        if ((await focused()).includes(name)) return
        await keyboard.press(key)
      }
      assert.fail(`${name} is not reached; the focus is on ${await focused()}`)
    }
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await chat.locator('input[name=name]').waitFor()
    await until('the first field has the focus', async () => (await focused()).includes('Name'))
    await keyboard.type('Kay')
    await reaches('E-mail')
    await keyboard.type('kay@example.com')
    await keyboard.press('Enter')
    await widget.field.waitFor()
    await until('the composer has the focus', async () => (await focused()) === 'Your message')
    await keyboard.type('Fisrt')
    await keyboard.press('Enter')
    await widget.shows('Fisrt', 'Sent')
    await keyboard.press('ArrowUp')
    await chat.getByText('Editing your message').waitFor()
    await widget.holds('Fisrt')
    await keyboard.press('ControlOrMeta+a')
    await keyboard.type('First')
    await keyboard.press('Enter')
    await widget.message('First').locator('.foot', { hasText: 'edited' }).waitFor()
    const rid = await agent.roomOf('Kay')
    await agent.say(rid, 'An answer')
    await widget.message('An answer').waitFor()
    await reaches('Options for the message', 'Shift+Tab')
    const isAt = (place: RegExp): Promise<void> =>
      until(`the focus is at ${place}`, async () => place.test(await focused()))
    assert.match(await focused(), /An answer/)
    await keyboard.press('ArrowUp')
    await isAt(/First/)
    await keyboard.press('Enter')
    await until('the menu is open', async () => !(await focused()).includes('First'))
    await keyboard.press('End')
    await isAt(/^Delete$/)
    await keyboard.press('Enter')
    await chat.locator('dialog[open]').waitFor()
    await keyboard.press('Escape')
    await chat.locator('dialog').waitFor({ state: 'detached' })
    // The focus is where it was.
    await isAt(/First/)
    await reaches('Options', 'Shift+Tab')
    for (let step = 0; step < 6 && (await focused()) !== 'Options'; step++) {
      await keyboard.press('Shift+Tab')
    }
    await keyboard.press('Enter')
    await until('the menu is open', async () => (await focused()) !== 'Options')
    await keyboard.press('ArrowDown')
    await isAt(/^End conversation$/)
    await keyboard.press('Enter')
    await chat.locator('dialog[open]').waitFor()
    await reaches('End conversation')
    await keyboard.press('Enter')
    await chat.locator('.ended').waitFor()
    await chat.getByRole('radio', { name: '1 star' }).focus()
    for (let star = 0; star < 4; star++) await keyboard.press('ArrowRight')
    await until('five stars are given', () =>
      chat.getByRole('radio', { name: '5 stars' }).isChecked(),
    )
    await reaches('Send rating')
    await keyboard.press('Enter')
    await chat.getByText('Thank you for your rating.').waitFor()
    await keyboard.press('Escape')
    await until('the button has the focus', () =>
      page.evaluate(() => document.activeElement?.className === 'rocketchat-widget'),
    )
    assert.equal(await widget.button.getAttribute('aria-expanded'), 'false')
  })

  it('a screen reader finds its way, and hears replies once and politely', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/voice' })
    await widget.begin('Vera')
    await widget.say('Can you hear me?')
    const rid = await agent.roomOf('Vera')
    const heard = await widget.chat.locator('[role=status][aria-live=polite]').elementHandle()
    assert.ok(heard)
    await widget.frame().evaluate((region) => {
      const said: string[] = []
      Object.assign(globalThis, { said })
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) said.push(node.textContent ?? '')
        }
      }).observe(region, { childList: true })
    }, heard)
    await agent.say(rid, 'Loud and **clear**')
    await widget.message('Loud and clear').waitFor()
    const said = (): Promise<string[]> =>
      widget.frame().evaluate(() => (globalThis as unknown as { said: string[] }).said)
    await until('it is said', async () => (await said()).length > 0)
    assert.deepEqual(await said(), ['Rosa Lind: Loud and clear'])
    const tree = await widget.chat.locator('body').ariaSnapshot()
    for (const part of [
      /banner:/,
      /heading "Rosa Lind" \[level=1\]/,
      /button "Options"/,
      /button "Close chat"/,
      /main:/,
      /log "Conversation":/,
      /button "Options for the message “Can you hear me\?”"/,
      /textbox "Your message"/,
      /button "Send a file"/,
      /button "Send"/,
    ]) {
      assert.match(tree, part)
    }
    await widget.page.reload()
    await widget.message('Loud and clear').waitFor()
    assert.equal(
      await widget.chat.locator('[role=status][aria-live=polite]').textContent(),
      '',
      'what a reload brings back is not said again',
    )
  })

  it('leaves nothing out at 200 %, has targets of 44 pixels, and moves nothing unasked', async () => {
    const small: string[] = []
    await showAll(
      'Zoe',
      { viewport: { width: 320, height: 480 }, hasTouch: true },
      async (widget, screen) => {
        const found = await widget.frame().evaluate(() => {
          const wide = document.documentElement.scrollWidth > innerWidth
          const targets = [
            ...document.querySelectorAll('button, input:not([type=file]), textarea, select'),
          ]
          const short = targets
            .map(
              (target) =>
                target.closest('.stars label') ?? target.closest('.consent label') ?? target,
            )
            .filter((target) => {
              const { width, height } = target.getBoundingClientRect()
              return width > 0 && (height < 44 || width < 44)
            })
            .map((target) => target.outerHTML.slice(0, 120))
          const moving = document.getAnimations().filter(({ playState }) => playState === 'running')
          return [
            ...(wide ? ['it scrolls sideways'] : []),
            ...short,
            ...moving.map(() => 'it moves'),
          ]
        })
        small.push(...found.map((what) => `${screen}: ${what}`))
      },
    )
    assert.deepEqual(small, [])
  })

  it('is written from right to left where the language is', async () => {
    for (const [locale, direction, words] of [
      ['ar', 'rtl', 'بدء المحادثة'],
      ['he-IL', 'rtl', 'התחלת שיחה'],
      ['pt-PT', 'ltr', 'Iniciar conversa'],
      ['xx', 'ltr', 'Start conversation'],
    ] as const) {
      const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/rtl', locale })
      await widget.button.click()
      await widget.chat.getByRole('button', { name: words }).waitFor()
      assert.equal(await widget.frame().evaluate(() => document.documentElement.dir), direction)
      const [name, send] = await Promise.all([
        widget.chat.locator('header .who').boundingBox(),
        widget.chat.locator('header > .tool').boundingBox(),
      ])
      assert.equal((name?.x ?? 0) > (send?.x ?? 0), direction === 'rtl')
    }
  })
})
