import { ActionIcon, Button, Switch, Tooltip } from '@mantine/core'
import { Bell, BellOff, Coffee, PencilLine } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Conversation, Inquiry } from '../../client/index.ts'
import { hasDraft } from '../conversation/drafts.ts'
import { usePageTitle } from '../lib/page-title.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useDesk, useDeskState } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { isNew, useManualRouting, useMuted } from './attention.ts'
import { WaitingTime } from './waiting-time.tsx'

/** What waits for somebody, and the conversations of the agent. */
export function InboxList({ rid }: { rid: string | undefined }) {
  const { t, number } = useTexts()
  const desk = useDesk()
  const [, go] = useLocation()
  const { fail } = useToasts()
  const queue = useDeskState((state) => state.queue)
  const conversations = useDeskState((state) => state.conversations)
  const phase = useDeskState((state) => state.phase)
  const [isMuted, mute] = useMuted()
  const [taking, setTaking] = useState<string>()
  const isManual = useManualRouting()
  usePageTitle(t('inbox.title'))

  const take = (inquiry: Inquiry): void => {
    setTaking(inquiry._id)
    desk
      .take(inquiry._id)
      .then((taken) => go(`/conversations/${taken}`), fail)
      .finally(() => setTaking(undefined))
  }
  const move = (step: number): void => {
    const index = conversations.findIndex((one) => one.rid === rid)
    const next = conversations[index === -1 ? 0 : index + step]
    if (next !== undefined) go(`/conversations/${next.rid}`)
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ...(queue[0] === undefined ? {} : { t: () => take(queue[0]!) }),
  })

  return (
    <section className="list" aria-label={t('inbox.title')}>
      <header className="list-head">
        <h1>{t('inbox.title')}</h1>
        <Tooltip label={isMuted ? t('inbox.unmute') : t('inbox.mute')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('inbox.mute')}
            aria-pressed={isMuted}
            onClick={mute}
          >
            {isMuted ? <BellOff size={18} /> : <Bell size={18} />}
          </ActionIcon>
        </Tooltip>
        <Availability />
      </header>
      <div className="list-body">
        <h2>
          {t('queue.title')} <span className="list-count">{number(queue.length)}</span>
        </h2>
        <span className="unseen" role="status">
          {queue.length > 0 ? t('queue.announce', { count: queue.length }) : ''}
        </span>
        {queue.length === 0 ? (
          <p className="list-none">
            <Coffee size={16} aria-hidden="true" />
            {t('queue.empty')}
          </p>
        ) : (
          <ul>
            {queue.map((inquiry) => (
              <li key={inquiry._id} className="row" data-ringing={isManual || undefined}>
                <Link
                  className="row-link"
                  href={`/conversations/${inquiry.rid}`}
                  aria-current={inquiry.rid === rid ? 'page' : undefined}
                >
                  <Avatar name={inquiry.name} size={40} />
                  <span className="row-text">
                    <span className="row-top">
                      <strong className="one-line">{inquiry.name}</strong>
                      <WaitingTime since={inquiry.queuedAt ?? inquiry.ts} />
                    </span>
                    <span className="row-last one-line">
                      {inquiry.lastMessage?.msg ?? inquiry.message}
                    </span>
                  </span>
                </Link>
                <Button
                  className="row-take"
                  size="compact-sm"
                  loading={taking === inquiry._id}
                  aria-label={t('queue.takeOne', { name: inquiry.name })}
                  onClick={() => take(inquiry)}
                >
                  {t('queue.take')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <h2>
          {t('inbox.mine')} <span className="list-count">{number(conversations.length)}</span>
        </h2>
        {conversations.length === 0 && phase === 'ready' ? (
          <p className="list-none">{t('inbox.noneMine')}</p>
        ) : null}
        <ul>
          {conversations.map((one) => (
            <ConversationRow key={one.rid} conversation={one} isChosen={one.rid === rid} />
          ))}
        </ul>
      </div>
    </section>
  )
}

function ConversationRow({
  conversation,
  isChosen,
}: {
  conversation: Conversation
  isChosen: boolean
}) {
  const texts = useTexts()
  const { t } = texts
  const { rid, subscription, room, unread, lastMessage } = conversation
  const isTyping = useDeskState(({ rooms }) => (rooms[rid]?.state.typing.length ?? 0) > 0)
  const name = subscription.fname
  const status = room?.v.status ?? subscription.v.status
  const said = lastMessage?.t === undefined ? lastMessage : undefined
  const isOwn = said?.u._id === subscription.u._id
  const words = said?.msg === '' && said.file !== undefined ? said.file.name : said?.msg
  const isLoud = !isChosen && (unread > 0 || isNew(conversation))
  return (
    <li
      className="row"
      data-loud={isLoud || undefined}
      data-ringing={(isNew(conversation) && !isChosen) || undefined}
    >
      <Link
        className="row-link"
        href={`/conversations/${rid}`}
        aria-current={isChosen ? 'page' : undefined}
      >
        <Avatar name={name} size={40} status={status} />
        <span className="row-text">
          <span className="row-top">
            <strong className="one-line">{name}</strong>
            <time className="soft numbers">{texts.short(lastMessage?.ts ?? subscription.ts)}</time>
          </span>
          <span className="row-top">
            <span className="row-last one-line">
              {isTyping ? (
                <em>{t('inbox.typing')}</em>
              ) : !isChosen && hasDraft(subscription.u._id, rid) ? (
                <>
                  <PencilLine size={13} aria-hidden="true" /> {t('inbox.draft')}
                </>
              ) : (
                <>
                  {isOwn ? `${t('message.you')}: ` : ''}
                  {words ?? t('inbox.noWords')}
                </>
              )}
            </span>
            {isLoud ? (
              <span className="row-count">
                {unread > 0 ? (
                  <>
                    {texts.number(unread)}
                    <span className="unseen"> {t('inbox.unread', { count: unread })}</span>
                  </>
                ) : (
                  t('inbox.new')
                )}
              </span>
            ) : null}
          </span>
        </span>
      </Link>
    </li>
  )
}

/** Whether this agent takes conversations. */
function Availability() {
  const { t } = useTexts()
  const desk = useDesk()
  const { fail } = useToasts()
  const { me } = useAccess()
  const availability = useDeskState((state) => state.availability)
  const isAgent = me?.roles?.includes('livechat-agent') === true
  const isOn = availability === 'available'
  const change = (): void => {
    desk.setAvailability(isOn ? 'not-available' : 'available').catch(fail)
  }
  useShortcuts(isAgent ? { a: change } : {})
  if (!isAgent) return null
  return (
    <Switch
      className="availability"
      size="sm"
      color="green.8"
      checked={isOn}
      onChange={change}
      label={isOn ? t('availability.on') : t('availability.off')}
      labelPosition="left"
    />
  )
}
