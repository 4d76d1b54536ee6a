import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { MailSink } from '../support/mail-sink.ts'
import { changeSettings, expectOk, seedAgent, seedManager, seedRoom } from '../support/seed.ts'
import { sayAs, takeAs } from '../support/served-room.ts'
import type { TestUser } from '../support/seed.ts'
import type { TestVisitor } from '../support/visitor.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './support/axe.ts'
import { PHONE, useBrowser } from './support/browser.ts'
import { composer, openDesk, said, write } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('conversations of now and of the past at the desk', () => {
  const browser = useBrowser()
  const site = useSite()
  let sink: MailSink
  let lena: TestUser
  let omar: TestUser
  before(async () => {
    sink = await MailSink.start()
    await changeSettings(site(), {
      ...sink.settings,
      From_Email: 'chat@shop.example',
      Livechat_Routing_Method: 'Manual_Selection',
    })
    lena = await seedAgent(site(), { name: 'Lena Maier' })
    omar = await seedAgent(site(), { name: 'Omar Haddad' })
  })
  after(() => sink.close())

  /** A conversation that an agent serves. */
  const served = async (agent: TestUser, name: string): Promise<TestVisitor> => {
    const visitor = await seedRoom(site(), name)
    expectOk(await visitor.register({ name, email: 'visitor@example.com' }))
    await visitor.say(`${name} asks`)
    await takeAs(site(), agent, visitor.rid)
    await sayAs(site(), agent, visitor.rid, `An answer to ${name}`)
    return visitor
  }
  const close = async (agent: TestUser, { rid }: TestVisitor): Promise<void> => {
    const body = { rid, comment: 'Solved', tags: ['parcel'] }
    expectOk(await site().post('livechat/room.closeByUser', body, agent))
  }
  const row = (page: Page, name: string): Locator => page.getByRole('link', { name })
  const choose = async (page: Page, entry: string): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }

  test('a manager sees who serves what, joins, and finds what is over', async (t) => {
    const ana = await served(lena, 'Ana')
    const ben = await served(omar, 'Ben')
    await seedRoom(site(), 'Carla')
    const boss = await seedManager(site())
    const page = await openDesk(t, browser(), site(), boss.username, { path: '/history' })
    const list = page.getByRole('region', { name: 'Conversations' })
    await list.getByText('3 conversations').waitFor()
    const heads = list.getByRole('heading', { level: 2 })
    await heads.filter({ hasText: 'Omar Haddad' }).waitFor()
    assert.deepEqual((await heads.allInnerTexts()).sort(), [
      'Lena Maier\n1',
      'Omar Haddad\n1',
      'Waiting\n1',
    ])
    await expectAccessible(page, 'the open conversations')

    await row(page, 'Ana').click()
    await said(page).getByText('An answer to Ana').waitFor()
    await page.getByText('Lena Maier answers here.').waitFor()
    await page.getByRole('button', { name: 'Join' }).click()
    await write(page, 'A word of mine')
    await until('the visitor reads it', async () => (await ana.texts()).includes('A word of mine'))

    await close(lena, ana)
    await page.getByText('This conversation is over.').waitFor()
    await row(page, 'Ana').waitFor({ state: 'detached' })
    await page.getByText('Closed', { exact: true }).click()
    await row(page, 'Ana').waitFor()
    assert.match(page.url(), new RegExp(`/history/${ana.rid}\\?state=closed$`))
    await page.reload()
    await said(page).getByText('closed the conversation: Solved').waitFor()
    await page.getByRole('complementary').getByText('parcel').waitFor()

    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByLabel('Agent', { exact: true }).selectOption({ label: 'Omar Haddad' })
    await list.getByText('0 conversations').waitFor()
    await page.getByLabel('Agent', { exact: true }).selectOption({ label: 'Lena Maier' })
    await row(page, 'Ana').waitFor()
    await page.getByLabel('Until').fill('2020-01-01')
    await list.getByText('0 conversations').waitFor()
    await expectAccessible(page, 'the filters')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await row(page, 'Ana').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('nobody of this name')
    await list.getByText('0 conversations').waitFor()
    await page.waitForURL(/name=nobody\+of|name=nobody%20of/)
    // Once he goes offline, nothing of his goes back to the queue that another test counts.
    await close(omar, ben)
  })

  test('a closed conversation is sent by e-mail, saved as a text, and its details are mended', async (t) => {
    const dora = await served(lena, 'Dora')
    await close(lena, dora)
    const boss = await seedManager(site())
    const path = `/history/${dora.rid}?state=closed`
    const page = await openDesk(t, browser(), site(), boss.username, { path })
    await said(page).getByText('An answer to Dora').waitFor()
    await choose(page, 'Send a transcript …')
    const dialog = page.getByRole('dialog')
    await until(
      'the visitor’s address stands there',
      async () => (await dialog.getByLabel('E-mail').inputValue()) === 'visitor@example.com',
    )
    await expectAccessible(page, 'the dialog for a transcript')
    await dialog.getByLabel('E-mail').fill('boss@example.com')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await page.getByText('The transcript is on its way to boss@example.com.').waitFor()
    await until('it arrives', async () => {
      await site().app.jobs.drain()
      return sink.mails.some(({ envelope }) => envelope.to.includes('boss@example.com'))
    })

    const download = page.waitForEvent('download')
    await choose(page, 'Save as a text file')
    const file = await download
    assert.match(file.suggestedFilename(), /^Dora-\d{4}-\d\d-\d\d\.txt$/)
    const text = await readFile(await file.path(), 'utf8')
    assert.match(text, /Dora: Dora asks\n.*Lena Maier: An answer to Dora\n/)

    await page.getByRole('button', { name: 'Edit the details' }).click()
    await dialog.getByLabel('Phone').fill('+49 30 123')
    await dialog.getByLabel('Topic').fill('A late parcel')
    await expectAccessible(page, 'the dialog for the details')
    await dialog.getByRole('button', { name: 'Save' }).click()
    const details = page.getByRole('complementary', { name: 'About the visitor' })
    await details.getByText('A late parcel').waitFor()
    await details.getByRole('link', { name: '+49 30 123' }).waitFor()
  })

  test('an agent finds his own only; J goes through them; what is another’s stays hidden', async (t) => {
    const emil = await served(omar, 'Emil')
    await close(omar, emil)
    const fritz = await served(omar, 'Fritz')
    await close(omar, fritz)
    const foreign = await served(lena, 'Gerda')
    await close(lena, foreign)
    // The refused request stands in the console.
    const page = await openDesk(t, browser(), site(), omar.username, { mayFail: true })
    await page.keyboard.press('h')
    await page.getByRole('heading', { name: 'My past conversations' }).waitFor()
    await row(page, 'Emil').waitFor()
    assert.equal(await row(page, 'Gerda').count(), 0)
    await page.keyboard.press('j')
    await page.waitForURL(`**/history/${fritz.rid}?**`)
    await page.keyboard.press('j')
    await page.waitForURL(`**/history/${emil.rid}?**`)
    await said(page).getByText('An answer to Emil').waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Save as a text file' }).waitFor()
    assert.equal(await page.getByRole('menuitem', { name: /transcript/ }).count(), 0)
    await page.goto(`${site().url}/history/${foreign.rid}`)
    await page.getByText('You can read this conversation after you have taken it.').waitFor()
  })

  for (const [language, look, direction] of [
    ['de-DE', 'dark', 'ltr'],
    ['ar-EG', 'light', 'rtl'],
  ] as const) {
    test(`on a phone in ${language}, ${look}: one thing at a time, clean, within the edges`, async (t) => {
      const name = `Hanna ${language}`
      const visitor = await served(lena, name)
      await close(lena, visitor)
      const boss = await seedManager(site())
      const options = { viewport: PHONE, hasTouch: true, colorScheme: look, locale: language }
      const page = await browser().open({ reducedMotion: 'reduce', ...options })
      t.after(() => page.context().close())
      await page.goto(`${site().url}/history?state=closed`)
      await page.locator('input[name=username]').fill(boss.username)
      await page.locator('input[name=password]').fill('a long enough password')
      await page.locator('button[type=submit]').tap()
      await row(page, name).waitFor()
      assert.equal(await page.locator('html').getAttribute('dir'), direction)
      if (look === 'light') await expectAccessible(page, `the list in ${language}`)
      await row(page, name).tap()
      await page.getByText(`An answer to ${name}`).waitFor()
      await row(page, name).waitFor({ state: 'hidden' })
      if (look === 'dark') await expectAccessible(page, `the conversation in ${language}`)
      const isWithin = () => document.documentElement.scrollWidth <= innerWidth
      assert.ok(await page.evaluate(isWithin), 'nothing stands beyond the edge')
      await page.locator('.conversation-head button').first().tap()
      await row(page, name).waitFor()
      assert.ok(await page.evaluate(isWithin), 'nothing stands beyond the edge')
    })
  }

  test('the tab tells who wants the agent on every page; what a colleague takes rings no more', async (t) => {
    const agent = await seedAgent(site(), { name: 'Paula' })
    const page = await openDesk(t, browser(), site(), agent.username, { path: '/account' })
    const queued = await site().get('livechat/inquiries.queuedForUser', {}, agent)
    const before: number = expectOk(queued).total
    const counts = (number: number) =>
      page.waitForFunction(
        (start) => document.title.startsWith(start),
        number === 0 ? 'My account' : `(${number}) My account`,
      )
    await counts(before)
    const visitor = await seedRoom(site(), 'Ida')
    await counts(before + 1)
    await takeAs(site(), await seedAgent(site()), visitor.rid)
    await counts(before)
    const own = await served(agent, 'Julia')
    await own.say('And one more thing')
    await counts(before + 1)
    await page.goto(`${site().url}/conversations/${own.rid}`)
    await composer(page).waitFor()
    await page.waitForFunction((start) => !document.title.startsWith(start), `(${before + 1})`)
    await own.say('Still there?')
    await said(page).getByText('Still there?').waitFor()
  })

  test('who does not touch the desk is away, and back with the first movement', async (t) => {
    const agent = await seedAgent(site())
    const page = await openDesk(t, browser(), site(), agent.username)
    const status = async (): Promise<string> =>
      expectOk(await site().get('users.getPresence', { userId: agent.userId }, agent)).presence
    await until('he is there', async () => (await status()) === 'online')
    await page.clock.install()
    await page.reload()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    // The browser itself may see a movement when the page is drawn beneath the pointer.
    await until('he is away', async () => {
      await page.clock.fastForward('05:01')
      return (await status()) === 'away'
    })
    await page.mouse.move(200, 200)
    await until('he is back', async () => (await status()) === 'online')
  })
})
