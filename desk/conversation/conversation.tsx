import { ActionIcon, Button, Loader, Menu, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, CircleCheck, EllipsisVertical, PanelRight, Undo2 } from 'lucide-react'
import { useEffect, useState, type DragEvent } from 'react'
import { useLocation } from 'wouter'
import type { ChatItem, Inquiry, Room } from '../../client/index.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useDesk, useDeskState, useRest } from '../session/desk.tsx'
import { Avatar } from '../shell/avatar.tsx'
import { useTexts } from '../texts/texts.ts'
import { CloseDialog } from './close-dialog.tsx'
import { Composer } from './composer.tsx'
import './conversation.css'
import { MessageList } from './message-list.tsx'

/** One conversation: who it is, what was said, and where one answers. */
export function Conversation({
  rid,
  showsDetails,
  onDetails,
}: {
  rid: string
  showsDetails: boolean
  onDetails: () => void
}) {
  const { t } = useTexts()
  const desk = useDesk()
  const [, go] = useLocation()
  const { fail, tell } = useToasts()
  const { me } = useAccess()
  const opened = useDeskState(({ rooms }) => rooms[rid])
  const mine = useDeskState(({ conversations }) => conversations.find((one) => one.rid === rid))
  const inquiry = useDeskState(({ queue }) => queue.find((one) => one.rid === rid))
  const room = useRoom(rid, mine?.room)
  const [edited, setEdited] = useState<ChatItem>()
  const [isClosing, setClosing] = useState(false)
  const [isDropping, setDropping] = useState(false)

  useEffect(() => {
    desk.openRoom(rid)
    return () => desk.closeRoomView(rid)
  }, [desk, rid])
  useMarkRead(rid, mine !== undefined)

  const name = mine?.subscription.fname ?? inquiry?.name ?? room?.fname ?? ''
  const isOpen = opened?.state.open !== false && room?.open !== undefined
  const canWrite = mine !== undefined && opened?.state.open !== false
  const giveBack = async (): Promise<void> => {
    try {
      await desk.returnToQueue(rid)
      tell(t('conversation.returned', { name }))
      go('/')
    } catch (error) {
      fail(error)
    }
  }
  useShortcuts({
    i: onDetails,
    ...(canWrite ? { u: () => void giveBack(), e: () => setClosing(true) } : {}),
  })

  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(false)
    if (!canWrite) return
    for (const file of event.dataTransfer.files) {
      desk.upload(rid, file).done.catch(() => undefined)
    }
  }

  return (
    <section
      className="conversation"
      aria-label={t('conversation.with', { name })}
      onDragOver={(event) => {
        event.preventDefault()
        if (canWrite) setDropping(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false)
      }}
      onDrop={drop}
    >
      <header className="conversation-head">
        <ActionIcon
          className="phone-only"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('action.back')}
          onClick={() => go('/')}
        >
          <ArrowLeft size={20} className="mirrored" />
        </ActionIcon>
        <Avatar name={name} status={room?.v.status} />
        <div className="conversation-title">
          <h1 className="one-line">{name}</h1>
          <p className="one-line soft">{stateText(t, room, inquiry, opened?.state.open)}</p>
        </div>
        {canWrite ? (
          <div className="conversation-actions">
            <Tooltip label={t('conversation.return')}>
              <ActionIcon
                className="desk-only"
                variant="default"
                size="lg"
                aria-label={t('conversation.return')}
                onClick={() => void giveBack()}
              >
                <Undo2 size={17} />
              </ActionIcon>
            </Tooltip>
            <Button
              className="desk-only"
              variant="default"
              size="sm"
              leftSection={<CircleCheck size={16} />}
              onClick={() => setClosing(true)}
            >
              {t('conversation.close')}
            </Button>
          </div>
        ) : null}
        <Tooltip label={t('details.title')}>
          <ActionIcon
            className="desk-only toggle"
            variant="default"
            size="lg"
            aria-label={t('details.title')}
            aria-pressed={showsDetails}
            onClick={onDetails}
          >
            <PanelRight size={17} className="mirrored" />
          </ActionIcon>
        </Tooltip>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              className="phone-only"
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('action.more')}
            >
              <EllipsisVertical size={20} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<PanelRight size={16} />} onClick={onDetails}>
              {t('details.title')}
            </Menu.Item>
            {canWrite ? (
              <>
                <Menu.Item leftSection={<Undo2 size={16} />} onClick={() => void giveBack()}>
                  {t('conversation.return')}
                </Menu.Item>
                <Menu.Item leftSection={<CircleCheck size={16} />} onClick={() => setClosing(true)}>
                  {t('conversation.close')}
                </Menu.Item>
              </>
            ) : null}
          </Menu.Dropdown>
        </Menu>
      </header>

      {opened === undefined || opened.phase === 'loading' ? (
        <div className="conversation-wait">
          <Loader size="sm" aria-label={t('action.loading')} />
        </div>
      ) : opened.phase === 'failed' ? (
        <div className="conversation-wait soft">{t('conversation.hidden')}</div>
      ) : (
        <MessageList rid={rid} opened={opened} visitorName={name} onEdit={setEdited} />
      )}

      {canWrite && me !== undefined ? (
        <Composer
          rid={rid}
          userId={me._id}
          visitorName={name}
          edited={edited}
          onEdit={setEdited}
          items={opened?.items ?? []}
        />
      ) : (
        <Instead inquiry={inquiry} rid={rid} isOpen={isOpen} />
      )}
      {isDropping ? <div className="drop-here">{t('composer.drop')}</div> : null}
      <CloseDialog
        rid={rid}
        name={name}
        opened={isClosing}
        onClose={() => setClosing(false)}
        onClosed={() => {
          tell(t('conversation.closed', { name }))
          go('/')
        }}
      />
    </section>
  )
}

