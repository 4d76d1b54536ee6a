import { Button, Group, Modal, Stack, Textarea } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { errorText } from '../lib/errors.ts'
import { useDesk } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'

/** Ends a conversation, with a word for the record. */
export function CloseDialog({
  rid,
  name,
  opened,
  onClose,
  onClosed,
}: {
  rid: string
  name: string
  opened: boolean
  onClose: () => void
  onClosed: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const desk = useDesk()
  const [comment, setComment] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await desk.closeConversation(rid, comment.trim())
      setComment('')
      onClose()
      onClosed()
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
      title={t('close.title', { name })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Textarea
            label={t('close.comment')}
            description={t('close.commentHelp')}
            error={problem}
            autosize
            minRows={3}
            maxLength={5000}
            data-autofocus
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('conversation.close')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
