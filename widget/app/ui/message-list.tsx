import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ChatItem } from '../../../client/visitor-types.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { MessageBubble, type MessageActions } from './message.tsx'
import { useNow, type Now } from './use-session.ts'
import { authorOf, timeOf } from './words.ts'

const TOGETHER_MS = 5 * 60_000
const NEAR_PX = 80
/** Kinds that are written down for other clients and mean nothing to people. */
const SILENT = new Set([
  'livechat-close',
  'command',
  'livechat_navigation_history',
  'livechat_video_call',
  'au',
])

/** The conversation so far; it stays at its end while nobody scrolls up. */
export function MessageList({
  actions,
  items,
}: {
  actions: MessageActions
  items: readonly ChatItem[]
}) {
  const now = useNow()
  const { session, chat, t, list } = now
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const heightBefore = useRef(0)
  const [isAway, setAway] = useState(false)
  const lastId = items.at(-1)?.id
  const lastOwn = items.at(-1)?.own

  const toEnd = (): void => {
    const { current } = box
    current?.scrollTo({ top: current.scrollHeight })
  }
  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    // Older messages came in above: what was read stays where it is.
    if (heightBefore.current > 0 && !isAtEnd.current) {
      current.scrollTop += current.scrollHeight - heightBefore.current
    }
    heightBefore.current = 0
    if (isAtEnd.current || lastOwn) toEnd()
  }, [lastId, items.length, chat.typing.length])
  useEffect(() => {
    const { current } = box
    if (current === null) return undefined
    // Pictures, the keyboard of a phone, a growing composer: the end stays in sight.
    const watch = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd()
    })
    watch.observe(current)
    if (current.firstElementChild) watch.observe(current.firstElementChild)
    return () => watch.disconnect()
  }, [])
  const onScroll = (): void => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {}
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
    setAway(!isAtEnd.current)
  }
  const older = async (): Promise<void> => {
    isAtEnd.current = false
    heightBefore.current = box.current?.scrollHeight ?? 0
    await session.chat().loadOlder()
  }

  const shown = items.filter((item) => isShown(item, now))
  const tabbable = shown.findLast((item) => item.kind === 'message' && !isSystem(item))?.id
  return (
    <div class="scroll" ref={box} onScroll={onScroll}>
      <div class="log" role="log" aria-live="off" aria-label={t('log')}>
        {chat.hasOlder ? (
          <button class="secondary older" type="button" onClick={() => void older()}>
            {t('log.older')}
          </button>
        ) : null}
        {shown.length === 0 ? <p class="empty">{t('log.empty')}</p> : null}
        {shown.map((item, index) => {
          const before = shown[index - 1]
          const after = shown[index + 1]
          const isNewDay = before === undefined || dayOf(before) !== dayOf(item)
          const isFirst = isNewDay || !areTogether(before, item)
          const isLast =
            after === undefined || dayOf(after) !== dayOf(item) || !areTogether(item, after)
          return (
            <div key={item.id} class={isFirst ? 'entry first' : 'entry'}>
              {isNewDay ? <p class="day">{now.day(timeOf(item))}</p> : null}
              {isSystem(item) ? (
                <p class="system">{systemText(item, now)}</p>
              ) : (
                <>
                  {item.own || !isFirst ? (
                    <span class="unseen">{authorOf(item, now)}</span>
                  ) : (
                    <p class="author">
                      <Avatar name={authorOf(item, now)} />
                      <span dir="auto">{authorOf(item, now)}</span>
                    </p>
                  )}
                  <MessageBubble
                    item={item}
                    isLast={isLast}
                    isTabbable={item.id === tabbable}
                    actions={actions}
                  />
                </>
              )}
            </div>
          )
        })}
        {chat.typing.length > 0 ? (
          <p class="typing">
            <span class="wave" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {t('typing', { count: chat.typing.length, names: list(namesOf(now)) })}
          </p>
        ) : null}
      </div>
      {isAway ? (
        <button
          class="newest"
          type="button"
          aria-label={t('log.newest')}
          onClick={() => {
            isAtEnd.current = true
            toEnd()
          }}
        >
          <Icon name="down" />
        </button>
      ) : null}
    </div>
  )
}

/** Whoever is writing, by the name he is shown with. */
function namesOf({ chat, t }: Now): string[] {
  return chat.typing.map((username) => {
    if (chat.agent?.hiddenInfo) return t('team')
    return username === chat.agent?.username ? (chat.agent.name ?? username) : username
  })
}

const isSystem = (item: ChatItem): boolean =>
  item.kind === 'message' && item.message.t !== undefined

function isShown(item: ChatItem, { chat, ui }: Now): boolean {
  if (item.kind !== 'message' || item.message.t === undefined) return true
  const { t: kind } = item.message
  const hidden = chat.config?.settings?.hiddenSystemMessages ?? []
  if (SILENT.has(kind) || hidden.includes(kind) || ui.hiddenTypes.includes(kind)) return false
  return kind === 'livechat-started' || kind === 'uj' || kind === 'ul' || kind.includes('transfer')
}

function systemText(item: ChatItem, now: Now): string {
  const { t } = now
  const kind = item.kind === 'message' ? item.message.t : undefined
  const values = { name: authorOf(item, now) }
  if (kind === 'uj') return t('room.joined', values)
  if (kind === 'ul') return t('room.left', values)
  return t(kind === 'livechat-started' ? 'room.started' : 'room.passed')
}

const dayOf = (item: ChatItem): string => timeOf(item).toDateString()

/** Said by the same person, one soon after the other. */
function areTogether(one: ChatItem, other: ChatItem): boolean {
  if (isSystem(one) || isSystem(other) || one.own !== other.own) return false
  const soon = timeOf(other).getTime() - timeOf(one).getTime() < TOGETHER_MS
  const sameAuthor =
    one.own ||
    (one.kind === 'message' &&
      other.kind === 'message' &&
      one.message.u._id === other.message.u._id)
  return soon && sameAuthor
}
