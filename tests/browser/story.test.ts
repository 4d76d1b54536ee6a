import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FaultyProxy } from '../support/faulty-proxy.ts'
import { PNG } from '../support/forms.ts'
import { changeSettings, expectOk, seedAgent } from '../support/seed.ts'
import { until } from '../support/until.ts'
import { useBrowser } from './support/browser.ts'
import { Site, useHostSite, useSite } from './support/site.ts'
import {
  DeskWindow,
  marked,
  widgetText,
  windowOf,
  type Screen,
  type StoryLanguage,
} from './support/story.ts'
import { WidgetWindow } from './support/widget.ts'

/** What both say, in their language. */
const LINES: Record<StoryLanguage, Record<string, string>> = {
  en: {
    visitor: 'Ana',
    question: 'Is my bicycle ready?',
    slip: 'Typed by misteak',
    mended: 'Typed by mistake',
    oops: 'This goes away',
    answer: 'It is, come by until seven',
    change: 'It is, come by until eight',
    wrong: 'Wrong window',
    tunnel: 'I am in a tunnel',
    away: 'Said meanwhile',
    after: 'And back again',
    comment: 'Fetched',
  },
  ar: {
    visitor: 'ليلى',
    question: 'هل دراجتي جاهزة؟',
    slip: 'كتبت هذا خطا',
    mended: 'كتبت هذا خطأً',
    oops: 'سيختفي هذا',
    answer: 'نعم، تفضلي حتى السابعة',
    change: 'نعم، تفضلي حتى الثامنة',
    wrong: 'نافذة أخرى',
    tunnel: 'أنا في نفق',
    away: 'قيل في هذه الأثناء',
    after: 'عدت الآن',
    comment: 'تم التسليم',
  },
}

const SCREENS: readonly Screen[] = [
  { size: 'desktop', language: 'en' },
  { size: 'phone', language: 'ar' },
  { size: 'phone', language: 'en' },
  { size: 'desktop', language: 'ar' },
]

