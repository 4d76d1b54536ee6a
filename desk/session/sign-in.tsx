import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import icon from '../icon.svg'
import { useTexts } from '../texts/texts.ts'
import './sign-in.css'
import { SignInForm } from './sign-in-form.tsx'

/** The page for who is not signed in. */
export function SignInPage() {
  const { t } = useTexts()
  useDocumentTitle(`${t('signIn.title')} – Foyer`)
  return (
    <Entrance>
      <h1>{t('signIn.title')}</h1>
      <p className="soft">{t('signIn.lead')}</p>
      <SignInForm />
    </Entrance>
  )
}

/** A card in the middle of the page, with the mark above it. */
export function Entrance({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <main className="entrance" data-wide={wide || undefined}>
      <div className="entrance-mark">
        <img src={icon} alt="" width={36} height={36} />
        <span>Foyer</span>
      </div>
      <div className="entrance-card">{children}</div>
    </main>
  )
}
