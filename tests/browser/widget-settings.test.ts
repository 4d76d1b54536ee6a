import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { changeSettings, seedAgent, type TestUser } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { useHostSite, useSite } from './support/site.ts'
import { ActingAgent, WidgetWindow } from './support/widget.ts'

describe('what a site decides about its widget', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()
  let user: TestUser
  before(async () => {
    user = await seedAgent(site(), { username: 'rosa', name: 'Rosa Lind' })
  })

  const keptIn = (widget: WidgetWindow): Promise<string[]> =>
    widget.frame().evaluate(() => Object.keys(localStorage).filter((key) => /token/.test(key)))

  it('where the site wants it, nothing is kept of a conversation that is over', async () => {
    await changeSettings(site(), { Livechat_clear_local_storage_when_chat_ended: true })
    const agent = new ActingAgent(site(), user)
    // On the server's own page a frame may keep things whatever the browser thinks of strangers.
    const page = await browser().open()
    await page.goto(`${site().url}/preview`)
    const widget = new WidgetWindow(page)
    await widget.begin('Ana')
    await widget.say('For your eyes only')
    await widget.shows('For your eyes only', 'Sent')
    assert.equal((await keptIn(widget)).length, 1, 'while it lasts it survives a reload')
    await agent.close(await agent.roomOf('Ana'))
    await until('nothing is kept', async () => (await keptIn(widget)).length === 0)

    await widget.chat.locator('.stars label').nth(4).click()
    await widget.chat.getByRole('button', { name: 'Send rating' }).click()
    await widget.chat.locator('.done').waitFor()
    await widget.chat.getByRole('button', { name: 'Start a new conversation' }).click()
    await widget.chat.locator('input[name=name]').waitFor()
    assert.equal(await widget.chat.locator('input[name=name]').inputValue(), '')
    assert.equal(await widget.message('For your eyes only').count(), 0)
    await widget.page.reload()
    await widget.chat.locator('input[name=name]').waitFor()
    await changeSettings(site(), { Livechat_clear_local_storage_when_chat_ended: false })
  })

  it('a style sheet of the site lies over the chat; a script does not get in', async () => {
    const headers = { 'access-control-allow-origin': '*' }
    host().put('/chat.css', 'header { letter-spacing: 7px }', {
      ...headers,
      'content-type': 'text/css',
    })
    host().put('/chat.js', 'document.title = "taken"', {
      ...headers,
      'content-type': 'text/javascript',
    })
    await changeSettings(site(), {
      Livechat_WidgetLayoutClasses: `${host().url}/chat.css`,
      Livechat_AdditionalWidgetScripts: `${host().url}/chat.js`,
    })
    const page = await browser().open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${site().url}/livechat`)
    const header = page.locator('header')
    await header.waitFor()
    await until('the style holds', () =>
      header.evaluate((element) => getComputedStyle(element).letterSpacing === '7px'),
    )
    assert.ok(!asked.includes(`${host().url}/chat.js`))
    assert.notEqual(await page.title(), 'taken')
  })
})
