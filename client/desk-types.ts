import type { WireInquiry } from '../server/features/inquiries/contract.ts'
import type { WireRoom } from '../server/features/rooms/contract.ts'
import type { WireSubscription } from '../server/features/subscriptions/contract.ts'
import type { AnswerOf, Endpoints } from './endpoints.ts'
import type { Rest } from './rest.ts'
import type { Message, RoomState } from './room-state.ts'
import type { SocketOptions } from './socket-types.ts'
import type { KeyValueStorage } from './storage.ts'
import type { TabChannel } from './tabs.ts'
import type { Timers } from './timers.ts'
import type { ChatItem, Connection } from './visitor-types.ts'

/** A conversation that waits for somebody. */
export type Inquiry = WireInquiry
/** A room as agents see it. */
export type Room = WireRoom
/** An agent's membership in a conversation. */
export type Subscription = WireSubscription
/** The signed-in user. */
export type Me = AnswerOf<Endpoints['GET me']>

/** A conversation of mine in the list at the left. */
export interface Conversation {
  readonly rid: string
  readonly subscription: Subscription
  /** Comes a moment after the subscription for a conversation that is new. */
  readonly room?: Room
  /** What others wrote since it was last read. */
  readonly unread: number
  readonly lastMessage?: Message
}

/** An opened conversation: its order of events, and what is shown of it. */
export interface OpenedRoom {
  readonly state: RoomState
  /** `loading` until the first page is there; `failed` when it may not be read. */
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly items: readonly ChatItem[]
}

/** Everything a desk shows; a new object with each change. */
export interface AgentDeskState {
  readonly phase: 'loading' | 'ready'
  readonly connection: Connection
  readonly me?: Me
  /** What waits and may be taken, first in the queue first. */
  readonly queue: readonly Inquiry[]
  /** Mine, the one with the newest message first. */
  readonly conversations: readonly Conversation[]
  /** The opened ones, by room id. */
  readonly rooms: Readonly<Record<string, OpenedRoom>>
  /** Presence of colleagues, by user id, as far as it was told: `online`, `away` ... */
  readonly statuses: Readonly<Record<string, string>>
  /** Whether this agent takes conversations. */
  readonly availability: 'available' | 'not-available'
}

/** A login that the server gave. */
export interface Session {
  userId: string
  token: string
}

/** What a desk is made of. */
export interface AgentDeskOptions {
  serverUrl: string
  storage?: KeyValueStorage
  session: Session
  siteUrl?: string
  timers?: Timers
  WebSocket?: SocketOptions['WebSocket']
  tabs?: TabChannel
}

/** A file of an agent on its way. */
export interface AgentUpload {
  readonly id: string
  readonly done: Promise<Message>
  cancel: () => void
}

/** An agent's side of everything. Methods that return a promise throw RestError, NetworkError. */
export interface AgentDesk {
  /** Requests as this agent. */
  rest: Rest
  state: () => AgentDeskState
  subscribe: (listener: () => void) => () => void
  /** Resolves when `me` is known; tries for ever. */
  start: () => Promise<void>
  stop: () => void
  /** Called once when the server does not want this login any more. */
  onSignedOut: (listener: () => void) => () => void

  /** Loads and follows a conversation until `closeRoomView`; may be called any number of times. */
  openRoom: (rid: string) => void
  closeRoomView: (rid: string) => void
  loadOlder: (rid: string) => Promise<void>
  /** Stores the text for sending and returns its id. */
  send: (rid: string, text: string, options?: { quote?: string }) => string
  retry: (id: string) => void
  discard: (id: string) => void
  edit: (rid: string, id: string, text: string) => Promise<void>
  remove: (rid: string, id: string) => Promise<void>
  upload: (rid: string, file: File, description?: string) => AgentUpload
  setTyping: (rid: string, on: boolean) => void
  markRead: (rid: string) => void
  /** Resolves with the room's id. */
  take: (inquiryId: string) => Promise<string>
  returnToQueue: (rid: string, departmentId?: string) => Promise<void>
  /** `sendTranscript` decides whether the visitor is e-mailed one; absent, the server does. */
  closeConversation: (
    rid: string,
    comment?: string,
    options?: { tags?: string[]; sendTranscript?: boolean | undefined },
  ) => Promise<void>
  /** Tells whether the person is at the desk; best effort. */
  setIdle: (isIdle: boolean) => void
  setAvailability: (availability: 'available' | 'not-available') => Promise<void>
  setStatus: (status: 'online' | 'away' | 'busy' | 'offline') => Promise<void>
}

/** Signs in with a name or an address and a password. */
export type SignIn = (serverUrl: string, user: string, password: string) => Promise<Session>
