import type { WidgetConfig } from '../server/features/widget-config/contract.ts'
import type { WireVisitor } from '../server/features/visitors/contract.ts'
import type { Agent, Message, QueuePlace } from './room-state.ts'
import type { SocketOptions } from './socket-types.ts'
import type { KeyValueStorage } from './storage.ts'
import type { TabChannel } from './tabs.ts'
import type { Timers } from './timers.ts'

export type { WidgetConfig }

/** The parts of a visitor that his own client needs. */
export type Visitor = Pick<WireVisitor, '_id' | 'username'> &
  Partial<Pick<WireVisitor, 'name' | 'visitorEmails' | 'phone' | 'department'>>

/**
 * How far a message of one's own has come. `failed`: the server refused it; it waits for `retry` or
 * `discard`. What the network did is no failure: it stays `sending` and is tried again.
 */
export type Delivery = 'sending' | 'failed' | 'sent' | 'read'

/** Why something failed: a stable code of the server, and its words. */
export interface Failure {
  code: string
  text: string
  /** What else the server says, e.g. `sizeAllowed`. */
  details?: unknown
}

/** One entry of the conversation, in the order in which it is shown. */
export type ChatItem = MessageItem | EchoItem | UploadItem

/** A message the server has. */
export interface MessageItem {
  kind: 'message'
  id: string
  /** What to show: the message's text, or the own edit of it that is on its way. */
  text: string
  message: Message
  own: boolean
  /** For own ones. */
  delivery?: Delivery
}

/** Own text that the server has not taken yet. */
export interface EchoItem {
  kind: 'echo'
  id: string
  text: string
  /** Id of the message that is quoted. */
  quote?: string
  /** When it was written, in milliseconds since the Unix epoch. */
  writtenAt: number
  own: true
  delivery: 'sending' | 'failed'
  failure?: Failure
}

/** Own file that the server has not taken yet. */
export interface UploadItem {
  kind: 'upload'
  id: string
  text: ''
  name: string
  /** Media type as the browser says it. */
  type: string
  /** Bytes. */
  size: number
  /** From 0 to 1. */
  progress: number
  own: true
  delivery: 'sending' | 'failed'
  failure?: Failure
}

/**
 * - `offline`: no server is reached; it is tried again and again;
 * - `connecting`: the first connection is on its way, or none is needed yet;
 * - `online`: by WebSocket;
 * - `polling`: no WebSocket opens; the server is asked every few seconds.
 */
export type Connection = 'offline' | 'connecting' | 'online' | 'polling'

/** Everything a widget shows; a new object with each change. */
export interface VisitorChatState {
  /** `failed`: the server answered that it does not serve this widget; see `failure`. */
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly connection: Connection
  readonly config?: WidgetConfig
  readonly visitor?: Visitor
  readonly room?: { readonly id: string; readonly open: boolean; readonly closedBy?: string }
  readonly agent?: Agent
  readonly queue?: QueuePlace
  readonly items: readonly ChatItem[]
  /** Whether `loadOlder` finds more. */
  readonly hasOlder: boolean
  /** Names of those who are writing. */
  readonly typing: readonly string[]
  /** Messages of others that were not marked read. */
  readonly unread: number
  /** The conversation is over and its transcript may be asked for. */
  readonly transcriptOffered: boolean
  readonly failure?: Failure
}

/** Details a visitor gives of himself. */
export interface VisitorDetails {
  name?: string
  email?: string
  phone?: string
  department?: string
  customFields?: { key: string; value: string; overwrite: boolean }[]
}

/** A file on its way; it is shown in `items` under `id`. */
export interface UploadHandle {
  readonly id: string
  /** Resolves when the server has stored it; rejects with RestError, NetworkError. */
  readonly done: Promise<Message>
  cancel: () => void
}

/** What a visitor leaves while nobody is there. */
export interface OfflineMessage {
  name: string
  email: string
  message: string
  department?: string
  /** Address of the page. */
  host?: string
}

/** One page of the site as the visitor sees it. */
export interface VisitedPage {
  change: 'url' | 'title'
  title: string
  href: string
}

/** What a visitor chat is made of. */
export interface VisitorChatOptions {
  serverUrl: string
  /** Keeps the token and what was not sent yet; without one they end with the page. */
  storage?: KeyValueStorage
  /** The visitor's secret; made and kept by itself unless given. */
  token?: string
  /** Department to whose rules the configuration answers. */
  department?: string
  /** Where a quoted message is linked; `serverUrl` unless the site is served under another name. */
  siteUrl?: string
  /** Replaced in tests. */
  timers?: Timers
  /** Replaced in tests and where there is none. */
  WebSocket?: SocketOptions['WebSocket']
  /** How tabs of one browser tell each other; a BroadcastChannel unless given. */
  tabs?: TabChannel
}

/** A visitor's side of a conversation. Methods that return a promise throw RestError, NetworkError. */
export interface VisitorChat {
  state: () => VisitorChatState
  /** Calls after every change of the state; the returned function ends that. */
  subscribe: (listener: () => void) => () => void
  /** Resolves once the configuration is there; tries for ever. Connects when there is a visitor. */
  start: () => Promise<void>
  /** Ends every connection and timer; what was not sent stays stored. */
  stop: () => void
  /** The visitor's secret, e.g. for links to his files (`rc_token`). */
  token: () => string

  /** Tells who the visitor is. */
  register: (details?: VisitorDetails) => Promise<Visitor>
  /** Stores the text for sending and returns its id; opens a conversation when there is none. */
  send: (text: string, options?: { quote?: string }) => string
  /** Sends a failed text again, as the same message. */
  retry: (id: string) => void
  /** Drops a text or file that failed or has not been sent. */
  discard: (id: string) => void
  edit: (id: string, text: string) => Promise<void>
  remove: (id: string) => Promise<void>
  upload: (file: File) => UploadHandle
  /** Loads messages from before the first one shown. */
  loadOlder: () => Promise<void>
  /** To be called with every key; `false` when the field is empty again. */
  setTyping: (on: boolean) => void
  /** Everything that is shown has been seen. */
  markRead: () => void
  setStatus: (status: 'online' | 'away') => Promise<void>
  /** Ends the conversation. */
  close: () => Promise<void>
  /** For example `[{ name: 'satisfaction', value: '5' }]`. */
  rate: (scores: { name: string; value: string }[], comment?: string) => Promise<void>
  requestTranscript: (email: string) => Promise<void>
  /** Resolves with the site's words of thanks. */
  sendOfflineMessage: (message: OfflineMessage) => Promise<string>
  /** Erases the visitor at the server and here, and begins anew as somebody unknown. */
  forgetMe: () => Promise<void>
  /** Removes what this browser keeps; the next page begins as somebody unknown. */
  clearKept: () => void
  /** Begins as whom the browser keeps, here and in other tabs: after `clearKept` somebody unknown. */
  beginAnew: () => void
  pageVisited: (page: VisitedPage) => Promise<void>
  setCustomField: (key: string, value: string, overwrite?: boolean) => Promise<void>
  /** Who is asked first to take the next conversation; the routing has the last word. */
  preferAgent(agentId: string): void
  /** Asks for the configuration again, e.g. as another department. */
  refreshConfig: (department?: string) => Promise<void>
}
