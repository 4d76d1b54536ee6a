import { Button, NativeSelect, PasswordInput, SegmentedControl, Stack } from '@mantine/core'
import { useMantineColorScheme } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { errorText } from '../lib/errors.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { LANGUAGES } from '../texts/languages.ts'
import { useChangeLanguage } from '../texts/provider.tsx'
import { useTexts } from '../texts/texts.ts'
import { Page } from './page.tsx'
import { PushSwitch } from './push-switch.tsx'
import { SessionList } from './session-list.tsx'

const SCHEMES = ['light', 'dark', 'auto'] as const

/** What one sets for oneself: language, look, password, logins. */
export function AccountPage() {
  const { t, language } = useTexts()
  const changeLanguage = useChangeLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Page title={t('nav.account')} lead={t('account.lead')}>
      <section className="group">
        <h2>{t('account.desk')}</h2>
        <div className="card">
          <div className="setting">
            <label htmlFor="language">{t('account.language')}</label>
            <NativeSelect
              id="language"
              data={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
              value={language}
              onChange={(event) => changeLanguage(event.currentTarget.value)}
            />
          </div>
          <div className="setting">
            <span id="scheme">{t('scheme.label')}</span>
            <SegmentedControl
              aria-labelledby="scheme"
              data={SCHEMES.map((value) => ({ value, label: t(`scheme.${value}`) }))}
              value={colorScheme}
              onChange={(value) => setColorScheme(value)}
            />
          </div>
        </div>
      </section>
      <section className="group">
        <h2>{t('push.title')}</h2>
        <div className="card">
          <PushSwitch />
        </div>
      </section>
      <section className="group">
        <h2>{t('account.password')}</h2>
        <div className="card card-pad">
          <OwnPassword />
        </div>
      </section>
      <section className="group">
        <h2>{t('account.sessions')}</h2>
        <OwnSessions />
      </section>
    </Page>
  )
}

function OwnPassword() {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { tell } = useToasts()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const [problem, setProblem] = useState<string>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setProblem(undefined)
    try {
      await rest('POST users.updateOwnBasicInfo', {
        body: { data: { currentPassword, newPassword } },
      })
      setCurrent('')
      setNew('')
      tell(t('account.passwordChanged'))
    } catch (error) {
      setProblem(errorText(texts, error))
    }
  }
  const visibility = { 'aria-label': t('signIn.showPassword') }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md" maw={360}>
        <PasswordInput
          label={t('account.currentPassword')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={currentPassword}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={visibility}
        />
        <PasswordInput
          label={t('account.newPassword')}
          description={t('field.passwordHelp')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={8}
          error={problem}
          value={newPassword}
          onChange={(event) => setNew(event.currentTarget.value)}
          visibilityToggleButtonProps={visibility}
        />
        <div>
          <Button type="submit">{t('account.changePassword')}</Button>
        </div>
      </Stack>
    </form>
  )
}

function OwnSessions() {
  const { t } = useTexts()
  const rest = useRest()
  const queries = useQueryClient()
  const { fail, tell } = useToasts()
  const { data } = useQuery({
    queryKey: ['own-sessions'],
    queryFn: async () =>
      (await rest('GET sessions/list', { query: { count: 50, sort: '{"loginAt":-1}' } })).sessions,
  })
  const end = async (sessionId: string): Promise<void> => {
    try {
      await rest('POST sessions/logout.me', { body: { sessionId } })
      await queries.invalidateQueries({ queryKey: ['own-sessions'] })
      tell(t('sessions.ended'))
    } catch (error) {
      fail(error)
    }
  }
  return <SessionList sessions={data ?? []} onEnd={({ sessionId }) => void end(sessionId)} />
}
