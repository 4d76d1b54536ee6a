import { en, type TextKey, type Texts } from './languages/en.ts'
import { de } from './languages/de.ts'
import { fr } from './languages/fr.ts'
import { es } from './languages/es.ts'
import { ptBR } from './languages/pt-BR.ts'
import { it } from './languages/it.ts'
import { nl } from './languages/nl.ts'
import { pl } from './languages/pl.ts'
import { tr } from './languages/tr.ts'
import { uk } from './languages/uk.ts'
import { sv } from './languages/sv.ts'
import { cs } from './languages/cs.ts'
import { ja } from './languages/ja.ts'
import { zhCN } from './languages/zh-CN.ts'
import { ar } from './languages/ar.ts'
import { he } from './languages/he.ts'

/** Every language that the server speaks, by its tag. */
export const TEXTS = {
  en,
  de,
  fr,
  es,
  'pt-BR': ptBR,
  it,
  nl,
  pl,
  tr,
  uk,
  sv,
  cs,
  ja,
  'zh-CN': zhCN,
  ar,
  he,
} as const satisfies Record<string, Texts>

/** Tag of a language that the server speaks. */
export type Language = keyof typeof TEXTS

const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(['ar', 'he'])
const HEADER_LENGTH = 500

/** A text in a language, with `{name}` and the like filled in. */
export const textOf = (
  language: Language,
  key: TextKey,
  values: Readonly<Record<string, string>> = {},
): string => TEXTS[language][key].replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')

/** The way in which a language is written. */
export const directionOf = (language: Language): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'

/**
 * The first language of an `Accept-Language` header, or of a single tag, that the server speaks:
 * `de-AT` is served by `de`, `pt` by `pt-BR`.
 */
export function knownLanguage(wanted: string | null | undefined): Language | undefined {
  const ranges = (wanted ?? '')
    .slice(0, HEADER_LENGTH)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of ranges) {
    const language = bestMatch(tag)
    if (language !== undefined) return language
  }
  return undefined
}

function bestMatch(tag: string): Language | undefined {
  const languages = Object.keys(TEXTS) as Language[]
  const exact = languages.find((language) => language.toLowerCase() === tag)
  if (exact !== undefined) return exact
  const base = tag.split('-', 1)[0]
  return languages.find((language) => language.split('-', 1)[0] === base)
}

/** The language to speak: the visitor's, else the one of the installation, else English. */
export const languageFor = (wanted: string | null | undefined, installation: string): Language =>
  knownLanguage(wanted) ?? knownLanguage(installation) ?? 'en'