describe('a conversation from the form to the rating', () => {
  const browser = useBrowser()
  const site = useSite()
  const host = useHostSite()

  for (const screen of SCREENS) {
    const { size, language } = screen
    it(`on a ${size}, in ${language === 'en' ? 'English' : 'Arabic'}`, async (t) => {
      const line = (name: string): string => LINES[language][name] ?? ''
      const word = (key: string): string => widgetText(language, key)
      await changeSettings(site(), { Livechat_Routing_Method: 'Manual_Selection' })
      const agent = await seedAgent(site(), { name: 'Rosa Lind' })
      // Requests fail while the network is cut, and browsers write that to the console.
      const desk = await DeskWindow.signIn(browser(), site(), agent, screen, { mayFail: true })
      t.after(() => desk.page.context().close())
      const options = { ...windowOf(screen), mayFail: true }
      const cable = await FaultyProxy.start(new URL(site().url))
      t.after(() => cable.close())
      const far = Object.assign(new Site(site().app), {
        url: cable.through(site().url).slice(0, -1),
      })
      const widget = await WidgetWindow.visit(browser(), far, host(), options)
      t.after(() => widget.page.context().close())
      const errors: Error[] = []
      for (const page of [desk.page, widget.page]) page.on('pageerror', (e) => errors.push(e))

      await widget.begin(line('visitor'))
      await widget.say(line('question'))
      await widget.chat.getByText(word('queue.title')).waitFor()
      await desk.page.getByText(line('question')).waitFor()
      await until('the desk rings', async () => (await desk.page.title()).startsWith('(1)'))
      await desk.take(line('visitor'))
      await until('it rings no more', async () => !(await desk.page.title()).startsWith('('))
      await widget.chat.locator('header').getByText('Rosa Lind').waitFor()
      await desk.log.getByText(line('question')).waitFor()
      await marked(widget, language, line('question'), 'read')

      await desk.write(line('answer'))
      await widget.message(line('answer')).waitFor()
      await desk.choose(line('answer'), 'message.edit')
      const isOpened = async () => (await desk.composer.inputValue()) === line('answer')
      await until('the text is to be changed', isOpened)
      await desk.write(line('change'))
      await widget.message(line('change')).waitFor()
      await desk.write(line('wrong'))
      await widget.message(line('wrong')).waitFor()
      await desk.choose(line('wrong'), 'message.delete', 'message.deleteSure')
      await widget.message(line('wrong')).waitFor({ state: 'detached' })

      await widget.say(line('slip'))
      await desk.log.getByText(line('slip'), { exact: true }).waitFor()
      await widget.choose(line('slip'), word('message.edit'))
      await widget.holds(line('slip'))
      await widget.field.fill(line('mended'))
      await widget.field.press('Enter')
      await desk.log.getByText(line('mended'), { exact: true }).waitFor()
      await widget.say(line('oops'))
      await desk.log.getByText(line('oops')).waitFor()
      await widget.choose(line('oops'), word('message.delete'))
      await widget.chat
        .getByRole('dialog')
        .getByRole('button', { name: word('message.delete') })
        .click()
      await desk.log.getByText(line('oops')).waitFor({ state: 'detached' })

      const picture = { name: 'red.png', mimeType: 'image/png', buffer: PNG }
      await widget.chat.locator('input[type=file]').setInputFiles(picture)
      await desk.log.getByRole('img', { name: 'red.png' }).waitFor()
      await widget.chat.locator('.message img').waitFor()

      // To emulate it leaves sockets open that were open before.
      await widget.page.context().setOffline(true)
      cable.cut()
      await widget.field.fill(line('tunnel'))
      await widget.field.press('Enter')
      await marked(widget, language, line('tunnel'), 'sending')
      await desk.write(line('away'))
      await widget.chat.getByText(word('connection.lost')).waitFor()
      cable.heal()
      await widget.page.context().setOffline(false)
      await widget.message(line('away')).waitFor()
      await desk.log.getByText(line('tunnel')).waitFor()
      await marked(widget, language, line('tunnel'), 'read')

      await widget.page.reload()
      await desk.page.reload()
      // It does not cover a small page by itself.
      if (size === 'phone') await widget.button.click()
      await widget.message(line('tunnel')).waitFor()
      await desk.log.getByText(line('tunnel')).waitFor()
      await widget.say(line('after'))
      await desk.log.getByText(line('after')).waitFor()
      for (const [log, who] of [
        [widget.chat.getByRole('log'), 'the visitor'],
        [desk.log, 'the agent'],
      ] as const) {
        const text = await log.innerText()
        const places = ['question', 'change', 'mended', 'away', 'tunnel', 'after'].map((name) =>
          text.indexOf(line(name)),
        )
        assert.ok(
          places.every((place) => place >= 0),
          `${who} sees everything: ${text}`,
        )
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
          `${who} sees it in order`,
        )
      }

      await desk.close(line('comment'))
      await widget.chat.locator('.rating').waitFor()
      await widget.chat.locator('.stars label').nth(3).click()
      await widget.chat.getByRole('button', { name: word('rate.send') }).click()
      await widget.chat.getByText(word('rate.thanks')).waitFor()
      const query = { roomName: line('visitor'), open: 'false' }
      const { rooms } = expectOk(await site().get('livechat/rooms', query, await site().admin()))
      assert.equal(rooms[0].satisfaction, '4')

      assert.deepEqual(errors, [], 'no script fails')
      const direction = language === 'ar' ? 'rtl' : 'ltr'
      const frame = widget.frame()
      assert.equal(await frame.evaluate(() => document.documentElement.dir), direction)
      assert.equal(await desk.page.evaluate(() => document.documentElement.dir), direction)
      for (const page of [widget.page, desk.page]) {
        const overflow = () => document.documentElement.scrollWidth - innerWidth
        assert.ok((await page.evaluate(overflow)) <= 0, 'nothing is wider than the window')
      }
    })
  }
})
