import { useEffect, useRef, useState } from 'preact/hooks'
import type { Session } from '../session.ts'
import { applyLook } from '../theme.ts'
import { Conversation } from './conversation.tsx'
import { Header } from './header.tsx'
import { Icon } from './icons.tsx'
import { OfflineForm } from './offline-form.tsx'
import { isFormNeeded, PreChatForm } from './pre-chat-form.tsx'
import { SessionContext, useChanges, useNow } from './use-session.ts'

const LOST_MS = 2500

type Screen = 'loading' | 'unavailable' | 'offline' | 'nobody' | 'form' | 'conversation'

/** The whole chat. */
export function App({ session, pageUrl }: { session: Session; pageUrl: () => string | undefined }) {
  useChanges(session)
  const look = session.look()
  useEffect(() => applyLook(look), [look.color, look.background])
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme:dark)')
    const paint = (): void => applyLook(session.look())
    dark.addEventListener('change', paint)
    return () => dark.removeEventListener('change', paint)
  }, [])
  return (
    <SessionContext value={session}>
      <Frame pageUrl={pageUrl} />
    </SessionContext>
  )
}

function Frame({ pageUrl }: { pageUrl: () => string | undefined }) {
  const { session, ui, t } = useNow()
  const screen = useScreen()
  const main = useRef<HTMLElement>(null)
  const shown = useRef(screen)
  useEffect(() => {
    const isNew = shown.current !== screen
    shown.current = screen
    // Nobody is pulled here who did not come himself.
    if (ui.openings > 0 && ui.isOpen && (!isNew || document.hasFocus())) focusScreen(main.current)
  }, [ui.openings, screen])
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      if (document.querySelector('dialog[open]') === null) session.bridge.tell('minimize')
    }
    document.addEventListener('keydown', leave)
    return () => document.removeEventListener('keydown', leave)
  }, [session])
  return (
    <>
      <Header />
      <main ref={main}>
        <Notices />
        {screen === 'form' ? <PreChatForm /> : null}
        {screen === 'offline' ? <OfflineForm pageUrl={pageUrl} /> : null}
        {screen === 'conversation' ? <Conversation /> : null}
        {screen === 'nobody' ? <Nobody /> : null}
        {screen === 'unavailable' ? <p class="screen plain">{t('unavailable')}</p> : null}
        {screen === 'loading' ? <Loading /> : null}
      </main>
    </>
  )
}

function useScreen(): Screen {
  const { chat, ui } = useNow()
  const { config, phase, room, items } = chat
  if (phase === 'failed' || config?.enabled === false) return 'unavailable'
  if (phase === 'loading' || config === undefined) return 'loading'
  const hasTalk = room !== undefined || items.length > 0
  if (ui.offlineText !== undefined) return 'offline'
  if (config.online === false && (!hasTalk || (room && room.id === ui.leftRoom))) {
    return config.settings?.displayOfflineForm === true ? 'offline' : 'nobody'
  }
  return isFormNeeded(chat) && !hasTalk ? 'form' : 'conversation'
}

function Loading() {
  const { t } = useNow()
  return (
    <div class="screen plain" aria-busy="true">
      <span class="wave" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <Late>{t('connection.unreachable')}</Late>
    </div>
  )
}

/** Words for when it takes long. */
function Late({ children }: { children: string }) {
  const { chat } = useNow()
  return <p role="status">{chat.connection === 'offline' ? children : ''}</p>
}

function Nobody() {
  const { chat, t } = useNow()
  return (
    <p class="screen plain" dir="auto">
      {chat.config?.messages?.offlineUnavailableMessage || t('offline.unavailable')}
    </p>
  )
}

/** What concerns everything: no connection, something that was done or could not be. */
function Notices() {
  const { session, chat, ui, t } = useNow()
  const [isLost, setLost] = useState(false)
  const isOffline = chat.connection === 'offline' && chat.phase === 'ready'
  useEffect(() => {
    // A connection that is back at once was never worth a word.
    const timer = setTimeout(() => setLost(isOffline), isOffline ? LOST_MS : 0)
    return () => clearTimeout(timer)
  }, [isOffline])
  return (
    <div class="notices" role="status">
      {isLost ? (
        <p class="notice">
          <Icon name="alert" />
          {t('connection.lost')}
        </p>
      ) : null}
      {ui.notice === undefined ? null : (
        <p class="notice">
          {ui.notice}
          <button
            class="tool"
            type="button"
            aria-label={t('cancel')}
            onClick={() => session.set({ notice: undefined })}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  )
}

/** To where one writes; on a touch screen to the heading, since a keyboard would cover half of it. */
function focusScreen(main: HTMLElement | null): void {
  const heading = document.querySelector<HTMLElement>('h1')
  const isTouch = matchMedia('(pointer:coarse)').matches
  const field =
    main?.querySelector<HTMLElement>('.composer textarea') ??
    main?.querySelector<HTMLElement>('input, textarea')
  ;(isTouch ? heading : (field ?? heading))?.focus()
}
