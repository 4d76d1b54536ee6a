import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { ENGINES } from '../support/engines.ts'
import { PNG } from '../support/forms.ts'
import { MailSink } from '../support/mail-sink.ts'
import { expectOk, seedRoom, setStatus } from '../support/seed.ts'
import { sayAs } from '../support/served-room.ts'
import { withSettings } from '../support/settings.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { roomOf, StockChat, storedTexts, useStockSite } from './support/stock-widget.ts'

/** Calls the host API of a page, as its owner would. */
const callHost = (page: Page, name: string, ...args: unknown[]): Promise<void> =>
  page.evaluate(
    ([method, given]) => {
      const { RocketChat } = globalThis as unknown as {
        RocketChat: (call: (this: Record<string, (...args: unknown[]) => void>) => void) => void
      }
      RocketChat(function () {
        this[method]?.(...given)
      })
    },
    [name, args] as const,
  )

describe('the stock widget', () => {
  const [engine] = ENGINES
  assert.ok(engine)
  const browser = useBrowser()
  const site = useStockSite(engine)
  const visit = (t: TestContext): Promise<StockChat> =>
    StockChat.visit(t, browser(), site().front.url)

  it('offers its offline form while nobody is there, and the message arrives', async (t) => {
    const { server, agent } = site()
    const mails = await MailSink.start()
    t.after(() => mails.close())
    await setStatus(server, agent, 'offline')
    t.after(() => setStatus(server, agent, 'online'))
    const settings = { ...mails.settings, Livechat_offline_email: 'team@example.com' }
    await withSettings(server, settings, async () => {
      const chat = await visit(t)
      await chat.open()
      const { frame } = chat
      await frame.locator('input[name=name]').fill('Ana')
      await frame.locator('input[name=email]').fill('ana@example.com')
      await frame.locator('textarea[name=message]').fill('Please call me & mine')
      await frame.locator('button[type=submit]').click()
      await mails.until(({ mails: { length } }) => length === 1)
      assert.match(mails.mails[0]?.text ?? '', /Please call me & mine/)
      await chat.metOnly()
    })
  })

  it('tells a waiting visitor his place, and who takes over', async (t) => {
    const { server } = site()
    await withSettings(server, { Livechat_Routing_Method: 'Manual_Selection' }, async () => {
      const first = await seedRoom(server)
      const chat = await visit(t)
      await chat.register('Dan', 'dan@example.com')
      await chat.say('Hello')
      const rid = await roomOf(site(), chat)
      await chat.shows(/waiting queue/i)
      await chat.shows('Your spot is #2')
      expectOk(await first.close())
      await chat.shows('Your spot is #1')
      const { agent } = site()
      const { inquiries } = expectOk(
        await server.get('livechat/inquiries.queuedForUser', {}, agent),
      )
      const { _id } = inquiries.find((inquiry: { rid: string }) => inquiry.rid === rid)
      expectOk(await server.post('livechat/inquiries.take', { inquiryId: _id }, agent))
      await chat.shows('Alice')
      await sayAs(server, agent, rid, 'Here I am')
      await chat.shows('Here I am')
      await chat.metOnly()
    })
  })

  it('says why a file is refused, and goes on', async (t) => {
    const { agent, server } = site()
    const chat = await visit(t)
    await chat.register('Eva', 'eva@example.com')
    await chat.say('Hello')
    const rid = await roomOf(site(), chat)
    const path = `/api/v1/livechat/upload/${rid}`
    await chat.attach('a.svg', 'image/svg+xml', Buffer.from('<svg/>'))
    await chat.shows('Media Types Not Accepted.')
    await withSettings(server, { FileUpload_MaxFileSize: 3 }, async () => {
      await chat.attach('long.txt', 'text/plain', Buffer.from('longer'))
      await chat.shows(/file exceeds/i)
    })
    await sayAs(server, agent, rid, 'Try another')
    await chat.shows('Try another')
    await chat.metOnly(`400 POST ${path}`, `400 POST ${path}`)
  })

  it('works without a form, and takes what the page tells of its visitor', async (t) => {
    const { server, agent } = site()
    await withSettings(server, { Livechat_registration_form: false }, async () => {
      const chat = await visit(t)
      await chat.open()
      await chat.composer.waitFor()
      await callHost(chat.page, 'setGuestName', 'Fay')
      await callHost(chat.page, 'setGuestEmail', 'fay@example.com')
      await callHost(chat.page, 'setTheme', { color: '#123456', title: 'Ask Fay' })
      await chat.say('Hello')
      const rid = await roomOf(site(), chat)
      const [said] = await storedTexts(site(), rid)
      assert.equal(said?.msg, 'Hello')
      assert.equal(said?.u.name, 'Fay')
      await callHost(chat.page, 'minimizeWidget')
      await sayAs(server, agent, rid, 'Hello Fay')
      await chat.frame.locator('[class*=screen__chat-button]').getByText('1').waitFor()
      await callHost(chat.page, 'maximizeWidget')
      await chat.shows('Hello Fay')
      await chat.metOnly()
    })
  })

  it('asks for consent and for custom fields, and forgets its visitor when he asks for it', async (t) => {
    const { server } = site()
    const field = {
      field: 'plan',
      label: 'Plan',
      scope: 'visitor',
      visibility: 'visible',
      type: 'input',
      regexp: '',
      required: false,
      public: true,
      searchable: false,
      defaultValue: '',
      options: '',
    }
    const body = { customFieldId: null, customFieldData: field }
    expectOk(await server.post('livechat/custom-fields.save', body, await server.admin()))
    const settings = { Livechat_force_accept_data_processing_consent: true }
    await withSettings(server, settings, async () => {
      const chat = await visit(t)
      await chat.open()
      await chat.choose('I Agree')
      await chat.frame.locator('input[name=plan]').fill('gold')
      await chat.fill('Hal', 'hal@example.com')
      const token = await chat.token()
      await callHost(chat.page, 'setCustomField', 'plan', 'silver', true)
      await until('the page has changed the field', async () => {
        const { body: answer } = await server.get(`livechat/visitor/${token}`)
        return answer.visitor?.livechatData?.plan === 'silver'
      })
      await chat.choose('Options', 'Forget/Remove my data', 'Yes')
      await until('the visitor is gone', async () => {
        const { status } = await server.get(`livechat/visitor/${token}`)
        return status === 400
      })
      await chat.metOnly()
    })
  })

  it('works untouched from another origin, once requests from there are allowed', async (t) => {
    const { server, agent } = site()
    const url = `${site().front.url}/untouched`
    const refused = await StockChat.visit(t, browser(), url)
    await until('the browser withholds the answers', () =>
      refused.troubles.includes('failed GET /api/v1/livechat/config'),
    )
    await withSettings(server, { API_Enable_CORS: true }, async () => {
      const chat = await StockChat.visit(t, browser(), url)
      await chat.register('Gus', 'gus@example.com')
      await chat.say('From afar')
      const rid = await roomOf(site(), chat)
      await sayAs(server, agent, rid, 'Welcome')
      await chat.shows('Welcome')
      await chat.attach('red.png', 'image/png', PNG)
      let picture: string | undefined
      await until('its picture is refused: no cookie of the chat server proves who asks', () => {
        picture = chat.troubles.find((trouble) => /^failed GET .*red\.png$/.test(trouble))
        return picture !== undefined
      })
      await chat.reload()
      await chat.shows('Welcome')
      expectOk(await server.post('livechat/room.closeByUser', { rid, comment: 'Done' }, agent))
      await chat.shows(/finished/i)
      await chat.metOnly(picture ?? '', picture ?? '')
    })
  })
})
