import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, afterEach, before } from 'node:test'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const STEP_MS = 30_000
const LAUNCH_MS = 120_000

/** Windows that the tests look at. */
export const DESKTOP = { width: 1280, height: 800 } as const
export const PHONE = { width: 375, height: 667 } as const

/** What a person's window is like. */
export interface WindowOptions {
  viewport?: { width: number; height: number }
  locale?: string
  colorScheme?: 'light' | 'dark'
  reducedMotion?: 'reduce' | 'no-preference'
  hasTouch?: boolean
  /** JavaScript errors and refused resources are expected in this window. */
  mayFail?: boolean
}

/** Starts the Chromium of this machine. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path))
  assert.ok(executablePath, `no Chromium at ${PLACES.join(', ')}; CHROMIUM names another place`)
  return chromium.launch({ executablePath, args: FLAGS, timeout: LAUNCH_MS })
}

/** A browser of the enclosing suite. Each window is a person of his own: nothing is shared. */
export interface TestBrowser {
  open(options?: WindowOptions): Promise<Page>
  /** Another window of the same person. */
  openBeside(page: Page): Promise<Page>
}

/**
 * Declares Chromium for the enclosing suite. A test's windows are closed when it ends. An error that
 * a page did not catch until then, or one that it wrote to its console, fails the test.
 */
export function useBrowser(): () => TestBrowser {
  let browser: Browser | undefined
  const errors: string[] = []
  const contexts = new Set<BrowserContext>()
  before(async () => {
    browser = await launchBrowser()
  })
  // What a test leaves open would go on working beside the next ones.
  afterEach(async () => {
    for (const context of contexts) await context.close()
    contexts.clear()
    assert.deepEqual(errors.splice(0), [], 'no page has an error')
  })
  after(() => browser?.close())
  const watch = (page: Page): Page => {
    page.setDefaultTimeout(STEP_MS)
    page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${page.url()}: ${message.text()}`)
    })
    return page
  }
  return () => ({
    open: async (options = {}) => {
      assert.ok(browser, 'the browser is started before the first test')
      const { viewport = DESKTOP, locale = 'en-GB', mayFail = false, ...rest } = options
      const context = await browser.newContext({ viewport, locale, ...rest })
      contexts.add(context)
      const page = await context.newPage()
      if (!mayFail) return watch(page)
      page.setDefaultTimeout(STEP_MS)
      return page
    },
    openBeside: async (page) => watch(await page.context().newPage()),
  })
}
