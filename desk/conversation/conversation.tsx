import { Loader } from '@mantine/core'
import { useEffect, useState, type DragEvent } from 'react'
import { useLocation } from 'wouter'
import type { ChatItem, Inquiry, Room } from '../../client/index.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useToasts } from '../lib/toasts.tsx'
import { useAccess } from '../session/access.ts'
import { useAgentName } from '../session/agents.ts'
import { useDesk, useDeskState } from '../session/desk.tsx'
import { useTexts, type Texts } from '../texts/texts.ts'
import { CloseDialog } from './close-dialog.tsx'
import { Composer } from './composer.tsx'
import './conversation.css'
import { ConversationHead } from './head.tsx'
import { Instead } from './instead.tsx'
import { MessageList } from './message-list.tsx'
import { useRoom } from './use-room.ts'

/** One conversation: who it is, what was said, and where one answers. */
export function Conversation({
  rid,
  home,
  showsDetails,
  onDetails,
}: {
  rid: string
  /** The page that a way back leads to. */
  home: string
  showsDetails: boolean
  onDetails: () => void
}) {
  const texts = useTexts()
  const { t } = texts
  const desk = useDesk()
  const [, go] = useLocation()
  const { fail, tell } = useToasts()
  const { me, can } = useAccess()
  const opened = useDeskState(({ rooms }) => rooms[rid])
  const mine = useDeskState(({ conversations }) => conversations.find((one) => one.rid === rid))
  const inquiry = useDeskState(({ queue }) => queue.find((one) => one.rid === rid))
  const room = useRoom(rid)
  const agent = useAgentName(room?.servedBy)
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
  const isServed = room?.servedBy?._id === me?._id
  const canClose = canWrite
    ? isServed || can('close-others-livechat-room')
    : isOpen && inquiry === undefined && can('close-others-livechat-room')
  /** Away from what is no longer there, with the focus where the keyboard goes on. */
  const leave = (): void => {
    go(home)
    document.getElementById('content')?.focus()
  }
  const giveBack = async (): Promise<void> => {
    try {
      await desk.returnToQueue(rid)
      tell(t('conversation.returned', { name }))
      leave()
    } catch (error) {
      fail(error)
    }
  }
  useShortcuts({
    i: onDetails,
    ...(canWrite ? { u: () => void giveBack() } : {}),
    ...(canClose ? { e: () => setClosing(true) } : {}),
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
      <ConversationHead
        name={name}
        state={stateText(texts, room, inquiry, opened?.state.open)}
        room={room}
        canWrite={canWrite}
        canClose={canClose}
        showsDetails={showsDetails}
        onBack={() => go(home)}
        onDetails={onDetails}
        onReturn={() => void giveBack()}
        onClose={() => setClosing(true)}
      />

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
        <Instead inquiry={inquiry} rid={rid} isOpen={isOpen} agent={agent} />
      )}
      {isDropping ? <div className="drop-here">{t('composer.drop')}</div> : null}
      {room === undefined ? null : (
        <CloseDialog
          room={room}
          name={name}
          opened={isClosing}
          onClose={() => setClosing(false)}
          onClosed={() => {
            tell(t('conversation.closed', { name }))
            leave()
          }}
        />
      )}
    </section>
  )
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
  { t, full }: Texts,
  room: Room | undefined,
  inquiry: Inquiry | undefined,
  isOpen: boolean | undefined,
): string {
  if (inquiry !== undefined) return t('conversation.stateWaiting')
  if (isOpen === false || (room !== undefined && room.open === undefined)) {
    const closed = t('conversation.stateClosed')
    return room?.closedAt === undefined ? closed : `${closed} · ${full(room.closedAt)}`
  }
  if (room === undefined) return ''
  const where = t(room.v.status === 'online' ? 'visitor.online' : 'visitor.away')
  return room.servedBy === undefined ? `${t('conversation.stateWaiting')} · ${where}` : where
}
