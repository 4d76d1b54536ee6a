import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { createApp } from '../server/app.ts'
import { launchBrowser, type TestBrowser } from '../tests/browser/support/browser.ts'
import { Site } from '../tests/browser/support/site.ts'
import { DeskWindow, windowOf, type Screen } from '../tests/browser/support/story.ts'
import { shopPage, WidgetWindow } from '../tests/browser/support/widget.ts'
import { ENGINES } from '../tests/support/engines.ts'
import { freePort } from '../tests/support/ports.ts'
import { changeSettings, expectOk, seedAgent, setStatus } from '../tests/support/seed.ts'
import { ADMIN, testConfig } from '../tests/support/test-server.ts'
import { TestVisitor } from '../tests/support/visitor.ts'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SHOP = { width: 900, height: 740 }
const WAITING = [
  ['Milo Brandt', 'Which saddle fits a child of six?'],
  ['Yuki Tanaka', 'Can I change my order?'],
] as const
/** A quiet page, which leaves the eyes to the chat. */
const PAGE = `<style>body { font: 17px/1.5 system-ui; margin: 3rem; color: #333; color-scheme: light dark }
  @media (prefers-color-scheme: dark) { body { background: #16191d; color: #ddd } }</style>
  <p>Repairs, spare parts and rental.</p>`

const [engine] = ENGINES
assert.ok(engine)
mkdirSync(FOLDER, { recursive: true })
const place = await engine.create()
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const site = new Site(
  await createApp(testConfig(place.storage, { ROOT_URL: url, ADMIN_NAME: 'Mara Voss' })),
)
site.url = url
await site.app.http.listen({ port, host: '127.0.0.1' })
const shop = createServer((_request, response) =>
  response
    .setHeader('content-type', 'text/html; charset=utf-8')
    .end(shopPage(url).replace(/<p>[^<]*<\/p>/, PAGE)),
)
await new Promise<void>((resolve) => shop.listen(0, 'localhost', resolve))
const browser = await launchBrowser()
try {
  await takeAll()
} finally {
  await browser.close()
  shop.close()
  site.app.http.server.closeAllConnections()
  await site.app.close()
  await place.remove()
}

async function takeAll(): Promise<void> {
  const bright = { size: 'desktop', language: 'en', colorScheme: 'light' } as const
  await changeSettings(site, {
    Livechat_title: 'Bicycles & more',
    Livechat_title_color: '#0f5f73',
    Livechat_offline_title: 'Bicycles & more',
    Livechat_enable_transcript: true,
  })

  const closed = await visitShop(bright)
  await closed.button.click()
  await closed.chat.locator('.form textarea').waitFor()
  await take('widget-offline', closed.page)

  await changeSettings(site, { Livechat_Routing_Method: 'Manual_Selection' })
  const agent = await seedAgent(site, { username: 'rosa', name: 'Rosa Lind' })
  for (const [name, text] of WAITING) await wait(name, text)

  const desk = await DeskWindow.signIn(windows(browser), site, agent, bright)
  const widget = await visitShop(bright)
  await widget.begin('Ana Silva', 'ana@example.com')
  await widget.say('Hello! Is my bicycle ready?')
  await desk.page.getByText('Is my bicycle ready?').waitFor()
  await take('desk-queue', desk.page)

  await desk.take('Ana Silva')
  await talk(desk, widget)
  await take('desk-conversation', desk.page)
  await take('widget-conversation', widget.page)
  await desk.page.emulateMedia({ colorScheme: 'dark' })
  await take('desk-conversation-dark', desk.page)

  for (const [name, screen] of [
    ['widget-dark', { ...bright, colorScheme: 'dark' }],
    ['widget-rtl', { ...bright, language: 'ar' }],
    ['widget-phone', { ...bright, size: 'phone' }],
  ] as const) {
    const other = await visitShop(screen)
    const isArabic = screen.language === 'ar'
    await other.begin(isArabic ? 'ليلى' : 'Ben Ode', 'somebody@example.com')
    await other.say(isArabic ? 'هل دراجتي جاهزة؟' : 'Do you repair old bicycles?')
    const rid = await roomOf(isArabic ? 'ليلى' : 'Ben Ode')
    await answer(rid, isArabic ? 'نعم، تفضلي حتى السابعة مساءً.' : 'We do. *Bring it along!*')
    await other.chat.locator('.message:not(.own)').first().waitFor()
    await take(name, other.page)
    if (!isArabic) {
      expectOk(await site.post('livechat/room.closeByUser', { rid, comment: 'Done' }, agent))
    }
    await other.page.context().close()
  }
  for (const [name, visitor, text, screen] of [
    ['desk-phone', 'Ana Silva', 'see you later', { ...bright, size: 'phone' }],
    ['desk-rtl', 'ليلى', 'هل دراجتي جاهزة؟', { ...bright, language: 'ar' }],
  ] as const) {
    const other = await DeskWindow.signIn(windows(browser), site, agent, screen)
    await other.page.getByText(visitor).first().click()
    await other.log.getByText(text).waitFor()
    await take(name, other.page)
    await other.page.context().close()
  }

  const manager = { username: ADMIN.username }
  const admin = await DeskWindow.signIn(windows(browser), site, manager, bright, {
    password: ADMIN.password,
  })
  await admin.page.goto(`${url}/appearance`)
  await admin.page.frameLocator('iframe').locator('body').waitFor()
  await take('desk-appearance', admin.page)
  await admin.page.goto(`${url}/history`)
  await admin.page.getByRole('link', { name: 'Ana Silva' }).click()
  await admin.log.getByText('see you later').waitFor()
  await admin.page.getByText('Rosa Lind answers here').waitFor()
  await take('desk-history', admin.page)
  await setStatus(site, agent, 'offline')

  /** Takes a conversation as the agent, and answers in it. */
  async function answer(rid: string, msg: string): Promise<void> {
    const query = { count: '100' }
    const { inquiries } = expectOk(await site.get('livechat/inquiries.queuedForUser', query, agent))
    const { _id } = inquiries.find((inquiry: { rid: string }) => inquiry.rid === rid)
    expectOk(await site.post('livechat/inquiries.take', { inquiryId: _id }, agent))
    expectOk(await site.post('chat.sendMessage', { message: { rid, msg } }, agent))
  }
}

