import type { Timers } from './timers.ts'

/**
 * - `connecting`: a connection is being opened;
 * - `online`: connected and identified;
 * - `waiting`: the connection was lost; the next attempt comes by itself;
 * - `refused`: the server does not want this login; only `reconnectNow` tries again;
 * - `closed`: by `close`.
 */
export type SocketStatus = 'connecting' | 'online' | 'waiting' | 'refused' | 'closed'

/** The method that tells the server who this is. */
export interface Identity {
  method: string
  params: readonly unknown[]
}

/** What a socket is made of. */
export interface SocketOptions {
  serverUrl: string
  identify: Identity
  timers?: Timers
  /** The constructor of the platform unless given. */
  WebSocket?: new (url: string) => WebSocket
}

/** An error as DDP tells it. */
export interface SocketError {
  /** The stable code, e.g. `room-closed`. */
  code: string
  text: string
}

/** What the server says when nothing is missing any more. */
export interface UpToDate {
  /** Not everything could be told: what is known has to be loaded anew. */
  limited: boolean
  /** The place up to which everything is known now. */
  seq: number
}

/** The wish to hear of a stream's event; it holds over every reconnection until it is stopped. */
export interface SubscriptionOptions {
  /** For example `room-messages`. */
  stream: string
  event: string
  /** What the permission check reads, e.g. the visitor's token. */
  extra?: unknown
  /** Asked at each subscription: the place up to which everything is known already. */
  since?: () => number
  /** The server was asked (again); what follows belongs to this new answer. */
  onStart?: () => void
  /** `seq` is the place of the event, where the stream has an order. */
  onEvent: (args: readonly unknown[], seq: number | undefined) => void
  onUpToDate?: (state: UpToDate) => void
  /** The server does not tell this stream; it is asked again with the next connection only. */
  onRefused?: (error: SocketError) => void
}

/** One connection that comes back by itself, for ever (P11). */
export interface Socket {
  readonly status: SocketStatus
  /** Tells of every change of `status`; the returned function ends that. */
  onStatus: (listener: (status: SocketStatus) => void) => () => void
  /**
   * Calls a DDP method and resolves with its result.
   * @throws SocketCallError when the server refuses, or the connection is or gets lost before
   */
  call: (method: string, ...params: readonly unknown[]) => Promise<unknown>
  /** Returns the function that ends the subscription. */
  subscribe: (subscription: SubscriptionOptions) => () => void
  /** Tries at once instead of waiting; a connection that is up is checked. */
  reconnectNow: () => void
  close: () => void
}
