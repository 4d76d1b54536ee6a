import type english from './languages/en.json'

/** Name of a text. */
export type TextKey = keyof typeof english

type Forms = Partial<Record<Intl.LDMLPluralRule, string>>
type Catalogue = Partial<Record<TextKey, string | Forms>>

const LOADERS = import.meta.glob<Catalogue>('./languages/*.json', { import: 'default' })
const RIGHT_TO_LEFT = /^(?:ar|he)$/
const TRIES = 3

/** The words of one language, and how that language writes numbers and times. */
export interface Texts {
  language: string
  direction: 'ltr' | 'rtl'
  /** A text with `{name}` and the like filled in; `count` chooses among plural forms. */
  t: (key: TextKey, values?: Record<string, string | number>) => string
  time: (at: Date) => string
  /** Today, yesterday, or the date. */
  day: (at: Date) => string
  list: (names: readonly string[]) => string
}

/** Every language there is, by its tag. */
const LANGUAGES: readonly string[] = Object.keys(LOADERS).map(
  (path) => /([\w-]+)\.json$/.exec(path)?.[1] ?? '',
)

/** The first of the wanted languages that there is: `de-AT` is served by `de`, `pt` by `pt-BR`. */
export function chooseLanguage(wanted: readonly (string | undefined)[]): string {
  for (const tag of wanted) {
    const lower = tag?.toLowerCase().replace('_', '-') ?? ''
    const base = lower.split('-')[0]
    const found =
      LANGUAGES.find((language) => language.toLowerCase() === lower) ??
      LANGUAGES.find((language) => language.toLowerCase().split('-')[0] === base)
    if (found !== undefined) return found
  }
  return 'en'
}

/** Loads a language. @throws when it cannot be loaded, also not after some tries */
export async function loadTexts(language: string): Promise<Texts> {
  return textsOf(language, await load(language, TRIES))
}

async function load(language: string, tries: number): Promise<Catalogue> {
  try {
    return (await LOADERS[`./languages/${language}.json`]?.()) ?? {}
  } catch (error) {
    if (tries === 0) throw error
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return load(language, tries - 1)
  }
}

function textsOf(language: string, catalogue: Catalogue): Texts {
  const base = language.split('-')[0] ?? language
  // A Briton reads the same words as an American, and another clock.
  const habits = navigator.languages.find((tag) => tag.split('-')[0] === base) ?? language
  const plural = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(habits)
  const clock = new Intl.DateTimeFormat(habits, { timeStyle: 'short' })
  const date = new Intl.DateTimeFormat(habits, { dateStyle: 'long' })
  const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return {
    language,
    direction: RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr',
    t: (key, values = {}) => {
      const found = catalogue[key] ?? key
      const form = plural.select(Number(values['count'] ?? 1))
      const text = typeof found === 'string' ? found : (found[form] ?? found.other ?? '')
      return text.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? ''
        return typeof value === 'number' ? number.format(value) : value
      })
    },
    time: (at) => clock.format(at),
    day: (at) => {
      const ago = Math.round((dayOf(at) - dayOf(new Date())) / 86_400_000)
      return ago === 0 || ago === -1 ? near.format(ago, 'day') : date.format(at)
    },
    list: (names) => new Intl.ListFormat(language).format(names),
  }
}

/** Midnight of a day, here. */
const dayOf = (at: Date): number =>
  new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
