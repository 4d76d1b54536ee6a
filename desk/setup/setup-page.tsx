import { Button, Loader } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { createRest } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { SERVER_URL } from '../lib/server.ts'
import { Entrance } from '../session/sign-in.tsx'
import { sessionState } from '../session/session.ts'
import { useTexts, type TextKey } from '../texts/texts.ts'
import { AdministratorStep } from './administrator-step.tsx'
import { LookStep } from './look-step.tsx'
import './setup.css'
import { WebsiteStep } from './website-step.tsx'

const STEPS: readonly TextKey[] = ['setup.step1', 'setup.step2', 'setup.step3']

/** The first run, in three steps: who administers, how the chat looks, what to paste. */
export function SetupPage() {
  const texts = useTexts()
  const { t } = texts
  useDocumentTitle(`${t('setup.title')} – Foyer`)
  const [, go] = useLocation()
  // The secret stands behind the sign #, which browsers keep to themselves.
  const [secret] = useState(() => location.hash.slice(1))
  const [step, setStep] = useState(() =>
    secret === '' && sessionState().phase === 'active' ? 1 : 0,
  )
  const { data, error } = useQuery({
    queryKey: ['setup', secret],
    queryFn: () =>
      createRest({ serverUrl: SERVER_URL })('POST foyer/setup.check', { body: { secret } }),
    enabled: step === 0 && secret !== '',
    staleTime: Infinity,
  })

  if (step === 0 && (secret === '' || error !== null)) {
    return (
      <Entrance>
        <h1>{t('setup.endedTitle')}</h1>
        <p className="soft">{error === null ? t('error.setupEnded') : errorText(texts, error)}</p>
        <Button fullWidth onClick={() => go('/')}>
          {t('signIn.title')}
        </Button>
      </Entrance>
    )
  }
  return (
    <Entrance wide={step > 0}>
      <ol className="steps" aria-label={t('setup.title')}>
        {STEPS.map((label, index) => (
          <li
            key={label}
            data-done={index < step || undefined}
            aria-current={index === step ? 'step' : undefined}
          >
            <span>{index < step ? <Check size={14} strokeWidth={3} /> : index + 1}</span>
            {t(label)}
          </li>
        ))}
      </ol>
      {step === 0 && data === undefined ? (
        <Loader size="sm" aria-label={t('action.loading')} />
      ) : null}
      {step === 0 && data !== undefined ? (
        <AdministratorStep
          secret={secret}
          known={data}
          onDone={() => {
            history.replaceState(null, '', location.pathname)
            setStep(1)
          }}
        />
      ) : null}
      {step === 1 ? <LookStep onDone={() => setStep(2)} /> : null}
      {step === 2 ? <WebsiteStep onDone={() => go('/')} /> : null}
    </Entrance>
  )
}
