import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { Room } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { useVisitor } from './use-visitor.ts'

/** Has the conversation, as it stands, sent by e-mail. */
export function TranscriptDialog({
  room,
  opened,
  onClose,
}: {
  room: Room
  opened: boolean
  onClose: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { tell } = useToasts()
  const known = useVisitor(room)?.visitorEmails?.[0]?.address ?? ''
  const [typed, setTyped] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const email = typed ?? known

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await rest('POST foyer/room.transcript', { body: { rid: room._id, email: email.trim() } })
      tell(t('transcript.sent', { email }))
      setTyped(undefined)
      onClose()
    } catch (error) {
      setProblem(errorText(texts, error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('transcript.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <TextInput
            type="email"
            required
            withAsterisk={false}
            dir="ltr"
            label={t('field.email')}
            description={t('transcript.help')}
            error={problem}
            data-autofocus
            value={email}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('composer.send')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
