import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { ar } from '../../../desk/texts/ar.ts'
import { en } from '../../../desk/texts/en.ts'
import type { TestUser } from '../../support/seed.ts'
import { DESKTOP, PHONE, type TestBrowser, type WindowOptions } from './browser.ts'
import { PASSWORD } from './desk.ts'
import type { Site } from './site.ts'
import type { WidgetWindow } from './widget.ts'

/** Languages in which the story is told: one from left to right, one from right to left. */
export type StoryLanguage = 'en' | 'ar'

/** A person's window and language. */
export interface Screen {
  size: 'desktop' | 'phone'
  language: StoryLanguage
  colorScheme?: 'light' | 'dark'
}

/** How a browser of such a screen is opened. */
export const windowOf = ({ size, language, colorScheme }: Screen): WindowOptions => ({
  viewport: size === 'phone' ? PHONE : DESKTOP,
  locale: language === 'ar' ? 'ar-EG' : 'en-GB',
  ...(colorScheme === undefined ? {} : { colorScheme }),
})

type Catalogue = Readonly<Record<string, string | Partial<Record<string, string>>>>

const DESK: Record<StoryLanguage, Catalogue> = { en, ar }
const WIDGET = new Map<StoryLanguage, Catalogue>()

const filled = (text: Catalogue[string] | undefined, values: Record<string, string>): string => {
  if (typeof text !== 'string') throw new Error('a text without forms is wanted')
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

/** A text of the desk in this language. */
const deskText = (
  language: StoryLanguage,
  key: keyof typeof en,
  values: Record<string, string> = {},
): string => filled(DESK[language][key], values)

/** A text of the widget in this language. */
export function widgetText(language: StoryLanguage, key: string): string {
  let texts = WIDGET.get(language)
  if (texts === undefined) {
    const file = new URL(`../../../widget/app/languages/${language}.json`, import.meta.url)
    texts = JSON.parse(readFileSync(file, 'utf8')) as Catalogue
    WIDGET.set(language, texts)
  }
  return filled(texts[key], {})
}

/** What an agent does at the desk, whatever its size and language. */
export class DeskWindow {
  readonly page: Page
  readonly #screen: Screen

  constructor(page: Page, screen: Screen) {
    this.page = page
    this.#screen = screen
  }

  static async signIn(
    browser: TestBrowser,
    site: Site,
    agent: Pick<TestUser, 'username'>,
    screen: Screen,
    options: WindowOptions & { password?: string } = {},
  ): Promise<DeskWindow> {
    const { password = PASSWORD, ...window } = options
    const desk = new DeskWindow(await browser.open({ ...windowOf(screen), ...window }), screen)
    await desk.page.goto(site.url)
    await desk.page.locator('input[name=username]').fill(agent.username)
    await desk.page.locator('input[name=password]').fill(password)
    await desk.page.locator('button[type=submit]').click()
    await desk.page.getByRole('heading', { name: desk.t('inbox.title') }).waitFor()
    return desk
  }

  t(key: keyof typeof en, values: Record<string, string> = {}): string {
    return deskText(this.#screen.language, key, values)
  }

  button(key: keyof typeof en, values: Record<string, string> = {}): Locator {
    return this.page.getByRole('button', { name: this.t(key, values), exact: true })
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: this.t('messages.label') })
  }

  get composer(): Locator {
    return this.page.locator('.conversation textarea')
  }

  async take(name: string): Promise<void> {
    await this.button('queue.takeOne', { name }).click()
    await this.composer.waitFor()
  }

  async write(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  /** Opens the menu of an own message and takes entries, one after the other. */
  async choose(text: string, ...entries: (keyof typeof en)[]): Promise<void> {
    const entry = this.page.locator('.entry', { hasText: text })
    await entry.hover()
    await entry.getByRole('button', { name: this.t('message.actions') }).click()
    for (const key of entries) {
      await this.page.getByRole('menuitem', { name: this.t(key), exact: true }).click()
    }
  }

  async close(comment: string): Promise<void> {
    if (this.#screen.size === 'phone') {
      await this.button('action.more').click()
      await this.page
        .getByRole('menuitem', { name: this.t('conversation.close'), exact: true })
        .click()
    } else {
      await this.page.locator('.conversation-head').getByText(this.t('conversation.close')).click()
    }
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel(this.t('close.comment'), { exact: true }).fill(comment)
    await dialog
      .getByRole('button', { name: this.t('conversation.close'), exact: true })
      .last()
      .click()
    await dialog.waitFor({ state: 'detached' })
  }
}

/** What a visitor says of his own message: its mark, in his language. */
export const marked = (
  widget: WidgetWindow,
  language: StoryLanguage,
  text: string,
  mark: 'sending' | 'sent' | 'read',
): Promise<void> =>
  widget
    .message(text)
    .locator('.mark', { hasText: widgetText(language, `delivery.${mark}`) })
    .waitFor()
