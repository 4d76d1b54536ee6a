import type { ChatItem, VisitorChatState } from '../../client/visitor-types.ts'
import type { Session } from './session.ts'

const AWAY_MS = 5 * 60_000
const CHIME_MS = 1000

/**
 * Tells of what happens to those who do not look: a sound, the number of unread messages on the
 * button, the callbacks of the page. And tells the agent whether the visitor is there.
 */
export function payAttention(session: Session): void {
  const { bridge } = session
  let before: VisitorChatState | undefined
  let heard = new Set<string>()
  let unread = -1

  session.subscribe(() => {
    const chat = session.chat()
    const state = chat.state()
    const { texts, isOpen, hasSound } = session.ui()
    if (state.unread !== unread) {
      unread = state.unread
      bridge.tell('unread', unread, texts.t('unread', { count: unread }))
    }
    if (isOpen && !document.hidden && state.unread > 0) chat.markRead()
    if (state === before) return
    const ids = new Set(state.items.filter(isReply).map(({ id }) => id))
    const wasThere = before?.room?.id === state.room?.id && before?.items.some(isStored) === true
    if (hasSound && wasThere && [...ids].some((id) => !heard.has(id))) chime(session)
    heard = ids
    tellPage(session, before, state)
    before = state
  })
  watchPresence(session)
}

const isStored = ({ kind }: ChatItem): boolean => kind === 'message'

const isReply = (item: ChatItem): boolean =>
  item.kind === 'message' && !item.own && item.message.t === undefined

function tellPage(
  { bridge }: Session,
  before: VisitorChatState | undefined,
  state: VisitorChatState,
): void {
  if (before?.phase === 'ready' && state.room?.open && before.room?.id !== state.room.id) {
    bridge.callback('onChatStarted')
  }
  if (before?.room?.open && before.room.id === state.room?.id && !state.room.open) {
    bridge.callback('onChatEnded')
  }
  const { agent } = state
  if (agent?._id !== before?.agent?._id && agent !== undefined) {
    bridge.callback('onAssignAgent', { name: agent.name, username: agent.username })
  }
  if (agent?.status !== before?.agent?.status && agent?.status !== undefined) {
    bridge.callback('onAgentStatusChange', agent.status)
  }
  if (state.queue?.place !== before?.queue?.place) {
    bridge.callback('onQueuePositionChange', state.queue?.place)
  }
  if (state.config?.online === false && before?.config?.online !== false) {
    bridge.callback('onServiceOffline')
  }
  if (state.config?.theme !== undefined && state.config !== before?.config) {
    const { title, color, offlineTitle, offlineColor, position } = state.config.theme
    const { online } = state.config
    bridge.tell('theme', { title, color, offlineTitle, offlineColor, position, online })
  }
}

/** Of several tabs one sounds: whoever gets the lock. */
function chime({ chat, serverUrl }: Session): void {
  const sound = new Audio(
    chat().state().config?.resources?.sound ?? `${serverUrl}/sounds/chime.mp3`,
  )
  const play = async (): Promise<void> => {
    // Browsers refuse sounds on pages that were never touched.
    await sound.play().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, CHIME_MS))
  }
  const alone = async (): Promise<void> => {
    await navigator.locks.request('foyer.chime', { ifAvailable: true }, (lock) =>
      lock === null ? undefined : play(),
    )
  }
  // Where there are no locks, or frames of other sites get none, every tab is the only one.
  alone().catch(play)
}

function watchPresence(session: Session): void {
  let status: 'online' | 'away' = 'online'
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = (next: 'online' | 'away'): void => {
    if (next === status) return
    status = next
    const chat = session.chat()
    if (chat.state().room?.open) chat.setStatus(next).catch(() => {})
  }
  const seen = (): void => {
    clearTimeout(timer)
    if (!document.hidden) tell('online')
    timer = setTimeout(() => tell('away'), AWAY_MS)
  }
  const markRead = (): void => {
    if (!document.hidden && session.ui().isOpen) session.chat().markRead()
  }
  document.addEventListener('visibilitychange', () => {
    seen()
    markRead()
  })
  for (const event of ['pointerdown', 'keydown', 'focus']) addEventListener(event, seen)
  seen()
}
