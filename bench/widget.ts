/**
 * What a widget costs the page it is on: ours against the stock one (npm, 1.13.3), in the same
 * browser and run, both in front of the same server. Writes RESULTS-widget.md.
 * Usage: npm run bench:widget [-- --rounds 5 --no-write]
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arch, availableParallelism, cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import type { Browser, Page, Request } from 'playwright-core'
import { createApp } from '../server/app.ts'
import { launchBrowser } from '../tests/browser/support/browser.ts'
import { StockFront } from '../tests/browser/support/stock-front.ts'
import { shopPage } from '../tests/browser/support/widget.ts'
import { ENGINES } from '../tests/support/engines.ts'
import { freePort } from '../tests/support/ports.ts'
import { seedAgent } from '../tests/support/seed.ts'
import { testConfig, TestServer } from '../tests/support/test-server.ts'

const RESULTS = new URL('./RESULTS-widget.md', import.meta.url)
const QUIET_MS = 1500
const LONG_TASK_MS = 50

/** The machine and line that a page is looked at with. */
interface Profile {
  name: string
  slowdown: number
  /** Undefined for the loopback line as it is. */
  line: { bytesPerSecond: number; latencyMs: number } | undefined
}

const PROFILES: readonly Profile[] = [
  { name: 'this machine', slowdown: 1, line: undefined },
  {
    name: 'a slow phone: CPU 4x slower, 1.6 Mbit/s, 150 ms',
    slowdown: 4,
    line: { bytesPerSecond: 200_000, latencyMs: 150 },
  },
]

/** A page with a widget on it, and where its button is. */
interface Contender {
  name: string
  url: string
  click(page: Page): Promise<void>
}