/** What stands where one would write, while one cannot. */
function Instead({
  inquiry,
  rid,
  isOpen,
}: {
  inquiry: Inquiry | undefined
  rid: string
  isOpen: boolean
}) {
  const { t } = useTexts()
  const desk = useDesk()
  const rest = useRest()
  const { fail } = useToasts()
  const [isBusy, setBusy] = useState(false)
  const act = (work: Promise<unknown>): void => {
    setBusy(true)
    work.catch(fail).finally(() => setBusy(false))
  }
  if (inquiry !== undefined) {
    return (
      <div className="instead">
        <span>{t('queue.waits', { name: inquiry.name })}</span>
        <Button loading={isBusy} onClick={() => act(desk.take(inquiry._id))}>
          {t('queue.take')}
        </Button>
      </div>
    )
  }
  if (!isOpen) return <div className="instead soft">{t('conversation.over')}</div>
  return (
    <div className="instead">
      <span>{t('conversation.others')}</span>
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => act(rest('GET livechat/room.join', { query: { roomId: rid } }))}
      >
        {t('conversation.join')}
      </Button>
    </div>
  )
}

/** The room as the list knows it, else as the server tells it. */
function useRoom(rid: string, known: Room | undefined): Room | undefined {
  const rest = useRest()
  const { data } = useQuery({
    queryKey: ['room', rid],
    queryFn: async () => (await rest('GET rooms.info', { query: { roomId: rid } })).room,
    enabled: known === undefined,
  })
  return known ?? data
}

/** What is on screen is read, as long as somebody looks at the page. */
function useMarkRead(rid: string, isMine: boolean): void {
  const desk = useDesk()
  const last = useDeskState(({ rooms }) => rooms[rid]?.state.messages.at(-1)?._id)
  const unread = useDeskState(
    ({ conversations }) =>
      conversations.find((one) => one.rid === rid)?.subscription.alert === true,
  )
  useEffect(() => {
    if (!isMine) return
    const mark = (): void => {
      if (document.visibilityState === 'visible' && document.hasFocus()) desk.markRead(rid)
    }
    mark()
    addEventListener('focus', mark)
    document.addEventListener('visibilitychange', mark)
    return () => {
      removeEventListener('focus', mark)
      document.removeEventListener('visibilitychange', mark)
    }
  }, [desk, rid, isMine, last, unread])
}

function stateText(
  t: ReturnType<typeof useTexts>['t'],
  room: Room | undefined,
  inquiry: Inquiry | undefined,
  isOpen: boolean | undefined,
): string {
  if (inquiry !== undefined) return t('conversation.stateWaiting')
  if (isOpen === false || (room !== undefined && room.open === undefined)) {
    return t('conversation.stateClosed')
  }
  if (room === undefined) return ''
  return room.v.status === 'online' ? t('visitor.online') : t('visitor.away')
}
