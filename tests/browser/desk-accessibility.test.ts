import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { expectOk } from '../support/seed.ts'
import { ADMIN } from '../support/test-server.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { PHONE, useBrowser } from './support/browser.ts'
import { composer, openDesk, PASSWORD, said, seedQueue, write } from './support/desk.ts'
import { useSite } from './support/site.ts'

const ADMINISTRATION = [
  ['/people', 'People'],
  ['/appearance', 'Appearance'],
  ['/settings', 'Settings'],
  ['/permissions', 'Permissions'],
  ['/sessions', 'Sessions'],
  ['/account', 'My account'],
] as const

describe('the desk for everybody', () => {
  const site = useSite()
  const browser = useBrowser()

  /** Nothing stands beyond the edge of the window. */
  const expectNoSidewaysScroll = async (page: Page, what: string): Promise<void> => {
    const [wide, window] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ])
    assert.ok((wide ?? 0) <= (window ?? 0), `${what} is ${wide} wide in ${window}`)
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page of the administration, ${colorScheme}`, async (t) => {
      const page = await openDesk(t, browser(), site(), ADMIN.username, { colorScheme })
      for (const [path, title] of ADMINISTRATION) {
        await page.goto(site().url + path)
        await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor()
        await page.getByLabel('Loading').waitFor({ state: 'detached' })
        await expectAccessible(page, path)
      }
    })

    test(`axe finds nothing in the inbox, a conversation and its dialogs, ${colorScheme}`, async (t) => {
      const name = colorScheme === 'light' ? 'Ana' : 'Bea'
      const { agent, visitor } = await seedQueue(site(), name)
      const page = await openDesk(t, browser(), site(), agent.username, { colorScheme })
      const take = page.getByRole('button', { name: `Take the conversation with ${name}` })
      await take.waitFor()
      await expectAccessible(page, 'the queue')
      await take.click()
      await visitor.say('A `piece` of *text* with\n```\ncode\n```\nand https://example.com')
      await write(page, 'Answered')
      await said(page).getByText('Sent', { exact: true }).waitFor()
      await said(page).getByText('and').waitFor()
      await expectAccessible(page, 'a conversation')
      await page.getByRole('button', { name: 'Close', exact: true }).first().click()
      await page.getByRole('dialog').getByLabel('Comment').waitFor()
      await expectAccessible(page, 'the dialog for closing')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByRole('heading', { name, level: 1 }).click()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
      await expectAccessible(page, 'the list of keys')
    })
  }

  test('axe finds nothing on the sign-in, in Arabic and from right to left, too', async (t) => {
    for (const locale of ['en-GB', 'de-DE', 'ar-EG']) {
      const page = await browser().open({ locale })
      t.after(() => page.context().close())
      await page.goto(site().url)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const direction = locale.startsWith('ar') ? 'rtl' : 'ltr'
      await until('language and direction are set', async () => {
        const root = page.locator('html')
        const [dir, lang] = [await root.getAttribute('dir'), await root.getAttribute('lang')]
        return dir === direction && lang === locale.slice(0, 2)
      })
      await expectAccessible(page, `the sign-in in ${locale}`)
    }
  })

  test('on a phone: one thing at a time, nothing beyond the edge, every page clean', async (t) => {
    const { agent } = await seedQueue(site(), 'Ben')
    const phone = { viewport: PHONE, hasTouch: true }
    const page = await openDesk(t, browser(), site(), agent.username, phone)
    await page.getByRole('button', { name: 'Take the conversation with Ben' }).waitFor()
    await expectNoSidewaysScroll(page, 'the inbox')
    await page.getByRole('button', { name: 'Take the conversation with Ben' }).tap()
    await composer(page).fill('From my phone')
    await page.getByRole('heading', { name: 'Inbox' }).waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Send', exact: true }).tap()
    await said(page).getByText('From my phone').waitFor()
    await expectNoSidewaysScroll(page, 'a conversation')
    await expectAccessible(page, 'a conversation on a phone')
    await page.getByRole('button', { name: 'More actions' }).tap()
    await page.getByRole('menuitem', { name: 'About the visitor' }).tap()
    await page.getByRole('dialog', { name: 'About the visitor' }).waitFor()
    await expectAccessible(page, 'the details on a phone')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap()
    await page.getByRole('button', { name: 'Back' }).tap()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()

    const admin = await openDesk(t, browser(), site(), ADMIN.username, phone)
    for (const [path, title] of ADMINISTRATION) {
      await admin.goto(site().url + path)
      await admin.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor()
      await admin.getByLabel('Loading').waitFor({ state: 'detached' })
      await expectNoSidewaysScroll(admin, path)
    }
  })
})

describe('the desk without a mouse', () => {
  const site = useSite()
  const browser = useBrowser()

  test('with the keyboard alone: sign in, take, answer, edit, look around, close', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Carla')
    const page = await browser().open()
    t.after(() => page.context().close())
    const keys = page.keyboard
    await page.goto(site().url)
    const hasFocus = (field: Locator): Promise<boolean> =>
      field.evaluate((element) => element === document.activeElement)
    await until('the name has the focus', () => hasFocus(page.getByLabel('Username or e-mail')))
    await keys.type(agent.username)
    await keys.press('Tab')
    await keys.type(PASSWORD)
    await keys.press('Enter')
    await page.getByRole('button', { name: 'Take the conversation with Carla' }).waitFor()
    await keys.press('t')
    await said(page).getByText('Carla needs help').waitFor()
    await until('one can write at once', () => hasFocus(composer(page)))
    await keys.type('Hello t?')
    await keys.press('Enter')
    await said(page).getByText('Hello t?').waitFor()
    await said(page).getByText('Sent', { exact: true }).waitFor()
    await keys.press('ArrowUp')
    await page.getByText('You are changing a message.').waitFor()
    await until('its text is there', async () => (await composer(page).inputValue()) === 'Hello t?')
    await keys.press('End')
    await keys.type('!')
    await keys.press('Enter')
    await said(page).getByText('Hello t?!').waitFor()
    await keys.press('Escape')
    const details = page.getByRole('complementary', { name: 'About the visitor' })
    const before = await details.count()
    await keys.press('i')
    await until('the details appear or go', async () => (await details.count()) !== before)
    await keys.press('e')
    const comment = page.getByRole('dialog').getByLabel('Comment')
    await until('the comment has the focus', () => hasFocus(comment))
    await keys.type('Done')
    await keys.press('Tab')
    await keys.type('parcel')
    await keys.press('Enter')
    await page.getByRole('dialog').getByText('parcel', { exact: true }).waitFor()
    await keys.press('Tab')
    await keys.press('Tab')
    await keys.press('Enter')
    await page.getByText('The conversation with Carla is closed.').waitFor()
    assert.deepEqual(await visitor.texts(), ['Carla needs help', 'Hello t?!'])
    const { room } = expectOk(await site().get('rooms.info', { roomId: visitor.rid }, agent))
    assert.deepEqual(room.tags, ['parcel'])
  })
})
