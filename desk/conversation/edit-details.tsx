import { Button, Group, Modal, NativeSelect, Stack, TagsInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Room } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { useFields, valuesOf } from './use-fields.ts'
import { visitorKey, type Visitor } from './use-visitor.ts'

/** Writes down who the visitor is and what the conversation is about. */
export function EditDetails({
  room,
  visitor,
  onClose,
}: {
  room: Room
  visitor: Visitor
  onClose: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const queries = useQueryClient()
  const { can } = useAccess()
  const [person, setPerson] = useState({
    name: visitor.name ?? '',
    email: visitor.visitorEmails?.[0]?.address ?? '',
    phone: visitor.phone?.[0]?.phoneNumber ?? '',
  })
  const [topic, setTopic] = useState(room.topic ?? '')
  const [tags, setTags] = useState<string[]>(room.tags ?? [])
  const [visitorValues, setVisitorValues] = useState(() => valuesOf(visitor.livechatData))
  const [roomValues, setRoomValues] = useState(() => valuesOf(room.livechatData))
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const withFields = can('edit-livechat-room-customfields')

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    const fields = (livechatData: Record<string, string>) => (withFields ? { livechatData } : {})
    try {
      const guestData = { _id: visitor._id, ...person, ...fields(visitorValues) }
      const roomData = { _id: room._id, topic, tags, ...fields(roomValues) }
      await rest('POST livechat/room.saveInfo', { body: { guestData, roomData } })
      await Promise.all([
        queries.invalidateQueries({ queryKey: visitorKey(room) }),
        queries.invalidateQueries({ queryKey: ['room', room._id] }),
        queries.invalidateQueries({ queryKey: ['rooms'] }),
      ])
      onClose()
    } catch (error) {
      setProblem(errorText(texts, error))
    } finally {
      setBusy(false)
    }
  }

  const part = (key: keyof typeof person, maxLength: number) => ({
    label: t(`details.${key}`),
    maxLength,
    value: person[key],
    onChange: (event: { currentTarget: { value: string } }) =>
      setPerson({ ...person, [key]: event.currentTarget.value }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('details.edit')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <TextInput {...part('name', 200)} data-autofocus />
          <TextInput {...part('email', 254)} type="email" dir="ltr" />
          <TextInput {...part('phone', 64)} type="tel" dir="ltr" />
          {withFields ? (
            <Values scope="visitor" values={visitorValues} onChange={setVisitorValues} />
          ) : null}
          <TextInput
            label={t('details.topic')}
            maxLength={1000}
            value={topic}
            onChange={(event) => setTopic(event.currentTarget.value)}
          />
          <TagsInput
            label={t('details.tags')}
            description={t('details.tagsHelp')}
            maxTags={50}
            value={tags}
            onChange={setTags}
          />
          {withFields ? <Values scope="room" values={roomValues} onChange={setRoomValues} /> : null}
          {problem === undefined ? null : (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function Values({
  scope,
  values,
  onChange,
}: {
  scope: 'visitor' | 'room'
  values: Readonly<Record<string, string>>
  onChange: (values: Record<string, string>) => void
}) {
  return useFields(scope).map(({ _id, label, type, options }) => {
    const parts = {
      label,
      value: values[_id] ?? '',
      onChange: (event: { currentTarget: { value: string } }) =>
        onChange({ ...values, [_id]: event.currentTarget.value }),
    }
    if (type !== 'select') return <TextInput key={_id} maxLength={500} {...parts} />
    const choices = options.split(',').map((option) => option.trim())
    return <NativeSelect key={_id} data={['', ...choices]} {...parts} />
  })
}
