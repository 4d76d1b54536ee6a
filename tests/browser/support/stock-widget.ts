import assert from 'node:assert/strict'
import { after, before, type TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { createApp } from '../../../server/app.ts'
import { portOf } from '../../support/ddp-client.ts'
import type { TestEngine } from '../../support/engines.ts'
import { changeSettings, expectOk, seedAgent, type TestUser } from '../../support/seed.ts'
import { strictAnswers, testConfig, TestServer } from '../../support/test-server.ts'
import { until } from '../../support/until.ts'
import type { WireMessage } from '../../support/visitor.ts'
import type { TestBrowser } from './browser.ts'
import { StockFront } from './stock-front.ts'

/** What the widget subscribes to in a conversation. */
const STREAMS = 6

/** A chat server behind a website that serves the stock widget. */
export interface StockSite {
  server: TestServer
  front: StockFront
  agent: TestUser
}

/**
 * Declares for the enclosing suite a chat server with an agent at work, and the website in front
 * of it. Every answer is held against its contract.
 */
export function useStockSite(engine: TestEngine): () => StockSite {
  let site: StockSite | undefined
  let remove: (() => Promise<void>) | undefined
  before(async () => {
    const place = await engine.create()
    remove = place.remove
    const front = await StockFront.start()
    const app = await createApp(testConfig(place.storage, { ROOT_URL: front.url }), {
      observeAnswer: strictAnswers(),
    })
    const server = new TestServer(app)
    front.target = new URL(`http://127.0.0.1:${await portOf(server)}`)
    await changeSettings(server, { Livechat_Routing_Method: 'Auto_Selection' })
    const agent = await seedAgent(server, { username: 'alice', name: 'Alice' })
    site = { server, front, agent }
  })
  after(async () => {
    site?.front.close()
    await site?.server.app.close()
    await remove?.()
  })
  return () => {
    assert.ok(site, 'the site is started before the first test')
    return site
  }
}

/** What a visitor does with the stock widget, and what he sees in it. */
export class StockChat {
  readonly page: Page
  readonly frame: FrameLocator
  /** Errors in the page, refused requests and refused subscriptions, as they came. */
  readonly troubles: string[] = []
  /** WebSockets that were opened. */
  sockets = 0
  #followed = 0

  private constructor(page: Page) {
    this.page = page
    this.frame = page.frameLocator('#rocketchat-iframe')
    page.on('pageerror', ({ message }) => {
      // A sound that begins before the last one has ended.
      if (!message.startsWith('The play() request was interrupted')) {
        this.troubles.push(`error: ${message}`)
      }
    })
    page.on('response', (answer) => {
      if (answer.status() < 400) return
      const { pathname } = new URL(answer.url())
      this.troubles.push(`${answer.status()} ${answer.request().method()} ${pathname}`)
    })
    page.on('requestfailed', (request) => {
      // Whoever leaves a page ends what it was asking for.
      if (request.failure()?.errorText === 'net::ERR_ABORTED') return
      this.troubles.push(`failed ${request.method()} ${new URL(request.url()).pathname}`)
    })
    page.on('websocket', (socket) => {
      this.sockets += 1
      socket.on('framereceived', ({ payload }) => {
        const { msg, error } = JSON.parse(String(payload)) as {
          msg: string
          error?: { error: string }
        }
        if (msg === 'ready') this.#followed += 1
        // This one tells that a conversation has ended.
        if (error === undefined || error.error === 'room-closed') return
        this.troubles.push(`frame: ${String(payload)}`)
      })
    })
  }

  /** A new person looks at a page with the widget, until the test ends. */
  static async visit(t: TestContext, browser: TestBrowser, url: string): Promise<StockChat> {
    const chat = new StockChat(await browser.open({ mayFail: true }))
    t.after(() => chat.page.context().close())
    await chat.page.goto(url)
    return chat
  }

  async open(): Promise<void> {
    await this.frame.locator('button[class*=screen__chat-button]').click()
  }

  /** Fills the form before the chat. */
  async register(name: string, email: string): Promise<void> {
    await this.open()
    await this.fill(name, email)
  }

  async fill(name: string, email: string): Promise<void> {
    await this.frame.locator('input[name=name]').fill(name)
    await this.frame.locator('input[name=email]').fill(email)
    await this.frame.locator('button[type=submit]').click()
    await this.composer.waitFor()
  }

  get composer(): Locator {
    return this.frame.locator('[contenteditable]')
  }

  async type(text: string): Promise<void> {
    await this.composer.click()
    await this.composer.pressSequentially(text)
  }

  async say(text: string): Promise<void> {
    await this.type(text)
    await this.page.keyboard.press('Enter')
    await this.shows(text)
  }

  async attach(name: string, mimeType: string, bytes: Buffer): Promise<void> {
    const buffer = bytes
    await this.frame.locator('input[type=file]').first().setInputFiles({ name, mimeType, buffer })
  }

  async shows(text: string | RegExp): Promise<void> {
    await this.frame.getByText(text).first().waitFor()
  }

  async showsNoMore(text: string): Promise<void> {
    await this.frame.getByText(text).first().waitFor({ state: 'hidden' })
  }

  /** Presses what a menu or a question offers. */
  async choose(...texts: string[]): Promise<void> {
    for (const text of texts) await this.frame.getByText(text, { exact: true }).click()
  }

  /** With its first message it follows its streams, drops them, and follows them anew. */
  followsAgain(): Promise<void> {
    return this.#follows(2 * STREAMS)
  }

  /** Loads the page again and waits until the widget follows its conversation there. */
  async reload(): Promise<void> {
    const before = this.#followed
    await this.page.reload()
    await this.open()
    await this.#follows(before + STREAMS)
  }

  /** What is said by socket before a subscription holds, this widget never hears of. */
  #follows(subscriptions: number): Promise<void> {
    return until('the widget follows its conversation', () => this.#followed >= subscriptions)
  }

  /** Waits until the conversation's bubbles are these, in order. */
  async hasSaid(...texts: string[]): Promise<void> {
    let said: string[] = []
    const isSaid = async (): Promise<boolean> => {
      const bubbles = await this.frame.locator('[class*=message-bubble__]').allInnerTexts()
      said = bubbles.map((text) => text.trim())
      return isDeepStrictEqual(said, texts)
    }
    await until('the bubbles are there', isSaid).catch(() => assert.deepEqual(said, texts))
  }

  /** The secret by which the widget is known. */
  token(): Promise<string> {
    return this.frame
      .locator('body')
      .evaluate(() => JSON.parse(localStorage.getItem('store') ?? '{}').token as string)
  }

  /** Fails on every error in the page, refused request and refused subscription but these. */
  async metOnly(...troubles: string[]): Promise<void> {
    await until('they are met', () => this.troubles.length >= troubles.length)
    assert.deepEqual(this.troubles, troubles)
  }
}

/** The conversation that a widget has begun, once the server has it and the widget follows it. */
export async function roomOf({ server }: StockSite, chat: StockChat): Promise<string> {
  const token = await chat.token()
  let rid: string | undefined
  await until('the widget opens a conversation', async () => {
    const answer = await server.get('livechat/config', { token })
    rid = answer.body.config.room?._id
    return rid !== undefined
  })
  await chat.followsAgain()
  return rid!
}

/** What the conversation holds on the server, oldest first, without system messages. */
export async function storedTexts(
  { server, agent }: StockSite,
  rid: string,
): Promise<WireMessage[]> {
  const { messages } = expectOk(await server.get(`livechat/${rid}/messages`, {}, agent))
  return (messages as WireMessage[]).filter(({ t }) => t === undefined)
}
