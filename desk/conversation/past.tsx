import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { ExternalLink, Search } from 'lucide-react'
import { useState } from 'react'
import type { Room } from '../../client/index.ts'
import { useRest } from '../session/desk.tsx'
import { useTexts } from '../texts/texts.ts'
import { PastConversation, type PastChat } from './past-conversation.tsx'

/** What was said with this visitor before; it can be searched. */
export function Past({ room }: { room: Room }) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const [words, setWords] = useState('')
  const [searchText] = useDebouncedValue(words.trim(), 250)
  const [shown, setShown] = useState<PastChat>()
  const { data } = useQuery({
    queryKey: ['past', room._id, searchText],
    queryFn: async () => {
      const { history } = await rest(
        'GET livechat/visitors.searchChats/room/:roomId/visitor/:visitorId',
        {
          params: { roomId: room._id, visitorId: room.v._id },
          query: { closedChatsOnly: true, count: 20, ...(searchText === '' ? {} : { searchText }) },
        },
      )
      return history.filter(({ _id }) => _id !== room._id)
    },
    placeholderData: (before) => before,
  })
  const isSearchable = words !== '' || (data?.length ?? 0) > 0
  return (
    <section>
      <h3>{t('details.past')}</h3>
      {isSearchable ? (
        <TextInput
          size="xs"
          mb="xs"
          type="search"
          leftSection={<Search size={14} />}
          aria-label={t('details.searchPast')}
          placeholder={t('details.searchPast')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      ) : null}
      {data?.length === 0 ? (
        <p className="soft none">
          {t(searchText === '' ? 'details.noPast' : 'details.nothingFound')}
        </p>
      ) : null}
      <ul className="past">
        {data?.map((chat) => (
          <li key={chat._id}>
            <button type="button" onClick={() => setShown(chat)}>
              <strong>{texts.full(chat.ts)}</strong>
              <span className="one-line soft">
                {chat.servedBy === undefined
                  ? t('past.unserved')
                  : t('past.servedBy', { name: chat.servedBy.username })}
                {' · '}
                {t('past.messages', { count: chat.msgs })}
              </span>
              {chat.closingMessage === undefined || chat.closingMessage.msg === '' ? null : (
                <span className="one-line soft">{chat.closingMessage.msg}</span>
              )}
              <ExternalLink size={13} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <PastConversation chat={shown} onClose={() => setShown(undefined)} />
    </section>
  )
}
