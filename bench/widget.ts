/**
 * What a widget costs the page it is on: ours against the stock one (npm, 1.13.3), in the same
 * browser and run, both in front of the same server. Writes RESULTS-widget.md.
 * Usage: npm run bench:widget [-- --rounds 5 --no-write]
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arch, availableParallelism, cpus, loadavg, release } from 'node:os'
import { parseArgs } from 'node:util'
import { createApp } from '../server/app.ts'
import { launchBrowser } from '../tests/browser/support/browser.ts'
import { StockFront } from '../tests/browser/support/stock-front.ts'
import { shopPage } from '../tests/browser/support/widget.ts'
import { ENGINES } from '../tests/support/engines.ts'
import { freePort } from '../tests/support/ports.ts'
import { seedAgent } from '../tests/support/seed.ts'
import { testConfig, TestServer } from '../tests/support/test-server.ts'
import { LONG_TASK_MS, look, type Contender, type Figures, type Profile } from './widget-look.ts'

const RESULTS = new URL('./RESULTS-widget.md', import.meta.url)

const PROFILES: readonly Profile[] = [
  { name: 'this machine', slowdown: 1, line: undefined },
  {
    name: 'a slow phone: CPU 4x slower, 1.6 Mbit/s, 150 ms',
    slowdown: 4,
    line: { bytesPerSecond: 200_000, latencyMs: 150 },
  },
]

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

- ${new Date().toISOString().slice(0, 10)}, Chromium ${browser.version()}, Node ${process.versions.node}, Linux ${release()} ${arch()}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}); load of the machine ${loadavg()[0]?.toFixed(1)} before the first round.
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
