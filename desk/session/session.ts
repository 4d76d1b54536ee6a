import { createRest } from '../../client/index.ts'
import { keep, readKept } from '../lib/storage.ts'
import { BASE_PATH, SERVER_URL } from '../lib/server.ts'

/** A login that was given to this browser. */
export interface DeskSession {
  userId: string
  token: string
  username: string
}

/**
 * - `none`: nobody is signed in;
 * - `active`: somebody is;
 * - `ended`: the server does not want the login any more; the work of that person stays on screen.
 */
export type SessionState = { phase: 'none' } | { phase: 'active' | 'ended'; session: DeskSession }

const KEY = 'foyer.desk.session'
const listeners = new Set<() => void>()
let state: SessionState = stored()

/** The session as it is now; a new object with each change. */
export const sessionState = (): SessionState => state

/** Calls after every change; the returned function ends that. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Signs in. @throws RestError, NetworkError */
export async function signIn(user: string, password: string): Promise<void> {
  const { data } = await createRest({ serverUrl: SERVER_URL })('POST login', {
    body: { user, password },
  })
  const session = { userId: data.userId, token: data.authToken, username: data.me.username }
  keep(KEY, JSON.stringify(session))
  become({ phase: 'active', session })
}

/** Ends the session here and at the server, which may be away. */
export async function signOut(): Promise<void> {
  if (state.phase === 'none') return
  const { session } = state
  keep(KEY, undefined)
  become({ phase: 'none' })
  const rest = createRest({ serverUrl: SERVER_URL, headers: loginHeaders(session) })
  await rest('POST logout').catch(() => undefined)
}

/** The server refused this login. A newer one is left alone. */
export function endSession(token: string): void {
  if (state.phase !== 'active' || state.session.token !== token) return
  const { session } = state
  if (stored().phase === 'active' && readToken() === token) keep(KEY, undefined)
  become({ phase: 'ended', session })
}

/** What a request of this person carries. */
export const loginHeaders = ({ userId, token }: DeskSession): Record<string, string> => ({
  'x-user-id': userId,
  'x-auth-token': token,
})

function become(next: SessionState): void {
  state = next
  shareWithFiles()
  for (const listener of listeners) listener()
}

function stored(): SessionState {
  try {
    const session = JSON.parse(readKept(KEY) ?? '') as DeskSession
    return typeof session.token === 'string' ? { phase: 'active', session } : { phase: 'none' }
  } catch {
    return { phase: 'none' }
  }
}

function readToken(): string | undefined {
  const kept = stored()
  return kept.phase === 'none' ? undefined : kept.session.token
}

/** Pictures and downloads carry no headers: a cookie for their path alone opens them. */
function shareWithFiles(): void {
  const session = state.phase === 'active' ? state.session : undefined
  const secure = location.protocol === 'https:' ? '; secure' : ''
  const where = `path=${BASE_PATH}/file-upload; samesite=strict${secure}`
  for (const [name, value] of [
    ['rc_uid', session?.userId],
    ['rc_token', session?.token],
  ]) {
    document.cookie = `${name}=${value ?? ''}; ${where}${value === undefined ? '; max-age=0' : ''}`
  }
}

// What another tab does holds in this one: sign-in, sign-out, sign-in after an end.
addEventListener('storage', ({ key }) => {
  if (key !== KEY && key !== null) return
  const next = stored()
  const token = state.phase === 'none' ? undefined : state.session.token
  if (next.phase === 'active' && next.session.token !== token) become(next)
  if (next.phase === 'none' && state.phase === 'active') {
    // The other tab cannot tell which of the two it was: keeping the work is right for both.
    become({ phase: 'ended', session: state.session })
  }
})
shareWithFiles()
