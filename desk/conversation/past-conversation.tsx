import { Loader, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { AnswerOf, Endpoints } from '../../client/endpoints.ts'
import type { ChatItem } from '../../client/index.ts'
import { errorText } from '../lib/errors.ts'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { Entry } from './entry.tsx'
import { rowsOf } from './rows.ts'

type History = AnswerOf<
  Endpoints['GET livechat/visitors.searchChats/room/:roomId/visitor/:visitorId']
>
/** A conversation that is over. */
export type PastChat = History['history'][number]

const NEWEST = 100

/** What was said in a conversation that is over; nothing when there is none to show. */
export function PastConversation({
  chat,
  onClose,
}: {
  chat: PastChat | undefined
  onClose: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const rid = chat?._id ?? ''
  const { data, error } = useQuery({
    queryKey: ['past-messages', rid],
    queryFn: async () => {
      const query = { count: NEWEST, sort: '{"ts":-1}' }
      return (await rest('GET livechat/:rid/messages', { params: { rid }, query })).messages
    },
    enabled: chat !== undefined,
  })
  const items = (data ?? []).toReversed().map((message): ChatItem => ({
    kind: 'message',
    id: message._id,
    text: message.msg,
    message,
    // What is over is read, not changed.
    own: false,
  }))
  return (
    <Modal
      opened={chat !== undefined}
      onClose={onClose}
      size="lg"
      title={chat === undefined ? '' : t('past.title', { date: texts.full(chat.ts) })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {error !== null ? <p role="alert">{errorText(texts, error)}</p> : null}
      {data === undefined && error === null ? (
        <Loader size="sm" aria-label={t('action.loading')} />
      ) : null}
      {rowsOf(texts, items).map((row) => (
        <Entry
          key={row.key}
          row={row}
          rid={rid}
          visitorName={chat?.fname ?? ''}
          onEdit={() => {}}
        />
      ))}
    </Modal>
  )
}
