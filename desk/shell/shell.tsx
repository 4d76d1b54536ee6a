import { lazy, Suspense, useEffect, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { InboxPage } from '../inbox/inbox-page.tsx'
import { useSounds } from '../inbox/ringing.ts'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useAccess } from '../session/access.ts'
import { useRest } from '../session/desk.tsx'
import { keepPush } from '../session/push.ts'
import { useIdle } from '../session/use-idle.ts'
import { useTexts } from '../texts/texts.ts'
import { ConnectionNote } from './connection-note.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { Navigation } from './navigation.tsx'
import './shell.css'

const HistoryPage = lazy(async () => ({
  default: (await import('../history/history-page.tsx')).HistoryPage,
}))
const PeoplePage = lazy(async () => ({ default: (await import('../admin/people.tsx')).PeoplePage }))
const AppearancePage = lazy(async () => ({
  default: (await import('../admin/appearance.tsx')).AppearancePage,
}))
const SettingsPage = lazy(async () => ({
  default: (await import('../admin/settings.tsx')).SettingsPage,
}))
const PermissionsPage = lazy(async () => ({
  default: (await import('../admin/permissions.tsx')).PermissionsPage,
}))
const SessionsPage = lazy(async () => ({
  default: (await import('../admin/sessions.tsx')).SessionsPage,
}))
const AccountPage = lazy(async () => ({
  default: (await import('../admin/account.tsx')).AccountPage,
}))

/** The frame of the desk: where one goes on one side, what one does on the other. */
export function Shell() {
  const { t } = useTexts()
  const access = useAccess()
  const [location, go] = useLocation()
  const [showsKeys, setShowsKeys] = useState(false)
  useShortcuts({ '?': () => setShowsKeys(true), q: () => go('/'), h: () => go('/history') })
  usePush()
  useSounds()
  useIdle()
  const isTalking = /^\/(?:conversations|history)\/./.test(location)

  return (
    <div className="shell" data-talking={isTalking || undefined}>
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      <Navigation access={access} onShowKeys={() => setShowsKeys(true)} />
      <main id="content" className="shell-content" tabIndex={-1}>
        <ConnectionNote />
        <Suspense>
          <Switch>
            <Route path="/people" component={PeoplePage} />
            <Route path="/appearance" component={AppearancePage} />
            <Route path="/settings" component={SettingsPage} />
            <Route path="/permissions" component={PermissionsPage} />
            <Route path="/sessions" component={SessionsPage} />
            <Route path="/account" component={AccountPage} />
            <Route path="/history/:rid?">
              {({ rid }) => <HistoryPage {...(rid === undefined ? {} : { rid })} />}
            </Route>
            <Route path="/conversations/:rid">{({ rid }) => <InboxPage rid={rid} />}</Route>
            <Route>
              <InboxPage />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <KeysDialog opened={showsKeys} onClose={() => setShowsKeys(false)} />
    </div>
  )
}

/** Keeps this browser told, and opens the conversation whose notification was clicked. */
function usePush(): void {
  const rest = useRest()
  const [, go] = useLocation()
  useEffect(() => {
    // Best effort: the next start of the desk tries again.
    void keepPush(rest).catch(() => undefined)
  }, [rest])
  useEffect(() => {
    const open = ({ data }: MessageEvent<{ foyerOpen?: unknown } | null>): void => {
      if (typeof data?.foyerOpen === 'string') go(`/conversations/${data.foyerOpen}`)
    }
    const worker = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined
    worker?.addEventListener('message', open)
    return () => worker?.removeEventListener('message', open)
  }, [go])
}
