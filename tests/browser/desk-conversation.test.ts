import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DdpClient } from '../support/ddp-client.ts'
import { PNG } from '../support/forms.ts'
import { changeSettings, expectOk } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { composer, openDesk, said, seedQueue, write } from './support/desk.ts'
import { useSite } from './support/site.ts'

describe('a conversation at the desk', () => {
  const site = useSite()
  const browser = useBrowser()

  test('it waits and counts, is taken, answered, edited, deleted, and closed with a comment', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Ana')
    const page = await openDesk(t, browser(), site(), agent.username)
    const row = page.getByRole('listitem').filter({ hasText: 'Ana needs help' })
    await row.getByText(/\d:\d\d$/).waitFor()
    await page.getByRole('status').filter({ hasText: 'One conversation is waiting.' }).waitFor()
    await until('the title counts', async () => (await page.title()).startsWith('(1) Inbox'))
    await row.getByRole('button', { name: 'Take the conversation with Ana' }).click()

    await said(page).getByText('Ana needs help').waitFor()
    await until('it counts no more', async () => (await page.title()).startsWith('Inbox'))
    await write(page, 'Hello *Ana*, how can I help?')
    await said(page).getByRole('strong').getByText('Ana').waitFor()
    await until('the visitor has the answer', async () =>
      (await visitor.texts()).includes('Hello *Ana*, how can I help?'),
    )

    await visitor.say('My <b>order</b> is late')
    await said(page).getByText('My <b>order</b> is late').waitFor()

    await composer(page).press('ArrowUp')
    await page.getByText('You are changing a message.').waitFor()
    await write(page, 'Hello Ana!')
    await said(page).getByText('Hello Ana!').waitFor()
    await said(page).getByText('edited').waitFor()

    await said(page).getByText('Hello Ana!').hover()
    await page.getByRole('button', { name: 'Actions for this message' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('menuitem', { name: 'Delete for everybody?' }).click()
    await said(page).getByText('Hello Ana!').waitFor({ state: 'detached' })
    assert.deepEqual(await visitor.texts(), ['Ana needs help', 'My <b>order</b> is late'])

    await page.getByRole('button', { name: 'Close', exact: true }).first().click()
    await page.getByRole('dialog').getByLabel('Comment').fill('The parcel was found')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Close', exact: true })
      .last()
      .click()
    await page.getByText('The conversation with Ana is closed.').waitFor()
    await page.getByText('Conversations that you take appear here.').waitFor()
    const [last] = (await visitor.messages()).filter(({ t }) => t === 'livechat-close')
    assert.equal(last?.msg, 'The parcel was found')
  })

  test('files are sent by button, drop and paste, shown in place, refused in words', async (t) => {
    const { agent } = await seedQueue(site(), 'Ben')
    const page = await openDesk(t, browser(), site(), agent.username, { mayFail: true })
    await page.getByRole('button', { name: 'Take the conversation with Ben' }).click()
    const picker = page.locator('input[type=file]')
    await picker.setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: PNG })
    const picture = said(page).getByRole('img', { name: 'red.png' })
    await picture.waitFor()
    await until('the picture is drawn', () =>
      picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    )
    await picker.setInputFiles({
      name: 'prices.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('tea 3\n'),
    })
    const file = said(page).getByRole('link', { name: /prices\.txt/ })
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()])
    assert.equal(download.suggestedFilename(), 'prices.txt')

    await changeSettings(site(), { FileUpload_MaxFileSize: 10 })
    await picker.setInputFiles({
      name: 'long.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('longer than ten bytes'),
    })
    await said(page).getByRole('alert').getByText('The file is too large.').waitFor()
    await said(page).getByRole('button', { name: 'Discard' }).click()
    await said(page).getByText('long.txt').waitFor({ state: 'detached' })
    await changeSettings(site(), { FileUpload_MaxFileSize: 104_857_600 })

    for (const [event, name] of [
      ['drop', 'dropped.txt'],
      ['paste', 'pasted.txt'],
    ] as const) {
      await composer(page).evaluate(
        (field, [type, title]) => {
          const data = new DataTransfer()
          data.items.add(new File(['tea'], title, { type: 'text/plain' }))
          const common = { bubbles: true, cancelable: true }
          field.dispatchEvent(
            type === 'drop'
              ? new DragEvent('drop', { ...common, dataTransfer: data })
              : new ClipboardEvent('paste', { ...common, clipboardData: data }),
          )
        },
        [event, name] as const,
      )
      await said(page)
        .getByRole('link', { name: new RegExp(name) })
        .waitFor()
    }
  })

  test('what the visitor has told and looked at stands beside the conversation', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Carla')
    expectOk(await visitor.register({ name: 'Carla', email: 'carla@example.com' }))
    expectOk(
      await site().post('livechat/page.visited', {
        ...visitor.own,
        pageInfo: {
          change: 'url',
          title: 'Prices of tea',
          location: { href: 'https://shop.example/tea' },
        },
      }),
    )
    const page = await openDesk(t, browser(), site(), agent.username)
    await page.getByRole('button', { name: 'Take the conversation with Carla' }).click()
    await write(page, 'We have it again')
    await said(page).getByText('Sent', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).first().click()
    await page.getByRole('dialog').getByLabel('Comment').fill('Back in stock')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Close', exact: true })
      .last()
      .click()
    await page.getByText('The conversation with Carla is closed.').waitFor()
    await visitor.openRoom()
    await visitor.say('One more thing')
    await page.getByRole('button', { name: 'Take the conversation with Carla' }).click()

    const details = page.getByRole('complementary', { name: 'About the visitor' })
    await details.getByRole('link', { name: 'carla@example.com' }).waitFor()
    await details.getByText('Back in stock').waitFor()
    const search = details.getByRole('searchbox')
    await search.fill('nothing like it')
    await details.getByText('Nothing found.').waitFor()
    await search.fill('again')
    await details.getByRole('button', { name: /Back in stock/ }).click()
    await page.getByRole('dialog').getByText('We have it again').waitFor()
  })

  test('typing and reading are told both ways', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Dora')
    const page = await openDesk(t, browser(), site(), agent.username)
    await page.getByRole('button', { name: 'Take the conversation with Dora' }).click()
    await write(page, 'Are you there?')
    await said(page).getByText('Sent', { exact: true }).waitFor()
    const { seq } = expectOk(await visitor.history())
    expectOk(await visitor.markRead(seq))
    await said(page).getByText('Read', { exact: true }).waitFor()

    const socket = await DdpClient.connect(site())
    t.after(() => socket.close())
    const activity = `${visitor.rid}/user-activity`
    await socket.follow(visitor, 'notify-room', activity)
    await composer(page).pressSequentially('Hel')
    await socket.event('notify-room', activity, ([who, what]) => {
      return who === agent.username && what.includes('user-typing')
    })
    const proof = { token: visitor.token }
    await socket.call('stream-notify-room', activity, 'Dora', ['user-typing'], proof)
    await page.getByText('Dora is writing …').waitFor()
  })

  test('a conversation goes back to the queue, and a colleague takes it', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Emil')
    const page = await openDesk(t, browser(), site(), agent.username)
    await page.getByRole('button', { name: 'Take the conversation with Emil' }).click()
    await said(page).getByText('Emil needs help').waitFor()
    await page.getByRole('button', { name: 'Return to the queue' }).click()
    await page.getByText('The conversation with Emil went back to the queue.').waitFor()
    assert.equal((await visitor.room()).servedBy, undefined)
    await page.getByRole('button', { name: 'Take the conversation with Emil' }).waitFor()
  })

  test('two windows of one agent stay in step; a reload loses nothing', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Flora')
    const one = await openDesk(t, browser(), site(), agent.username)
    const two = await browser().openBeside(one)
    await two.goto(site().url)
    await two.getByRole('button', { name: 'Take the conversation with Flora' }).click()
    await said(two).getByText('Flora needs help').waitFor()
    await one.getByRole('link', { name: /Flora/ }).click()
    await write(one, 'From the first window')
    await said(two).getByText('From the first window').waitFor()
    await write(two, 'From the second window')
    await said(one).getByText('From the second window').waitFor()
    await one.reload()
    await said(one).getByText('From the second window').waitFor()
    assert.deepEqual(await visitor.texts(), [
      'Flora needs help',
      'From the first window',
      'From the second window',
    ])
  })

  test('a long history is loaded while one scrolls up', async (t) => {
    const { agent, visitor } = await seedQueue(site(), 'Gustav')
    for (let number = 1; number <= 130; number++) await visitor.say(`line ${number}`)
    const page = await openDesk(t, browser(), site(), agent.username)
    await page.getByRole('button', { name: 'Take the conversation with Gustav' }).click()
    await said(page).getByText('line 130', { exact: true }).waitFor()
    assert.equal(await said(page).getByText('line 1', { exact: true }).count(), 0)
    await said(page).hover()
    await until('the first line is there', async () => {
      await page.mouse.wheel(0, -4000)
      return (await said(page).getByText('line 1', { exact: true }).count()) > 0
    })
  })
})
