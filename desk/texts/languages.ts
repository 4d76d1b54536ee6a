import type { Catalogue } from './texts.ts'

/** The languages of the desk; another one is a file more and a line here. */
export const LANGUAGES: readonly {
  code: string
  /** In the language itself. */
  name: string
  load: () => Promise<Catalogue>
}[] = [
  { code: 'en', name: 'English', load: async () => (await import('./en.ts')).en },
  { code: 'de', name: 'Deutsch', load: async () => (await import('./de.ts')).de },
  { code: 'ar', name: 'العربية', load: async () => (await import('./ar.ts')).ar },
]

const KEY = 'foyer.desk.language'

/** The chosen language, else the first one of the browser that there are texts for. */
export function preferredLanguage(): string {
  const wanted = [readChoice(), ...navigator.languages]
  for (const tag of wanted) {
    const base = tag?.split('-')[0]
    if (LANGUAGES.some(({ code }) => code === base)) return base ?? 'en'
  }
  return 'en'
}

/** Keeps a choice for the next visit. */
export function keepLanguage(code: string): void {
  try {
    localStorage.setItem(KEY, code)
  } catch {
    // Without storage the choice holds for this visit.
  }
}

function readChoice(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}