async function roomOf(visitor: string): Promise<string> {
  const query = { open: 'true', roomName: visitor }
  const { rooms } = expectOk(await site.get('livechat/rooms', query, await site.admin()))
  return rooms[0]._id
}

async function wait(name: string, text: string): Promise<void> {
  const visitor = new TestVisitor(site)
  expectOk(await visitor.register({ name }))
  expectOk(await visitor.openRoom())
  await visitor.say(text)
}

async function talk(desk: DeskWindow, widget: WidgetWindow): Promise<void> {
  await desk.write('Good morning, Ana! Yes, it is *ready* and waits for you.')
  await widget.message('waits for you').waitFor()
  await widget.say('Great. Until when are you open today?')
  await desk.log.getByText('Until when are you open').waitFor()
  await desk.write('Until seven. Here is the way: https://example.com/shop')
  await widget.message('Here is the way').waitFor()
  await widget.say('Thank you, see you later 🚲')
  await desk.log.getByText('see you later').waitFor()
  await widget.message('see you later').locator('.mark', { hasText: 'Read' }).waitFor()
}

function windows(of: Browser): TestBrowser {
  const open: TestBrowser['open'] = async (options = {}) =>
    (await of.newContext({ reducedMotion: 'reduce', ...options })).newPage()
  return { open, openBeside: (page) => page.context().newPage() }
}

/** A visitor's window on an example website. */
async function visitShop(screen: Screen): Promise<WidgetWindow> {
  const options = windowOf(screen)
  const viewport = screen.size === 'phone' ? options.viewport : SHOP
  const page = await windows(browser).open({ ...options, ...(viewport ? { viewport } : {}) })
  await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/`)
  return new WidgetWindow(page)
}

async function take(name: string, page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.mouse.move(1, 1)
  const file = `${FOLDER}${name}.png`
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
  const small = packed(readFileSync(file))
  writeFileSync(file, small)
  process.stdout.write(`${name}.png ${Math.round(small.length / 1024)} kB\n`)
}

/** The same picture in fewer bytes: browsers compress in a hurry. */
function packed(png: Buffer): Buffer {
  const chunks: { type: string; data: Buffer }[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    })
    at += length + 12
  }
  const pixels = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
  )
  const data = deflateSync(pixels, { level: 9, memLevel: 9 })
  const header = chunks.filter(({ type }) => type === 'IHDR')
  const rest = [...header, { type: 'IDAT', data }, { type: 'IEND', data: Buffer.alloc(0) }]
  return Buffer.concat([png.subarray(0, 8), ...rest.map(chunkOf)])
}

function chunkOf({ type, data }: { type: string; data: Buffer }): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
