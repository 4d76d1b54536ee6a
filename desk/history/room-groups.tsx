import { Star } from 'lucide-react'
import { Link } from 'wouter'
import type { Room } from '../../client/index.ts'
import { WaitingTime } from '../inbox/waiting-time.tsx'
import { useDeskState } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import type { ListedAgent } from '../session/agents.ts'
import { useTexts } from '../texts/texts.ts'
import { writeFilter, type Filter } from './filter.ts'

/** Conversations as they are listed: the open ones below the name of who serves them. */
export function RoomGroups({
  rooms,
  filter,
  agents,
  rid,
}: {
  rooms: readonly Room[]
  filter: Filter
  agents: readonly ListedAgent[]
  rid: string | undefined
}) {
  const search = writeFilter(filter)
  const list = (some: readonly Room[]) => (
    <ul>
      {some.map((room) => (
        <RoomRow
          key={room._id}
          room={room}
          agent={agents.find(({ id }) => id === room.servedBy?._id)?.name}
          search={search}
          isChosen={room._id === rid}
        />
      ))}
    </ul>
  )
  if (filter.state === 'closed') return list(rooms)
  const groups = Map.groupBy(rooms, ({ servedBy }) => servedBy?._id ?? '')
  return [...groups].map(([id, some]) => (
    <section key={id}>
      <GroupName
        id={id}
        name={agents.find((one) => one.id === id)?.name ?? some[0]?.servedBy?.username ?? ''}
        status={agents.find((one) => one.id === id)?.status}
        count={some.length}
      />
      {list(some)}
    </section>
  ))
}

function GroupName({
  id,
  name,
  status,
  count,
}: {
  id: string
  name: string
  status: string | undefined
  count: number
}) {
  const { t, number } = useTexts()
  const told = useDeskState(({ statuses }) => statuses[id])
  return (
    <h2>
      {id === '' ? (
        t('queue.title')
      ) : (
        <>
          <Avatar name={name} size={22} status={told ?? status} />
          <span className="one-line">{name}</span>
        </>
      )}
      <span className="list-count">{number(count)}</span>
    </h2>
  )
}

function RoomRow({
  room,
  agent,
  search,
  isChosen,
}: {
  room: Room
  agent: string | undefined
  search: string
  isChosen: boolean
}) {
  const texts = useTexts()
  const { t } = texts
  const isOpen = room.open === true
  const waitsSince =
    room.servedBy === undefined
      ? (room.queuedAt ?? room.ts)
      : room.waitingResponse === true
        ? (room.v.lastMessageTs ?? room.lm)
        : undefined
  return (
    <li className="row">
      <Link
        className="row-link"
        href={`/history/${room._id}${search}`}
        aria-current={isChosen ? 'page' : undefined}
      >
        <Avatar name={room.fname} size={40} status={isOpen ? room.v.status : undefined} />
        <span className="row-text">
          <span className="row-top">
            <strong className="one-line">{room.fname}</strong>
            {isOpen && waitsSince !== undefined ? (
              <WaitingTime since={waitsSince} />
            ) : (
              <time className="soft numbers">{texts.short(room.closedAt ?? room.lm)}</time>
            )}
          </span>
          <span className="row-top">
            <span className="row-last one-line">
              {isOpen ? lastWords(room) : summary(t, room, agent)}
            </span>
            {room.satisfaction === undefined ? null : (
              <span className="rating numbers">
                <Star size={12} aria-hidden="true" />
                <span className="unseen">{t('details.rating')} </span>
                {room.satisfaction}
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  )
}

const lastWords = ({ lastMessage }: Room): string => lastMessage?.msg ?? ''

const summary = (
  t: ReturnType<typeof useTexts>['t'],
  room: Room,
  agent = room.servedBy?.username,
): string =>
  [
    agent === undefined ? t('past.unserved') : t('past.servedBy', { name: agent }),
    t('past.messages', { count: room.msgs }),
    ...(room.tags ?? []),
  ].join(' · ')
