import { Button, Checkbox, Group, Modal, Stack, TagsInput, Textarea } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { Room } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { useDesk } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { useVisitor } from './use-visitor.ts'

/** Ends a conversation, with a word for the record. */
export function CloseDialog({
  room,
  name,
  opened,
  onClose,
  onClosed,
}: {
  room: Room
  name: string
  opened: boolean
  onClose: () => void
  onClosed: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const desk = useDesk()
  const email = useVisitor(room)?.visitorEmails?.[0]?.address
  const [comment, setComment] = useState('')
  const [typedTags, setTags] = useState<string[]>()
  const [sendTranscript, setSendTranscript] = useState<boolean>()
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const tags = typedTags ?? room.tags ?? []

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await desk.closeConversation(room._id, comment.trim(), { tags, sendTranscript })
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
          <TagsInput
            label={t('details.tags')}
            description={t('details.tagsHelp')}
            maxTags={50}
            value={tags}
            onChange={setTags}
          />
          {email === undefined ? null : (
            <Checkbox
              label={t('close.transcript', { email })}
              checked={sendTranscript ?? room.transcriptRequest !== undefined}
              onChange={(event) => setSendTranscript(event.currentTarget.checked)}
            />
          )}
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
