import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { errorText } from '../lib/errors.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'

/** Gives a colleague a new password, which ends his sessions. */
export function PasswordDialog({
  user,
  opened,
  onClose,
}: {
  user: { _id: string; name: string }
  opened: boolean
  onClose: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { tell } = useToasts()
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string>()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setProblem(undefined)
    try {
      await rest('POST users.update', { body: { userId: user._id, data: { password } } })
      tell(t('people.changed', { name: user.name }))
      setPassword('')
      onClose()
    } catch (error) {
      setProblem(errorText(texts, error))
    }
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('people.password')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text size="sm">{t('people.passwordLead', { name: user.name })}</Text>
          <PasswordInput
            label={t('field.password')}
            description={t('field.passwordHelp')}
            autoComplete="new-password"
            minLength={8}
            required
            withAsterisk={false}
            data-autofocus
            error={problem}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          />
          <Group justify="flex-end">
            <Button type="submit">{t('action.save')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
