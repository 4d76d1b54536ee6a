import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { changeSettings, seedAgent, seedRoom, type TestUser } from '../../support/seed.ts'
import { ADMIN } from '../../support/test-server.ts'
import type { TestVisitor } from '../../support/visitor.ts'
import type { TestBrowser, WindowOptions } from './browser.ts'
import type { Site } from './site.ts'

/** What every seeded user signs in with. */
export const PASSWORD = 'a long enough password'

/** Fails the test when the page asks anybody but its own server. */
export function expectNoForeignRequest(page: Page, site: Site): void {
  page.on('request', (request) => {
    const url = new URL(request.url())
    const isOwn = url.origin === site.url || url.protocol === 'blob:' || url.protocol === 'data:'
    assert.ok(isOwn, `a request left the origin: ${request.url()}`)
  })
}

/** Types name and password where a page asks for them. */
export async function fillSignIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** A window of the desk in which this person is signed in, until the test ends. */
export async function openDesk(
  t: TestContext,
  browser: TestBrowser,
  site: Site,
  username: string,
  options: WindowOptions & { path?: string } = {},
): Promise<Page> {
  const { path = '/', ...window } = options
  // Nothing fades in or out while a test looks.
  const page = await browser.open({ reducedMotion: 'reduce', ...window })
  t.after(() => page.context().close())
  expectNoForeignRequest(page, site)
  await page.goto(site.url + path)
  await fillSignIn(page, username, username === ADMIN.username ? ADMIN.password : PASSWORD)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  return page
}

/** An agent, and a visitor who waits in the queue that agents choose from. */
export async function seedQueue(
  site: Site,
  visitorName: string,
): Promise<{ agent: TestUser; visitor: TestVisitor }> {
  await changeSettings(site, { Livechat_Routing_Method: 'Manual_Selection' })
  const agent = await seedAgent(site)
  const visitor = await seedRoom(site, visitorName)
  await visitor.say(`${visitorName} needs help`)
  return { agent, visitor }
}

/** What is said in the conversation on screen. */
export const said = (page: Page): Locator => page.getByRole('log', { name: 'Messages' })

/** The field one writes in. */
export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ })

/** Writes and sends with the Enter key. */
export async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}
