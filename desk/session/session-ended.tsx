import { Button, Modal, Stack, Text } from '@mantine/core'
import { useTexts } from '../texts/texts.ts'
import { signOut } from './session.ts'
import { SignInForm } from './sign-in-form.tsx'

/** Asks to sign in again above the work that stays as it is. */
export function SessionEnded({ opened, username }: { opened: boolean; username: string }) {
  const { t } = useTexts()
  return (
    <Modal
      opened={opened}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('ended.title')}
    >
      <Stack gap="md">
        <Text size="sm" c="var(--soft)">
          {t('ended.lead')}
        </Text>
        <SignInForm username={username} />
        <Button variant="subtle" size="compact-sm" onClick={() => void signOut()}>
          {t('ended.other')}
        </Button>
      </Stack>
    </Modal>
  )
}
