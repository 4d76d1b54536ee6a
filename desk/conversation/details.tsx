import { CloseButton, Loader, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Clock, ExternalLink, Globe, Laptop, Mail, MapPin, Phone, Search, Tag } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Room } from '../../client/index.ts'
import { useRest } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { browserName } from './browser-name.ts'
import './details.css'
import { safeLink } from './links.ts'
import { PastConversation, type PastChat } from './past-conversation.tsx'

const PAGES = 20

/** Who writes: what is known of the visitor, the pages he looked at, what was said before. */
export function Details({
  room,
  onClose,
  isNarrow,
}: {
  room: Room
  onClose: () => void
  /** In a drawer, which has a button and a name of its own. */
  isNarrow: boolean
}) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { data: visitor } = useQuery({
    queryKey: ['visitor', room.v._id],
    queryFn: async () =>
      (await rest('GET livechat/visitors.info', { query: { visitorId: room.v._id } })).visitor,
  })
  const name = visitor?.name ?? room.fname
  const fields = Object.entries({
    ...(visitor?.livechatData as Record<string, unknown> | undefined),
    ...(room.livechatData as Record<string, unknown> | undefined),
  })
  const browser = visitor?.userAgent === undefined ? undefined : browserName(visitor.userAgent)
  return (
    <aside className="details" aria-label={t('details.title')}>
      <header className="details-head">
        <Avatar name={name} size={52} status={room.v.status} />
        <div>
          <h2 className="one-line">{name}</h2>
          <p className="soft">
            {room.v.status === 'online' ? t('visitor.online') : t('visitor.away')}
          </p>
        </div>
        {isNarrow ? null : <CloseButton aria-label={t('action.close')} onClick={onClose} />}
      </header>

      <dl className="facts">
        {visitor?.visitorEmails?.map(({ address }) => (
          <Fact key={address} icon={<Mail size={15} />} label={t('details.email')}>
            <a href={`mailto:${address}`}>{address}</a>
          </Fact>
        ))}
        {visitor?.phone?.map(({ phoneNumber }) => (
          <Fact key={phoneNumber} icon={<Phone size={15} />} label={t('details.phone')}>
            <a href={`tel:${phoneNumber}`}>{phoneNumber}</a>
          </Fact>
        ))}
        {browser === undefined ? null : (
          <Fact icon={<Laptop size={15} />} label={t('details.browser')}>
            {browser}
          </Fact>
        )}
        {visitor?.ip === undefined ? null : (
          <Fact icon={<MapPin size={15} />} label={t('details.ip')}>
            {visitor.ip}
          </Fact>
        )}
        {visitor === undefined ? null : (
          <Fact icon={<Clock size={15} />} label={t('details.since')}>
            {texts.full(visitor.ts)}
          </Fact>
        )}
        {fields.map(([key, value]) => (
          <Fact key={key} icon={<Tag size={15} />} label={key}>
            {String(value)}
          </Fact>
        ))}
      </dl>
      <Pages rid={room._id} />
      <Past room={room} />
    </aside>
  )
}

function Fact({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        <span aria-hidden="true">{icon}</span>
        {label}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

function Pages({ rid }: { rid: string }) {
  const texts = useTexts()
  const { t } = texts
  const rest = useRest()
  const { data } = useQuery({
    queryKey: ['pages', rid],
    queryFn: async () => {
      const parts = { params: { roomId: rid }, query: { count: PAGES } }
      return (await rest('GET livechat/visitors.pagesVisited/:roomId', parts)).pages
    },
    refetchInterval: 20_000,
  })
  return (
    <section>
      <h3>{t('details.pages')}</h3>
      {data === undefined ? <Loader size="xs" aria-label={t('action.loading')} /> : null}
      {data?.length === 0 ? <p className="soft none">{t('details.noPages')}</p> : null}
      <ol className="pages">
        {data?.map(({ _id, ts, navigation: { page } }) => {
          const href = safeLink(page.location.href)
          const title = page.title === '' ? page.location.href : page.title
          return (
            <li key={_id}>
              <Globe size={14} aria-hidden="true" />
              {href === undefined ? (
                <span className="one-line">{title}</span>
              ) : (
                <a
                  className="one-line"
                  href={href}
                  title={page.location.href}
                  target="_blank"
                  rel="noopener noreferrer nofollow"
                >
                  {title}
                </a>
              )}
              <time className="soft" dateTime={ts}>
                {texts.short(ts)}
              </time>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function Past({ room }: { room: Room }) {
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
