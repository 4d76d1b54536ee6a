import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  PasswordInput,
  Stack,
  TextInput,
} from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { errorText } from '../lib/errors.ts'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'

const EMPTY = { name: '', username: '', email: '', password: '', isAgent: true, isManager: false }

/** Makes an account for a colleague. */
export function NewPerson({
  opened,
  onClose,
  onAdded,
}: {
  opened: boolean
  onClose: () => void
  onAdded: () => Promise<void>
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { can } = useAccess()
  const [form, setForm] = useState(EMPTY)
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    const { isAgent, isManager, ...person } = form
    const roles = [
      'user',
      ...(isAgent ? ['livechat-agent'] : []),
      ...(isManager ? ['livechat-manager'] : []),
    ]
    try {
      await rest('POST users.create', { body: { ...person, roles } })
      await onAdded()
      setForm(EMPTY)
      onClose()
    } catch (error) {
      setProblem(errorText(texts, error))
    } finally {
      setBusy(false)
    }
  }
  const text = (field: 'name' | 'username' | 'email' | 'password') => ({
    value: form[field],
    required: true,
    withAsterisk: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget
      setForm((before) => ({ ...before, [field]: value }))
    },
  })

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('people.add')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={(event) => void submit(event)} autoComplete="off">
        <Stack gap="md">
          {problem === undefined ? null : (
            <Alert color="red" variant="light" role="alert">
              {problem}
            </Alert>
          )}
          <TextInput label={t('field.name')} data-autofocus {...text('name')} />
          <TextInput label={t('field.username')} autoCapitalize="none" {...text('username')} />
          <TextInput label={t('field.email')} type="email" {...text('email')} />
          <PasswordInput
            label={t('field.password')}
            description={t('field.passwordHelp')}
            autoComplete="new-password"
            minLength={8}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
            {...text('password')}
          />
          {can('assign-roles') ? (
            <Group gap="lg">
              <Checkbox
                label={t('role.agent')}
                checked={form.isAgent}
                onChange={({ currentTarget: { checked } }) =>
                  setForm((before) => ({ ...before, isAgent: checked }))
                }
              />
              <Checkbox
                label={t('role.manager')}
                checked={form.isManager}
                onChange={({ currentTarget: { checked } }) =>
                  setForm((before) => ({ ...before, isManager: checked }))
                }
              />
            </Group>
          ) : null}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('people.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
