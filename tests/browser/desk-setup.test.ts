import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectOk } from '../support/seed.ts'
import { newVisitor } from '../support/visitor.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { useBrowser } from './support/browser.ts'
import { expectNoForeignRequest, said, write } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('the first run', () => {
  const site = useSite({ environment: { ADMIN_PASS: '', ADMIN_EMAIL: '' } })
  const browser = useBrowser()

  test('[S9] from the printed link over three steps to the first answer', async (t) => {
    const page = await browser().open()
    t.after(() => page.context().close())
    expectNoForeignRequest(page, site())
    const secret = site().app.firstRun?.setupSecret ?? ''
    await page.goto(`${site().url}/setup#${secret}`)
    await page.getByRole('heading', { name: 'Welcome to Foyer' }).waitFor()
    await expectAccessible(page, 'the first step')
    await page.getByLabel('Your name').fill('Anna Berg')
    await page.getByLabel('E-mail').fill('anna@example.com')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Continue' }).click()

    await page.getByRole('heading', { name: 'How should the chat look?' }).waitFor()
    assert.ok(!page.url().includes(secret), 'the address no longer holds the secret')
    await page.getByLabel('Title').fill('Ask Anna')
    await page.getByRole('textbox', { name: 'Colour', exact: true }).fill('#6d28d9')
    await expectAccessible(page, 'the second step')
    await page.getByRole('button', { name: 'Continue' }).click()

    await page.getByRole('heading', { name: 'Put it on your website' }).waitFor()
    await page.getByText(`${site().url}/livechat/rocketchat-livechat.min.js`).waitFor()
    await expectAccessible(page, 'the third step')
    const { config } = expectOk(await site().get('livechat/config'))
    assert.equal(config.theme.title, 'Ask Anna')
    assert.equal(config.theme.color, '#6d28d9')
    await page.getByRole('button', { name: 'Open the desk' }).click()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()

    // Conversations are given to who is there; the administrator said that he answers himself.
    await until('she is there', async () => {
      const { config: now } = expectOk(await site().get('livechat/config'))
      return now.online === true
    })
    const visitor = await newVisitor(site())
    await visitor.say('Is anybody there?')
    await page.getByRole('link', { name: /Is anybody there/ }).click()
    await said(page).getByText('Is anybody there?').waitFor()
    await write(page, 'Anna is')
    await said(page).getByText('Sent', { exact: true }).waitFor()
    assert.deepEqual(await visitor.texts(), ['Is anybody there?', 'Anna is'])
  })

  test('[S9] the link that was used says so and leads to the sign-in', async (t) => {
    const page = await browser().open({ mayFail: true })
    t.after(() => page.context().close())
    await page.goto(`${site().url}/setup#${site().app.firstRun?.setupSecret ?? ''}`)
    await page.getByRole('heading', { name: 'This link has ended' }).waitFor()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test('the example page loads the widget from this server', async (t) => {
    const page = await browser().open()
    t.after(() => page.context().close())
    expectNoForeignRequest(page, site())
    await page.goto(`${site().url}/preview`)
    await page.getByRole('button', { name: /chat|Ask Anna/i }).waitFor()
    await expectAccessible(page, 'the example page')
  })
})
