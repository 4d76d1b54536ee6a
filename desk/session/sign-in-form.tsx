import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { RestError } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { useTexts } from '../texts/texts.ts'
import { signIn } from './session.ts'

/** Asks for name and password; with `username` only for the password of that person. */
export function SignInForm({ username }: { username?: string }) {
  const texts = useTexts()
  const { t } = texts
  const [user, setUser] = useState(username ?? '')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await signIn(user.trim(), password)
    } catch (error) {
      const isWrong = error instanceof RestError && error.status === 401
      setProblem(isWrong ? t('signIn.wrong') : errorText(texts, error))
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        {problem === undefined ? null : (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label={t('signIn.user')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          readOnly={username !== undefined}
          autoFocus={username === undefined}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={username !== undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
        />
        <Button type="submit" loading={isBusy} fullWidth mt="xs">
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  )
}
