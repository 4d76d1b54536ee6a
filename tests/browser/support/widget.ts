import assert from 'node:assert/strict'
import type { FrameLocator, Frame, Locator, Page } from 'playwright-core'
import { admin, expectOk, type TestUser } from '../../support/seed.ts'
import { until } from '../../support/until.ts'
import type { TestBrowser, WindowOptions } from './browser.ts'
import type { HostSite, Site } from './site.ts'

/** The snippet as the documentation has it, and whatever the page does with it. */
export const shopPage = (server: string, script = ''): string => `<!doctype html>
<html lang="en">
  <head><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title></head>
  <body>
    <h1>Shop</h1>
    <p>${'Bicycles for everybody. '.repeat(200)}</p>
    <script>
      (function (w, d, s, u) {
        w.RocketChat = function (c) { w.RocketChat._.push(c) }; w.RocketChat._ = []; w.RocketChat.url = u
        var h = d.getElementsByTagName(s)[0], j = d.createElement(s)
        j.async = true; j.src = u + '/rocketchat-livechat.min.js?_=201903270000'
        h.parentNode.insertBefore(j, h)
      })(window, document, 'script', '${server}/livechat')
      ${script}
    </script>
  </body>
</html>`

/** A visitor's window on somebody's website with the chat on it. */
export class WidgetWindow {
  readonly page: Page
  readonly chat: FrameLocator
  readonly button: Locator
  readonly field: Locator

  constructor(page: Page) {
    this.page = page
    this.chat = page.frameLocator('#rocketchat-iframe')
    this.button = page.locator('.rocketchat-widget .launch')
    this.field = this.chat.locator('.composer textarea')
  }

  /** Visits a page of the website with the chat closed. */
  static async visit(
    browser: TestBrowser,
    site: Site,
    host: HostSite,
    options: WindowOptions & { path?: string; script?: string } = {},
  ): Promise<WidgetWindow> {
    const { path = '/', script, ...rest } = options
    const page = await browser.open(rest)
    await page.goto(host.put(path, shopPage(site.url, script)))
    return new WidgetWindow(page)
  }

  /** The chat's own frame, for what is evaluated inside. */
  frame(): Frame {
    const frame = this.page.frames().find((one) => one.url().includes('/livechat'))
    assert.ok(frame, 'the chat is loaded')
    return frame
  }

  /** Opens the chat and answers its form. */
  async begin(name = 'Ana', email = 'ana@example.com'): Promise<void> {
    await this.button.click()
    await this.chat.locator('input[name=name]').fill(name)
    await this.chat.locator('input[name=email]').fill(email)
    await this.chat.locator('.form button[type=submit]').click()
    await this.field.waitFor()
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
    await this.message(text).waitFor()
  }

  /** Waits until this text is in the field. */
  holds(text: string): Promise<void> {
    return until(`the field holds "${text}"`, async () => (await this.field.inputValue()) === text)
  }

  /** The bubble with this text. */
  message(text: string): Locator {
    return this.chat.locator('.message', { hasText: text })
  }

  /** Waits for the mark of how far an own message has come. */
  async shows(text: string, delivery: 'Sending' | 'Sent' | 'Read'): Promise<void> {
    await this.message(text).locator('.mark', { hasText: delivery }).waitFor()
  }

  /** Opens the menu of a message and takes an entry. */
  async choose(text: string, entry: string): Promise<void> {
    const message = this.message(text)
    await message.hover()
    await message.locator('.options').click()
    await message.getByRole('menuitem', { name: entry }).click()
  }
}

/** An agent who acts by himself. */
export class ActingAgent {
  readonly #site: Site
  readonly #user: TestUser

  constructor(site: Site, user: TestUser) {
    this.#site = site
    this.#user = user
  }

  /** The conversation that he serves, once there is one with this visitor. */
  async roomOf(visitor: string): Promise<string> {
    let rid = ''
    await until(`a conversation with ${visitor}`, async () => {
      const query = { open: 'true', roomName: visitor }
      const { rooms } = expectOk(
        await this.#site.get('livechat/rooms', query, await admin(this.#site)),
      )
      rid = rooms[0]?._id ?? ''
      return rid !== ''
    })
    return rid
  }

  async say(rid: string, msg: string): Promise<{ _id: string }> {
    const body = { message: { rid, msg } }
    return expectOk(await this.#site.post('chat.sendMessage', body, this.#user)).message
  }

  async edit(rid: string, _id: string, text: string): Promise<void> {
    const body = { roomId: rid, msgId: _id, text }
    expectOk(await this.#site.post('chat.update', body, this.#user))
  }

  async remove(rid: string, _id: string): Promise<void> {
    expectOk(await this.#site.post('chat.delete', { roomId: rid, msgId: _id }, this.#user))
  }

  async read(rid: string): Promise<void> {
    expectOk(await this.#site.post('subscriptions.read', { rid }, this.#user))
  }

  async close(rid: string): Promise<void> {
    expectOk(
      await this.#site.post('livechat/room.closeByUser', { rid, comment: 'Done' }, this.#user),
    )
  }

  /** What the visitor said, as the server has it, oldest first. */
  async textsOf(rid: string): Promise<string[]> {
    const { messages } = expectOk(
      await this.#site.get(`livechat/${rid}/messages`, { count: '100' }, this.#user),
    )
    const said = (
      messages as { msg: string; t?: string; token?: string; seq: number; alias?: string }[]
    )
      .filter(({ t, alias }) => t === undefined && alias !== undefined)
      .sort((a, b) => a.seq - b.seq)
    return said.map(({ msg }) => msg)
  }
}
