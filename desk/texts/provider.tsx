import { useDirection } from '@mantine/core'
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { en } from './en.ts'
import { keepLanguage, LANGUAGES, preferredLanguage } from './languages.ts'
import { createTexts, TextsContext } from './texts.ts'

const LanguageContext = createContext<(code: string) => void>(() => {})

/** Changes the language of the desk, for good. */
export const useChangeLanguage = (): ((code: string) => void) => use(LanguageContext)

/** Gives the texts of the chosen language to everything inside, and the page its direction. */
export function TextsProvider({ children }: { children: ReactNode }) {
  const [code, setCode] = useState(preferredLanguage)
  const [texts, setTexts] = useState(() => (code === 'en' ? createTexts('en', en) : undefined))
  const { setDirection } = useDirection()

  useEffect(() => {
    let isWanted = true
    const language = LANGUAGES.find((one) => one.code === code)
    const load = async (): Promise<void> => {
      const catalogue = await language?.load()
      if (isWanted && catalogue !== undefined) setTexts(createTexts(code, catalogue))
    }
    void load()
    return () => {
      isWanted = false
    }
  }, [code])

  useEffect(() => {
    if (texts === undefined) return
    document.documentElement.lang = texts.language
    setDirection(texts.direction)
  }, [texts, setDirection])

  const change = useMemo(
    () => (next: string) => {
      keepLanguage(next)
      setCode(next)
    },
    [],
  )
  if (texts === undefined) return null
  return (
    <LanguageContext value={change}>
      <TextsContext value={texts}>{children}</TextsContext>
    </LanguageContext>
  )
}
