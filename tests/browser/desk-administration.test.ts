import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { expectOk, seedAgent } from '../support/seed.ts'
import { ADMIN } from '../support/test-server.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { fillSignIn, openDesk } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('the administration at the desk', () => {
  const site = useSite()
  const browser = useBrowser()
  const open = (t: TestContext, path: string) =>
    openDesk(t, browser(), site(), ADMIN.username, { path })

  test('a colleague is added, made a manager, deactivated; he can sign in while he is active', async (t) => {
    const page = await open(t, '/people')
    await page.getByRole('button', { name: 'Add a person' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Rosa Lind')
    await dialog.getByLabel('Username').fill('rosa')
    await dialog.getByLabel('E-mail').fill('rosa@example.com')
    await dialog.getByLabel('Password', { exact: true }).fill('a long enough password')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    const row = page.getByRole('listitem').filter({ hasText: '@rosa' })
    await row.getByText('Agent', { exact: true }).waitFor()

    const actions = row.getByRole('button', { name: 'Actions for Rosa Lind' })
    await actions.click()
    await page.getByRole('menuitem', { name: 'Make a manager' }).click()
    await row.getByText('Manager', { exact: true }).waitFor()

    const rosa = await browser().open()
    t.after(() => rosa.context().close())
    await rosa.goto(site().url)
    await fillSignIn(rosa, 'rosa@example.com', 'a long enough password')
    await rosa.getByRole('link', { name: 'People' }).waitFor()
    assert.equal(await rosa.getByRole('link', { name: 'Settings' }).count(), 0)
    await rosa.close()

    await actions.click()
    await page.getByRole('menuitem', { name: 'Deactivate' }).click()
    await row.getByText('Deactivated').waitFor()
    const refused = await site().post('login', { user: 'rosa', password: 'a long enough password' })
    assert.equal(refused.status, 401)
  })

  test('a setting is found by words, edited by its kind, and saved', async (t) => {
    const page = await open(t, '/settings')
    await page.getByRole('searchbox').fill('max file size')
    const size = page.getByRole('textbox', { name: 'Max file size' })
    await size.fill('123456')
    await page.getByRole('searchbox').fill('routing method')
    await page.getByRole('combobox', { name: 'Routing method' }).selectOption('Manual_Selection')
    await page.getByText('2 changes are not saved.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    assert.equal(site().app.ctx.settings.get('FileUpload_MaxFileSize'), 123_456)
    assert.equal(site().app.ctx.settings.get('Livechat_Routing_Method'), 'Manual_Selection')
  })

  test('a permission is given to a role and taken again', async (t) => {
    const page = await open(t, '/permissions')
    await page.getByRole('searchbox').fill('view-livechat-rooms')
    const box = page.getByRole('checkbox', { name: 'view-livechat-rooms for livechat-agent' })
    const allowed = (): boolean =>
      site().app.ctx.permissions.allow(['livechat-agent'], 'view-livechat-rooms')
    assert.equal(allowed(), false)
    await box.click()
    await until('agents may', allowed)
    await until('it is shown', () => box.isChecked())
    await box.click()
    await until('agents may not', () => !allowed())
    await until('that is shown', async () => !(await box.isChecked()))
  })

  test('[S10] a session is ended from the list of all; its desk asks to sign in again', async (t) => {
    const { username } = await seedAgent(site(), { name: 'Zoe Adler' })
    const zoe = await openDesk(t, browser(), site(), username, { mayFail: true })
    const page = await open(t, '/sessions')
    await page.getByRole('searchbox').fill(username)
    const end = page.getByRole('button', { name: /^End the session of Zoe Adler/ })
    await until('only hers are listed', async () => {
      const all = await page.getByRole('button', { name: /^End the session of/ }).count()
      return all > 0 && all === (await end.count())
    })
    for (let left = await end.count(); left > 0; left--) {
      await end.first().click()
      await until('it is gone', async () => (await end.count()) < left)
    }
    await zoe.getByRole('dialog').getByText('Please sign in again').waitFor()
  })

  test('the appearance shows in the preview before it is saved, and on the website after it', async (t) => {
    const page = await open(t, '/appearance')
    const frame = page.frameLocator('iframe[title^="Preview"]')
    await frame.getByRole('button').first().waitFor()
    await page.getByLabel('Colour', { exact: true }).first().fill('#b91c1c')
    await page.getByText('One change is not saved.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    const { config } = expectOk(await site().get('livechat/config'))
    assert.equal(config.theme.color, '#b91c1c')
  })

  test('who has no rights for a page has no way to it', async (t) => {
    const { username } = await seedAgent(site())
    const page = await openDesk(t, browser(), site(), username)
    await page.getByRole('link', { name: 'Inbox' }).waitFor()
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
    const ways = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    assert.deepEqual(ways, ['/', '/history'])
  })
})
