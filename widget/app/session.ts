import { createVisitorChat } from '../../client/visitor-chat.ts'
import type { VisitorChat, VisitorDetails } from '../../client/visitor-types.ts'
import type { StartData, ThemeWishes } from '../shared/protocol.ts'
import type { Bridge } from './bridge.ts'
import { browserStorage } from './browser-storage.ts'
import { applyLook, lookOf, type Look } from './theme.ts'
import { chooseLanguage, loadTexts, type Texts } from './text.ts'

const SOUND = 'foyer.sound'
const DRAFT = 'foyer.draft'

/** What the chat's own screens remember, beside the conversation itself. */
export interface UiState {
  texts: Texts
  /** Seen by the visitor: the frame is open. */
  isOpen: boolean
  /** Counts openings; each may take the focus. */
  openings: number
  hasSound: boolean
  /** Kinds of system messages that the page does not want shown. */
  hiddenTypes: readonly string[]
  /** The closed conversation that the visitor has left for a new one. */
  leftRoom: string | undefined
  /** The form for messages while nobody is there, with what is written in it already. */
  offlineText: string | undefined
  /** A sentence for everybody, shown until it is put away. */
  notice: string | undefined
  /** What the page told about the visitor before he was registered. */
  guest: VisitorDetails
}

/** Everything that the screens work with. */
export interface Session {
  readonly serverUrl: string
  readonly start: StartData
  readonly bridge: Bridge
  chat: () => VisitorChat
  ui: () => UiState
  set: (change: Partial<UiState>) => void
  /** Calls after every change, of the conversation and of the screens. */
  subscribe: (listener: () => void) => () => void
  look: () => Look
  /** The page may override the look at any time. */
  wishTheme: (wishes: ThemeWishes) => void
  setLanguage: (language: string) => Promise<void>
  setSound: (on: boolean) => void
  /** Goes on as the visitor of another token. */
  useToken: (token: string) => void
  draft: { get: () => string; set: (text: string) => void }
}

/** What a session begins with. */
export interface SessionParts {
  serverUrl: string
  start: StartData
  bridge: Bridge
  texts: Texts
}

/** Builds the session; it talks to nobody before its chat is started. */
export function createSession({ serverUrl, start, bridge, texts }: SessionParts): Session {
  const storage = browserStorage()
  const listeners = new Set<() => void>()
  const keep = (key: string, value: string | undefined): void => {
    try {
      if (value === undefined) storage.removeItem(key)
      else storage.setItem(key, value)
    } catch {
      // Full or off: it holds for this page.
    }
  }
  const kept = (key: string): string | null => {
    try {
      return storage.getItem(key)
    } catch {
      return null
    }
  }
  const options = { serverUrl, storage }
  let wishes: ThemeWishes = {}
  let draft = kept(DRAFT) ?? ''
  let ui: UiState = {
    texts,
    isOpen: !bridge.isFramed,
    openings: 0,
    hasSound: kept(SOUND) !== 'off',
    hiddenTypes: [],
    leftRoom: undefined,
    offlineText: undefined,
    notice: undefined,
    guest: {},
  }
  let chat = createVisitorChat(options)
  let unfollow = chat.subscribe(changed)

  function changed(): void {
    if (isToForget(chat)) {
      chat.clearKept()
      keep(DRAFT, undefined)
    }
    for (const listener of listeners) listener()
  }
  function look(): Look {
    const { config } = chat.state()
    const isOffline = !(config?.online ?? start.online) && !chat.state().room?.open
    return lookOf(config?.theme ?? start, wishes, isOffline)
  }
  const set = (change: Partial<UiState>): void => {
    ui = { ...ui, ...change }
    changed()
  }
  const dress = (): void => {
    document.documentElement.lang = ui.texts.language
    document.documentElement.dir = ui.texts.direction
  }
  dress()

  return {
    serverUrl,
    start,
    bridge,
    chat: () => chat,
    ui: () => ui,
    set,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    look,
    wishTheme: (more) => {
      wishes = { ...wishes, ...more }
      applyLook(look())
      changed()
    },
    setLanguage: async (language) => {
      const wanted = chooseLanguage([language])
      if (wanted === ui.texts.language) return
      set({ texts: await loadTexts(wanted) })
      dress()
    },
    setSound: (on) => {
      keep(SOUND, on ? undefined : 'off')
      set({ hasSound: on })
    },
    useToken: (token) => {
      if (token === chat.token()) return
      unfollow()
      chat.stop()
      chat = createVisitorChat({ ...options, token })
      unfollow = chat.subscribe(changed)
      void chat.start()
      changed()
    },
    draft: {
      get: () => draft,
      set: (text) => {
        draft = text
        keep(DRAFT, text === '' ? undefined : text)
      },
    },
  }
}

/** The site wants nothing kept of a conversation that is over. */
export const isToForget = (chat: VisitorChat): boolean => {
  const { config, room } = chat.state()
  return config?.settings?.clearLocalStorageWhenChatEnded === true && room?.open === false
}
