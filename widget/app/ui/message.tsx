import type { ChatItem } from '../../../client/visitor-types.ts'
import { fileRefusalOf, refusalOf } from './failure.ts'
import { Icon, type IconName } from './icons.tsx'
import { Menu, type MenuItem } from './menu.tsx'
import { isBigEmoji, withLinks } from './plain-text.tsx'
import { useLater } from './use-later.ts'
import { useNow } from './use-session.ts'
import { plainOf, timeOf, wordsOf } from './words.ts'

const MARKS = { sending: 'clock', sent: 'check', read: 'checks', failed: 'alert' } as const

/** What can be done with a message by who reads it. */
export interface MessageActions {
  edit: (item: ChatItem) => void
  remove: (item: ChatItem) => void
  reply: (item: ChatItem) => void
}

/** One message with its mark, and what can be done with it. */
export function MessageBubble(props: {
  item: ChatItem
  /** The last one of what one person said at once: time and mark stand below it. */
  isLast: boolean
  isTabbable: boolean
  actions: MessageActions
}) {
  const { item, isLast, isTabbable, actions } = props
  const { t, time } = useNow()
  // The conversation around has asked for it.
  const later = useLater(false)
  const side = item.own ? 'own' : 'other'
  const isStored = item.kind === 'message'
  const isEdited = isStored && item.message.editedAt !== undefined
  const isFailed = item.delivery === 'failed'
  const showsFoot = isLast || isFailed || item.delivery === 'sending' || isEdited
  const tree = isStored && item.text === item.message.msg ? item.message.md : undefined
  const isBig = isBigEmoji(tree)
  const holdsPicture = isStored && item.message.file?.type.startsWith('image/') === true
  return (
    <div class={`message ${side} ${isFailed ? 'failed' : ''}`} id={`m-${item.id}`}>
      <div class={`bubble ${isBig ? 'big' : ''} ${holdsPicture ? 'media' : ''}`} dir="auto">
        {item.kind === 'upload' ? <Sending item={item} /> : null}
        {later && isStored ? <later.Attachments list={item.message.attachments} /> : null}
        {later && item.kind === 'echo' && item.quote ? <later.Quote id={item.quote} /> : null}
        {item.text === '' ? null : later && tree?.length ? (
          <later.Markup tree={tree} />
        ) : (
          <p>{withLinks(wordsOf(item))}</p>
        )}
      </div>
      {isStored && !isFailed ? (
        <Options item={item} isTabbable={isTabbable} actions={actions} />
      ) : null}
      {showsFoot ? (
        <div class="foot">
          {isFailed ? (
            <Failed item={item} />
          ) : (
            <>
              {isEdited ? <span>{t('message.edited')}</span> : null}
              <time dateTime={timeOf(item).toISOString()}>{time(timeOf(item))}</time>
              {item.delivery === undefined ? null : <Mark delivery={item.delivery} />}
            </>
          )}
        </div>
      ) : null}
    </div>
  )
}

function Mark({ delivery }: { delivery: 'sending' | 'sent' | 'read' | 'failed' }) {
  const { t } = useNow()
  const name: IconName = MARKS[delivery]
  return (
    <span class={`mark ${delivery}`}>
      <Icon name={name} />
      <span class="unseen">{t(`delivery.${delivery}`)}</span>
    </span>
  )
}

function Failed({ item }: { item: ChatItem }) {
  const now = useNow()
  const { session, t } = now
  const failure = 'failure' in item ? item.failure : undefined
  const why =
    failure === undefined
      ? ''
      : item.kind === 'upload'
        ? fileRefusalOf(now, failure)
        : refusalOf(now, failure)
  return (
    <span class="failure">
      <Icon name="alert" />
      <span>
        {t('delivery.failed')}. {why}
      </span>
      <button type="button" class="link" onClick={() => session.chat().retry(item.id)}>
        {t('delivery.retry')}
      </button>
      <button type="button" class="link" onClick={() => session.chat().discard(item.id)}>
        {t('delivery.discard')}
      </button>
    </span>
  )
}

function Sending({ item }: { item: ChatItem & { kind: 'upload' } }) {
  const { session, t } = useNow()
  const { id, name, progress, delivery } = item
  return (
    <div class="sending">
      <Icon name="file" />
      <span class="name">{name}</span>
      {delivery === 'sending' ? (
        <>
          <progress aria-label={t('file.sending', { name })} value={progress} max={1} />
          <button
            class="tool"
            type="button"
            aria-label={t('file.cancel', { name })}
            onClick={() => session.chat().discard(id)}
          >
            <Icon name="close" />
          </button>
        </>
      ) : null}
    </div>
  )
}

function Options(props: {
  item: ChatItem & { kind: 'message' }
  isTabbable: boolean
  actions: MessageActions
}) {
  const { item, isTabbable, actions } = props
  const { chat, t } = useNow()
  const words = wordsOf(item)
  const isOpen = chat.room?.open === true
  const entries: MenuItem[] = []
  if (isOpen && words !== '') {
    entries.push({ icon: 'reply', label: t('message.reply'), act: () => actions.reply(item) })
  }
  if (words !== '') {
    const copy = (): void => void navigator.clipboard?.writeText(words).catch(() => {})
    entries.push({ icon: 'copy', label: t('message.copy'), act: copy })
  }
  if (isOpen && item.own) {
    if (words !== '') {
      entries.push({ icon: 'edit', label: t('message.edit'), act: () => actions.edit(item) })
    }
    entries.push({
      icon: 'bin',
      label: t('message.delete'),
      act: () => actions.remove(item),
      isGrave: true,
    })
  }
  if (entries.length === 0) return null
  const text = plainOf(item).slice(0, 60) || (item.message.file?.name ?? '')
  return (
    <Menu
      name="options"
      label={t('message.options', { text })}
      items={entries}
      tabIndex={isTabbable ? 0 : -1}
      onKeyDown={moveAmongMessages}
    />
  )
}

/** Up and down go from message to message, as in a list. */
function moveAmongMessages(event: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (step === undefined) return
  const all = [...document.querySelectorAll<HTMLElement>('.log .options')]
  const next = all[all.indexOf(event.currentTarget as HTMLElement) + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
