import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  admin,
  changeSettings,
  expectOk,
  seedAgent,
  setStatus,
  type TestUser,
} from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { useHostSite, useSite } from './support/site.ts'
import { ActingAgent, WidgetWindow } from './support/widget.ts'

describe('the forms of the chat', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()
  let user: TestUser
  let agent: ActingAgent
  before(async () => {
    user = await seedAgent(site(), { username: 'rosa', name: 'Rosa Lind' })
    agent = new ActingAgent(site(), user)
  })

  it('asks what the site wants to know, with consent, and says what is missing', async () => {
    const field = { scope: 'visitor', visibility: 'visible', public: true }
    for (const own of [
      { field: 'order', label: 'Order number', type: 'input', regexp: '^\\d{4}$', required: true },
      { field: 'plan', label: 'Plan', type: 'select', options: 'free,paid', required: false },
    ]) {
      const body = { customFieldData: { ...field, ...own } }
      expectOk(await site().post('livechat/custom-fields.save', body, await admin(site())))
    }
    await changeSettings(site(), {
      Livechat_force_accept_data_processing_consent: true,
      Livechat_data_processing_consent_text: 'Yes, keep what I say',
      Livechat_registration_form_message: 'Who are you?',
    })
    const widget = await WidgetWindow.visit(browser(), site(), host())
    const { chat } = widget
    await widget.button.click()
    await chat.getByText('Who are you?').waitFor()
    const submit = chat.getByRole('button', { name: 'Start conversation' })
    await submit.click()
    await until(
      'four mistakes are shown',
      async () => (await chat.locator('[aria-invalid=true]').count()) === 4,
    )
    await until('the first mistake has the focus', () =>
      chat.locator('input[name=name]').evaluate((input) => input === document.activeElement),
    )
    const requests: string[] = []
    widget.page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
    await chat.getByLabel('Name').fill('Ana')
    await chat.getByLabel('E-mail').fill('ana@example')
    await chat.getByLabel('Order number').fill('12')
    await chat.getByLabel('Plan').selectOption('paid')
    await submit.click()
    await chat.getByText('Please enter a whole e-mail address').waitFor()
    await chat.getByText('Please check this entry.').waitFor()
    await chat.getByText('Please agree').waitFor()
    const sent = requests.filter((request) => request.includes('/api/'))
    assert.deepEqual(sent, [], 'nothing is sent before everything is well')
    await chat.getByLabel('E-mail').fill('ana@example.com')
    await chat.getByLabel('Order number').fill('1234')
    await chat.getByLabel('Yes, keep what I say').check()
    await submit.click()
    await widget.say('Hello')
    const rid = await agent.roomOf('Ana')
    const { visitor } = expectOk(
      await site().get('livechat/visitors.info', { visitorId: await visitorOf(rid) }, user),
    )
    assert.deepEqual(visitor.livechatData, { order: '1234', plan: 'paid' })
    await widget.page.reload()
    await widget.message('Hello').waitFor()
    await changeSettings(site(), { Livechat_force_accept_data_processing_consent: false })
    for (const customFieldId of ['order', 'plan']) {
      expectOk(
        await site().post('livechat/custom-fields.delete', { customFieldId }, await admin(site())),
      )
    }
  })

  const visitorOf = async (rid: string): Promise<string> => {
    const { rooms } = expectOk(await site().get('livechat/rooms', {}, await admin(site())))
    return rooms.find((room: { _id: string }) => room._id === rid).v._id
  }

  it('begins without a form where the site wants none', async () => {
    await changeSettings(site(), { Livechat_registration_form: false })
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/none' })
    await widget.button.click()
    await widget.say('Straight to the point')
    await widget.shows('Straight to the point', 'Sent')
    await changeSettings(site(), { Livechat_registration_form: true })
  })

  it('[P10] takes a message while nobody is there, and loses none of it when that fails', async () => {
    await setStatus(site(), user, 'offline')
    await changeSettings(site(), { Livechat_offline_message: 'We sleep.\nLeave us a word.' })
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/night',
      mayFail: true,
    })
    const { chat } = widget
    await widget.button.click()
    await chat.getByText('Leave us a word.').waitFor()
    await chat.getByLabel('Name').fill('Nora')
    await chat.getByLabel('E-mail').fill('nora@example.com')
    await chat.getByLabel('Message').fill('Do you open on Sunday?')
    await widget.page.route('**/offline.message', (route) => route.abort())
    await chat.getByRole('button', { name: 'Send message' }).click()
    await chat.getByRole('alert').filter({ hasText: 'did not work' }).waitFor()
    await widget.page.reload()
    await until('what was typed is there again', async () =>
      (await chat.getByLabel('Message').count()) > 0
        ? (await chat.getByLabel('Message').inputValue()) === 'Do you open on Sunday?'
        : false,
    )
    await widget.page.unroute('**/offline.message')
    await chat.getByLabel('Name').fill('Nora')
    await chat.getByLabel('E-mail').fill('nora@example.com')
    await chat.getByRole('button', { name: 'Send message' }).click()
    await chat.getByRole('button', { name: 'Leave another message' }).waitFor()
    const { offlineMessages } = expectOk(
      await site().get('foyer/offline-messages', {}, await admin(site())),
    )
    assert.equal(offlineMessages.length, 1)
    assert.equal(offlineMessages[0].message, 'Do you open on Sunday?')
    assert.equal(offlineMessages[0].host, `${host().url}/night`)

    await changeSettings(site(), {
      Livechat_display_offline_form: false,
      Livechat_offline_form_unavailable: 'Come back on Monday',
    })
    const other = await WidgetWindow.visit(browser(), site(), host(), { path: '/closed' })
    await other.button.click()
    await other.chat.getByText('Come back on Monday').waitFor()
    await changeSettings(site(), { Livechat_display_offline_form: true })
    await setStatus(site(), user, 'online')
  })

  it('[P10] offers to leave as a message what nobody is there to take', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/late',
      mayFail: true,
    })
    await widget.begin('Lea')
    await setStatus(site(), user, 'offline')
    await widget.say('Too late')
    await widget.chat.getByRole('button', { name: 'Leave a message' }).click()
    await until('both are filled in', async () => {
      const fields = ['Message', 'Name'].map((label) => widget.chat.getByLabel(label))
      const values = await Promise.all(fields.map((field) => field.inputValue()))
      return values.join() === 'Too late,Lea'
    })
    await widget.chat.getByRole('button', { name: 'Send message' }).click()
    await until('it is there', async () => {
      const { offlineMessages } = expectOk(
        await site().get('foyer/offline-messages', {}, await admin(site())),
      )
      return offlineMessages.some(({ message }: { message: string }) => message === 'Too late')
    })
    await setStatus(site(), user, 'online')
  })

  it('tells a waiting visitor his place, and who takes him', async () => {
    await changeSettings(site(), { Livechat_Routing_Method: 'Manual_Selection' })
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/queue' })
    await widget.begin('Quinn')
    await widget.say('Anybody?')
    await widget.chat.getByText('You are number 1 in the queue.').waitFor()
    const { inquiries } = expectOk(await site().get('livechat/inquiries.queuedForUser', {}, user))
    expectOk(await site().post('livechat/inquiries.take', { inquiryId: inquiries[0]._id }, user))
    await widget.chat.locator('h1', { hasText: 'Rosa Lind' }).waitFor()
    await widget.chat.getByText('You are number 1').waitFor({ state: 'detached' })
    await changeSettings(site(), { Livechat_Routing_Method: 'Auto_Selection' })
  })

  it('[P14] erases everything when asked to, and begins anew', async () => {
    const widget = await WidgetWindow.visit(browser(), site(), host(), { path: '/erase' })
    await widget.begin('Erika')
    await widget.say('Forget me')
    await widget.shows('Forget me', 'Sent')
    await widget.chat.getByRole('button', { name: 'Options', exact: true }).click()
    await widget.chat.getByRole('menuitem', { name: 'Erase my data' }).click()
    await widget.chat.getByRole('button', { name: 'Erase', exact: true }).click()
    await widget.chat.getByText('Your data has been erased.').waitFor()
    await widget.chat.locator('input[name=name]').waitFor()
    assert.equal(await widget.message('Forget me').count(), 0)
    const { rooms } = expectOk(await site().get('livechat/rooms', {}, await admin(site())))
    assert.ok(!rooms.some(({ fname }: { fname: string }) => fname === 'Erika'))
  })

  it('sends the conversation by e-mail, to an address given only now as well', async () => {
    await changeSettings(site(), {
      Livechat_enable_transcript: true,
      Livechat_email_field_registration_form: false,
    })
    const widget = await WidgetWindow.visit(browser(), site(), host(), {
      path: '/transcript',
      mayFail: true,
    })
    await widget.button.click()
    await widget.chat.locator('input[name=name]').fill('Tess')
    await widget.chat.getByRole('button', { name: 'Start conversation' }).click()
    await widget.say('Hello')
    const rid = await agent.roomOf('Tess')
    await agent.say(rid, 'Hello Tess')
    await widget.message('Hello Tess').waitFor()
    await agent.close(rid)
    const form = widget.chat.getByRole('form', { name: 'Get this conversation by e-mail' })
    await form.getByLabel('E-mail').fill('tess@example.com')
    await form.getByRole('button', { name: 'Send it to me' }).click()
    // Without a mail server the refusal is said, too.
    await widget.chat
      .getByText('The conversation is on its way to you.')
      .or(form.getByRole('alert').filter({ hasText: 'did not work' }))
      .waitFor()
    await changeSettings(site(), { Livechat_email_field_registration_form: true })
  })
})