/** What one look at a page gives; sizes in bytes, times in ms. */
interface Figures {
  bytesBefore: number
  bytesAfter: number
  requestsBefore: number
  requestsAfter: number
  blockedBefore: number
  blockedAfter: number
  heapBefore: number
  heapAfter: number
  /** From the click, when all is quiet, until the form is painted. */
  clickToForm: number
  /** From opening the page, with a click as soon as there is a button, until the form is painted. */
  openToForm: number
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const rounds = Number(values.rounds)

const [engine] = ENGINES
assert.ok(engine)
const place = await engine.create()
const front = await StockFront.start()
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const app = await createApp(testConfig(place.storage, { ROOT_URL: url }))
await app.http.listen({ port, host: '127.0.0.1' })
front.target = new URL(url)
await seedAgent(new TestServer(app))
// On the same site as the widget, so that all of it runs in one process and is counted together.
const shop = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html; charset=utf-8').end(shopPage(url)),
)
await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
const browser = await launchBrowser()
try {
  const report = await compare([
    {
      name: 'Foyer',
      url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`,
      click: (page) => page.locator('.rocketchat-widget .launch').click(),
    },
    {
      name: 'stock 1.13.3',
      url: front.url,
      click: (page) =>
        page
          .frameLocator('#rocketchat-iframe')
          .locator('button[class*=screen__chat-button]')
          .click(),
    },
  ])
  process.stdout.write(report)
  if (values.write) writeFileSync(RESULTS, report)
} finally {
  await browser.close()
  shop.close()
  front.close()
  app.http.server.closeAllConnections()
  await app.close()
  await place.remove()
}

async function compare(contenders: readonly Contender[]): Promise<string> {
  const parts = [introduction()]
  for (const profile of PROFILES) {
    const figures = contenders.map((): Figures[] => [])
    for (let round = 0; round < rounds; round++) {
      // In turn, so that what else the machine does meets both.
      for (const [index, contender] of contenders.entries()) {
        figures[index]?.push(await look(browser, contender, profile))
      }
    }
    parts.push(table(profile, contenders, figures.map(medians)))
  }
  return `${parts.join('\n\n')}\n`
}

async function look(within: Browser, contender: Contender, profile: Profile): Promise<Figures> {
  const early = await visit(within, contender, profile)
  await contender.click(early.page)
  const openToForm = (await early.formPainted()) - early.openedAt
  await early.page.context().close()

  const { page, quiet, formPainted, metrics } = await visit(within, contender, profile)
  await quiet()
  const before = await metrics()
  await contender.click(page)
  const painted = await formPainted()
  await quiet()
  const after = await metrics()
  const clicked = await clickedAt(page)
  await page.context().close()
  return {
    bytesBefore: before.bytes,
    bytesAfter: after.bytes - before.bytes,
    requestsBefore: before.requests,
    requestsAfter: after.requests - before.requests,
    blockedBefore: before.blocked,
    blockedAfter: after.blocked - before.blocked,
    heapBefore: before.heap,
    heapAfter: after.heap,
    clickToForm: painted - clicked,
    openToForm,
  }
}

/** Opens the page in a window of its own, with nothing cached, and counts from the first byte. */
async function visit(within: Browser, contender: Contender, { slowdown, line }: Profile) {
  const context = await within.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.addInitScript(watchInPage)
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  if (line !== undefined) {
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: line.latencyMs,
      downloadThroughput: line.bytesPerSecond,
      uploadThroughput: line.bytesPerSecond,
    })
  }
  const answers: ReturnType<Request['sizes']>[] = []
  let lastAt = performance.now()
  page.on('request', () => (lastAt = performance.now()))
  page.on('requestfinished', (request) => {
    lastAt = performance.now()
    // The page itself would be there without a widget.
    if (request.url() === contender.url || request.url() === `${contender.url}/`) return
    answers.push(request.sizes())
  })
  const openedAt = Date.now()
  await page.goto(contender.url, { waitUntil: 'commit' })

  const quiet = async (): Promise<void> => {
    await page.waitForLoadState('load')
    while (performance.now() - lastAt < QUIET_MS) await page.waitForTimeout(100)
  }
  const metrics = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { metrics: all } = await session.send('Performance.getMetrics')
    const heap = all.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
    const tasks = await page.evaluate(() => (globalThis as unknown as Watched).longTasks)
    const blocked = tasks.reduce((sum, ms) => sum + ms - LONG_TASK_MS, 0)
    const sizes = await Promise.all(answers)
    const bytes = sizes.reduce(
      (sum, one) => sum + one.responseBodySize + one.responseHeadersSize,
      0,
    )
    return { heap, blocked, bytes, requests: sizes.length }
  }
  const formPainted = async (): Promise<number> => {
    const form = page.frameLocator('#rocketchat-iframe').locator('input[name=name]')
    await form.waitFor()
    return form.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            const { formAt } = globalThis as unknown as Watched
            if (formAt === undefined) requestAnimationFrame(look)
            else resolve(formAt)
          }
          look()
        }),
    )
  }
  return { page, openedAt, quiet, metrics, formPainted }
}

/** When the last click was, in any frame. */
async function clickedAt(page: Page): Promise<number> {
  const times = await Promise.all(
    page.frames().map((frame) => frame.evaluate(() => (globalThis as unknown as Watched).clickAt)),
  )
  return Math.max(...times.filter((time) => time !== undefined))
}

/** What every frame keeps of itself; times in ms since 1970. */
interface Watched {
  longTasks: number[]
  clickAt?: number
  formAt?: number
}

/** Runs in every frame before anything else does. */
function watchInPage(): void {
  const self = globalThis as unknown as Watched
  const now = (): number => performance.timeOrigin + performance.now()
  self.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) self.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  addEventListener('click', () => (self.clickAt = now()), { capture: true })
  const lookForForm = (): void => {
    const field = document.querySelector<HTMLElement>('input[name=name]')
    if (field === null || field.getClientRects().length === 0) {
      requestAnimationFrame(lookForForm)
      return
    }
    // The frame after this one begins once this one is painted.
    requestAnimationFrame(() => (self.formAt = now()))
  }
  requestAnimationFrame(lookForForm)
}

function medians(all: readonly Figures[]): Figures {
  const middle = (pick: (figures: Figures) => number): number =>
    all.map(pick).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
  return {
    bytesBefore: middle((one) => one.bytesBefore),
    bytesAfter: middle((one) => one.bytesAfter),
    requestsBefore: middle((one) => one.requestsBefore),
    requestsAfter: middle((one) => one.requestsAfter),
    blockedBefore: middle((one) => one.blockedBefore),
    blockedAfter: middle((one) => one.blockedAfter),
    heapBefore: middle((one) => one.heapBefore),
    heapAfter: middle((one) => one.heapAfter),
    clickToForm: middle((one) => one.clickToForm),
    openToForm: middle((one) => one.openToForm),
  }
}

function introduction(): string {
  return `# Our widget and the stock one

What each costs the page it is on, in the same browser and run, in front of the same server.

- ${new Date().toISOString().slice(0, 10)}, Chromium ${browser.version()}, Node ${process.versions.node}, Linux ${release()} ${arch()}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}).
- Ours as the server sends it; the stock one is \`@rocket.chat/livechat\` 1.13.3 from npm, compressed by gzip at its best, passed through a small proxy.
- Nothing is cached. Medians of ${rounds} rounds, both in turn. \`npm run bench:widget\` reproduces this file.
- Before the first click: the page is open and quiet. Bytes are what came over the wire, headers included.
- Blocked: what tasks of the page's main thread took beyond ${LONG_TASK_MS} ms each. Memory: JavaScript heap after a collection.`
}

function table(
  { name }: Profile,
  contenders: readonly Contender[],
  figures: readonly Figures[],
): string {
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const whole = (value: number): string => value.toFixed(0)
  const row = (label: string, show: (one: Figures) => string): string =>
    `| ${label} | ${figures.map(show).join(' | ')} |`
  return [
    `## On ${name}`,
    '',
    `| | ${contenders.map((one) => one.name).join(' | ')} |`,
    `|---|${contenders.map(() => '---:|').join('')}`,
    row('kB before the first click', (one) => kilobytes(one.bytesBefore)),
    row('kB after it', (one) => kilobytes(one.bytesAfter)),
    row('requests before / after', (one) => `${one.requestsBefore} / ${one.requestsAfter}`),
    row('ms from the click to the painted form, page quiet', (one) => whole(one.clickToForm)),
    row('ms from opening the page to the painted form', (one) => whole(one.openToForm)),
    row('ms blocked before the first click', (one) => whole(one.blockedBefore)),
    row('ms blocked after it', (one) => whole(one.blockedAfter)),
    row('MB of heap before the first click', (one) => megabytes(one.heapBefore)),
    row('MB of heap with the chat open', (one) => megabytes(one.heapAfter)),
  ].join('\n')
}
