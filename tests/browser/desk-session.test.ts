import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { admin, expectOk, seedAgent } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { composer, fillSignIn, openDesk, PASSWORD, said, seedQueue } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('signing in at the desk', () => {
  const site = useSite()
  const browser = useBrowser()

  const isOnDesk = (page: Page): Promise<void> =>
    page.getByRole('navigation', { name: 'Main' }).waitFor()

  test('a wrong password is told; the right one opens the desk; a reload keeps it; out is out', async (t) => {
    const { username } = await seedAgent(site())
    // The browser itself writes the refused request to its console.
    const page = await browser().open({ mayFail: true })
    t.after(() => page.context().close())
    await page.goto(`${site().url}/settings`)
    await fillSignIn(page, username, 'not the password')
    await page.getByRole('alert').getByText('do not belong together').waitFor()
    await fillSignIn(page, username, PASSWORD)
    await isOnDesk(page)
    await page.reload()
    await isOnDesk(page)
    const other = await page.context().newPage()
    await other.goto(site().url)
    await isOnDesk(other)
    await page.getByRole('button', { name: /^Menu of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await other.getByRole('dialog').getByText('Please sign in again').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test('[S10] a session that ends asks to sign in again; the draft is kept and sent after it', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Ana')
    const page = await openDesk(t, browser(), site(), agent.username, { mayFail: true })
    await page.getByRole('button', { name: 'Take the conversation with Ana' }).click()
    await said(page).getByText('Ana needs help').waitFor()
    await composer(page).fill('Half a sentence')

    const { sessions } = expectOk(
      await site().get('sessions/list.all', { filter: agent.username }, await admin(site())),
    )
    for (const { sessionId } of sessions) {
      expectOk(await site().post('sessions/logout', { sessionId }, await admin(site())))
    }
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Nothing you wrote is lost.').waitFor()
    assert.equal(await composer(page).inputValue(), 'Half a sentence')
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await until(
      'the draft is there',
      async () => (await composer(page).inputValue()) === 'Half a sentence',
    )
    await composer(page).press('Enter')
    await until('the visitor has it', async () =>
      (await visitor.texts()).includes('Half a sentence'),
    )
    await said(page).getByText('Half a sentence').waitFor()
  })

  test('a draft survives another conversation and a reload', async (t) => {
    const { agent } = await seedQueue(site(), 'Ben')
    const page = await openDesk(t, browser(), site(), agent.username)
    await page.getByRole('button', { name: 'Take the conversation with Ben' }).click()
    await composer(page).fill('To be continued')
    await page.getByRole('link', { name: 'Inbox', exact: true }).click()
    await page.getByText('Draft', { exact: true }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: /Ben/ }).click()
    await until(
      'the draft is there',
      async () => (await composer(page).inputValue()) === 'To be continued',
    )
  })

  test('what is sent while the network is away is kept on screen and arrives when it is back', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Carla')
    const page = await openDesk(t, browser(), site(), agent.username, { mayFail: true })
    await page.getByRole('button', { name: 'Take the conversation with Carla' }).click()
    await said(page).getByText('Carla needs help').waitFor()
    await page.context().setOffline(true)
    await composer(page).fill('Written in a tunnel')
    await composer(page).press('Enter')
    await said(page).getByText('Sending').waitFor()
    await visitor.say('Are you still there?')
    await page.context().setOffline(false)
    await said(page).getByText('Are you still there?').waitFor()
    await until('the visitor has it', async () =>
      (await visitor.texts()).includes('Written in a tunnel'),
    )
    await said(page).getByText('Sent', { exact: true }).waitFor()
    await until(
      'it is shown once',
      async () => (await said(page).getByText('Written in a tunnel').count()) === 1,
    )
  })
})
