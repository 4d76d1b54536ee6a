import { useMemo, useState } from 'preact/hooks'
import { RestError } from '../../../client/rest.ts'
import type { ChatItem } from '../../../client/visitor-types.ts'
import { Announcer } from './announcer.tsx'
import { Composer, type ComposerMode } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import type { MessageActions } from './message.tsx'
import { useLater } from './use-later.ts'
import { useNow } from './use-session.ts'
import { authorOf, plainOf, quoteLinkOf, wordsOf } from './words.ts'

const NEW: ComposerMode = { kind: 'new' }

/** The conversation: what was said, and where to say more. */
export function Conversation() {
  const now = useNow()
  const { session, chat, ui, t } = now
  const [mode, setMode] = useState<ComposerMode>(NEW)
  const [removing, setRemoving] = useState<ChatItem>()
  const [isDropping, setDropping] = useState(false)
  const hasLeft = chat.room !== undefined && chat.room.id === ui.leftRoom
  const items = useMemo(
    () => (hasLeft ? chat.items.filter(({ kind }) => kind !== 'message') : chat.items),
    [chat.items, hasLeft],
  )
  const hasEnded = chat.room?.open === false && !hasLeft
  // Who talks will need it: it is fetched while there is a connection.
  const later = useLater(chat.room !== undefined)
  const hasFiles = chat.config?.settings?.fileUpload === true && !hasEnded

  const edit = (item: ChatItem): void => setMode({ kind: 'edit', item, text: wordsOf(item) })
  const actions: MessageActions = {
    edit,
    remove: setRemoving,
    reply: (item) =>
      setMode({ kind: 'reply', item, name: authorOf(item, now), text: plainOf(item) }),
  }
  const change = (item: ChatItem, text: string): void => {
    if (text === wordsOf(item)) return
    session
      .chat()
      .edit(item.id, quoteLinkOf(item.text) + text)
      .catch((error: unknown) => {
        const isRefused = error instanceof RestError && !error.isPassing
        session.set({ notice: t(isRefused ? 'message.tooLate' : 'form.failed') })
        // What was typed is not lost.
        if (!isRefused) setMode({ kind: 'edit', item, text })
      })
  }
  const sendFiles = (files: readonly File[]): void => {
    for (const file of files) session.chat().upload(file)
  }
  const editLast = (): void => {
    const last = items.findLast((item) => item.own && item.kind === 'message' && item.text !== '')
    if (last !== undefined && chat.room?.open) edit(last)
  }

  return (
    <div
      class="screen conversation"
      onDragOver={(event) => {
        if (!hasFiles || !event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={({ relatedTarget }) => {
        if (relatedTarget === null) setDropping(false)
      }}
      onDrop={(event) => {
        if (!hasFiles) return
        event.preventDefault()
        setDropping(false)
        sendFiles([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <Queue />
      <MessageList items={items} actions={actions} />
      <Announcer />
      <Nobody items={items} />
      {hasEnded ? (
        <>{later === undefined ? null : <later.Ended />}</>
      ) : (
        <Composer
          mode={mode}
          onCancel={() => setMode(NEW)}
          onEdit={change}
          onEditLast={editLast}
          onFiles={sendFiles}
        />
      )}
      {isDropping ? <p class="drop">{t('compose.drop')}</p> : null}
      {removing === undefined || later === undefined ? null : (
        <later.Confirm
          title={t('message.deleteTitle')}
          text={t('message.deleteText')}
          yes={t('message.delete')}
          isGrave
          onClose={() => setRemoving(undefined)}
          onYes={async () => {
            try {
              await session.chat().remove(removing.id)
            } catch (error) {
              if (!(error instanceof RestError) || error.isPassing) throw error
              session.set({ notice: t('message.tooLate') })
            }
          }}
        />
      )}
    </div>
  )
}

/** The place of somebody who waits. */
function Queue() {
  const { chat, t } = useNow()
  const { queue, agent } = chat
  if (queue === undefined || agent !== undefined || !chat.room?.open) return null
  const minutes = Math.ceil((queue.waitSeconds ?? 0) / 60)
  return (
    <section class="queue" role="status">
      <span class="wave" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <p>
        <strong dir="auto">{queue.text || t('queue.title')}</strong>
        <span>
          {t('queue.place', { place: queue.place })}
          {minutes > 0 && minutes < 600 ? ` ${t('queue.wait', { count: minutes })}` : ''}
        </span>
      </p>
    </section>
  )
}

/** Nobody takes conversations now: what was written can be left as a message. */
function Nobody({ items }: { items: readonly ChatItem[] }) {
  const { session, chat, t } = useNow()
  const waiting = items.filter(
    (item) => item.kind === 'echo' && item.failure?.code === 'no-agent-online',
  )
  if (waiting.length === 0 || chat.config?.settings?.displayOfflineForm !== true) return null
  return (
    <section class="nobody">
      <p role="status">{t('offline.nobody')}</p>
      <button
        class="primary"
        type="button"
        onClick={() => session.set({ offlineText: waiting.map(({ text }) => text).join('\n\n') })}
      >
        {t('offline.leave')}
      </button>
    </section>
  )
}
