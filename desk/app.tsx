import { DirectionProvider, MantineProvider, localStorageColorSchemeManager } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { Route, Router, Switch } from 'wouter'
import { RestError } from '../client/index.ts'
import { BASE_PATH, STYLE_NONCE } from './lib/server.ts'
import { ToastProvider } from './lib/toasts.tsx'
import { DeskProvider } from './session/desk.tsx'
import { onSession, sessionState } from './session/session.ts'
import { SessionEnded } from './session/session-ended.tsx'
import { SignInPage } from './session/sign-in.tsx'
import { Shell } from './shell/shell.tsx'
import { TextsProvider } from './texts/provider.tsx'
import { theme } from './theme.ts'

const SetupPage = lazy(async () => ({
  default: (await import('./setup/setup-page.tsx')).SetupPage,
}))

const schemes = localStorageColorSchemeManager({ key: 'foyer.desk.scheme' })

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // The server's refusals are its last word; a network that is away comes back.
      retry: (count, error) => count < 3 && !(error instanceof RestError && !error.isPassing),
    },
  },
})

/** Everything that stands at the server's own address. */
export function App() {
  return (
    <DirectionProvider>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
        getStyleNonce={() => STYLE_NONCE}
      >
        <QueryClientProvider client={queries}>
          <TextsProvider>
            <ToastProvider>
              <Router base={BASE_PATH}>
                <Switch>
                  <Route path="/setup">
                    <Suspense>
                      <SetupPage />
                    </Suspense>
                  </Route>
                  <Route>
                    <SignedIn />
                  </Route>
                </Switch>
              </Router>
            </ToastProvider>
          </TextsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  )
}

/** The desk of who is signed in. Somebody else gets a desk of his own, with nothing of the first. */
function SignedIn() {
  const state = useSyncExternalStore(onSession, sessionState)
  if (state.phase === 'none') return <SignInPage />
  const { session, phase } = state
  return (
    <DeskProvider key={session.userId} session={session}>
      <Shell />
      <SessionEnded opened={phase === 'ended'} username={session.username} />
    </DeskProvider>
  )
}
