import { Alert, Button, Checkbox, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { createRest } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { SERVER_URL } from '../lib/server.ts'
import { loginHeaders, sessionState, signIn } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'

/** The administrator's name, address and password; he is signed in with them. */
export function AdministratorStep({
  secret,
  known,
  onDone,
}: {
  secret: string
  known: { username: string; name: string; email?: string }
  onDone: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const [name, setName] = useState(known.name === 'Administrator' ? '' : known.name)
  const [email, setEmail] = useState(known.email ?? '')
  const [password, setPassword] = useState('')
  const [answers, setAnswers] = useState(true)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      const rest = createRest({ serverUrl: SERVER_URL })
      const { username } = await rest('POST foyer/setup', {
        body: { secret, name, email, password },
      })
      await signIn(username, password)
      if (answers) await becomeAgent(username)
      onDone()
    } catch (error) {
      setProblem(errorText(texts, error))
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{t('setup.welcome')}</h1>
      <p className="soft">{t('setup.welcomeLead')}</p>
      <Stack gap="md">
        {problem === undefined ? null : (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label={t('setup.name')}
          autoComplete="name"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('field.email')}
          type="email"
          autoComplete="email"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('field.password')}
          description={t('field.passwordHelp')}
          autoComplete="new-password"
          minLength={8}
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
        />
        <Checkbox
          label={t('setup.answers')}
          checked={answers}
          onChange={(event) => setAnswers(event.currentTarget.checked)}
        />
        <Button type="submit" loading={isBusy} fullWidth mt="xs">
          {t('setup.next')}
        </Button>
      </Stack>
    </form>
  )
}

async function becomeAgent(username: string): Promise<void> {
  const state = sessionState()
  if (state.phase !== 'active') return
  const rest = createRest({ serverUrl: SERVER_URL, headers: loginHeaders(state.session) })
  await rest('POST livechat/users/:type', { params: { type: 'agent' }, body: { username } })
}
