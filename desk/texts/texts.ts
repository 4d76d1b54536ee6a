import { createContext, use } from 'react'
import { en } from './en.ts'

/** The name of a text. */
export type TextKey = keyof typeof en

/** One text, or one for each plural form of the number `count`. */
type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>

/** All texts of a language; the type check fails on a missing or a surplus one. */
export type Catalogue = Readonly<Record<TextKey, Text>>

type Values = Readonly<Record<string, string | number>>

/** Texts and formats of one language. */
export interface Texts {
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
  /** The text with `{name}` replaced by its value. */
  readonly t: (key: TextKey, values?: Values) => string
  /** The hour and minute. */
  readonly time: (moment: Date | string) => string
  /** A day in words: today, yesterday, else the date. */
  readonly day: (moment: Date | string) => string
  /** As short as a list wants it: the time today, else the date. */
  readonly short: (moment: Date | string) => string
  /** Date and time. */
  readonly full: (moment: Date | string) => string
  readonly number: (value: number) => string
  /** A size in bytes, for people. */
  readonly size: (bytes: number) => string
}

const RIGHT_TO_LEFT = new Set(['ar', 'he', 'fa', 'ur'])
const DAY_MS = 86_400_000

/** Texts from a catalogue, in the formats of its language. */
export function createTexts(language: string, catalogue: Catalogue): Texts {
  const plural = new Intl.PluralRules(language)
  // Dates as the person's own region writes them, where the browser tells it.
  const locale = navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, options)
    return (moment: Date | string): string => formatter.format(new Date(moment))
  }
  const time = format({ hour: 'numeric', minute: '2-digit' })
  const date = format({ day: 'numeric', month: 'short' })
  const dateOfYear = format({ day: 'numeric', month: 'short', year: 'numeric' })
  const full = format({ dateStyle: 'medium', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const numbers = new Intl.NumberFormat(locale)
  const dateFor = (moment: Date | string): string =>
    new Date(moment).getFullYear() === new Date().getFullYear() ? date(moment) : dateOfYear(moment)
  const daysAgo = (moment: Date | string): number =>
    Math.round((midnight(new Date()) - midnight(new Date(moment))) / DAY_MS)

  return {
    language,
    direction: RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr',
    t: (key, values = {}) => {
      const text = catalogue[key]
      const chosen =
        typeof text === 'string'
          ? text
          : (text[plural.select(Number(values['count']))] ?? text.other ?? '')
      return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? ''
        return typeof value === 'number' ? numbers.format(value) : value
      })
    },
    time,
    day: (moment) => {
      const ago = daysAgo(moment)
      return ago === 0 || ago === 1 ? capital(relative.format(-ago, 'day')) : dateFor(moment)
    },
    short: (moment) => (daysAgo(moment) === 0 ? time(moment) : dateFor(moment)),
    full,
    number: (value) => numbers.format(value),
    size: (bytes) => sizeText(locale, bytes),
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const midnight = (moment: Date): number =>
  new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime()

function sizeText(locale: string, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step)
}

/** The texts of the person who looks. */
export const TextsContext = createContext<Texts>(createTexts('en', en))

/** The texts and formats of the language in use. */
export const useTexts = (): Texts => use(TextsContext)
