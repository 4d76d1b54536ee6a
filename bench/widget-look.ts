import type { Browser, Page, Request } from 'playwright-core'

const QUIET_MS = 1500
/** From here on a task keeps the page from answering noticeably. */
export const LONG_TASK_MS = 50

/** The machine and line that a page is looked at with. */
export interface Profile {
  name: string
  slowdown: number
  /** Undefined for the loopback line as it is. */
  line: { bytesPerSecond: number; latencyMs: number } | undefined
}

/** A page with a widget on it, and where its button is. */
export interface Contender {
  name: string
  url: string
  click(page: Page): Promise<void>
}

/** What one look at a page gives; sizes in bytes, times in ms. */
export interface Figures {
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

/** Looks at a page twice: once in a hurry, once when all is quiet. */
export async function look(
  within: Browser,
  contender: Contender,
  profile: Profile,
): Promise<Figures> {
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
