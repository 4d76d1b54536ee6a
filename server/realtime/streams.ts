import type { MethodError } from '../features/method-calls/run.ts'
import { ddpError, frames } from './protocol.ts'
import type { Session } from './session.ts'

/** What a client wants to follow. */
export interface StreamRequest {
  /** With its `stream-` in front, as the wire has it. */
  stream: string
  event: string
  /** Shown as proof where a visitor asks. */
  token: string | undefined
  /** The place that the client has; it wants what came after. Absent for clients that do not count. */
  since: number | undefined
  /** The client keeps a local collection, which has to begin with a document. */
  useCollection: boolean
  /** Users whose presence is wanted, for the stream of presence. */
  added: readonly string[]
}

/** What one socket gets of one event, however often it has subscribed. */
export interface Following {
  /** Whether it rests on who is signed in; it ends when he signs out. */
  readonly byLogin: boolean
  /** Called right after each `ready`; the first time it begins, later ones may ask for the past. */
  start(request: StreamRequest): void
  /** Ends it; also called when it never started. */
  stop(): void
}

/** One stream of the wire contract. */
export interface Stream {
  /**
   * Decides whether this socket may follow the event.
   * @throws Refusal
   */
  admit(session: Session, request: StreamRequest): Promise<Following>
}

/** A subscription is refused or ended; the client is told why. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly error: MethodError

  constructor(code: string, reason?: string) {
    super(code)
    this.error = ddpError(code, reason)
  }
}

/** The refusal for what is absent, foreign or forbidden, alike. */
export const notAllowed = (): Refusal => new Refusal('not-allowed')

/** A followed event of a socket and the client's names for it. */
export interface Subscription {
  key: string
  ids: string[]
  following: Following
}

export const keyOf = (stream: string, event: string): string => `${stream} ${event}`

const MAX_EVENT = 300
const MAX_TOKEN = 300
const MAX_ADDED = 1000
const MAX_USER_ID = 64

/** Reads the parameters of a subscription, in any of the forms that clients send. */
export function readRequest(stream: string, params: readonly unknown[]): StreamRequest | undefined {
  const [event, options] = params
  if (typeof event !== 'string' || event.length > MAX_EVENT) return undefined
  const bare = { stream, event, token: undefined, since: undefined, added: [] }
  if (typeof options !== 'object' || options === null) {
    return { ...bare, useCollection: options === true }
  }
  const { useCollection, args, since, added } = options as Record<string, unknown>
  const extra: unknown = Array.isArray(args) ? args[0] : undefined
  return {
    stream,
    event,
    token: tokenOf(extra),
    since: isPlace(since) ? since : undefined,
    useCollection: useCollection === true,
    added: Array.isArray(added) ? added.filter(isUserId).slice(0, MAX_ADDED) : [],
  }
}

/** The proof of a visitor in the extra data of a subscription or a written event. */
export function tokenOf(extra: unknown): string | undefined {
  if (typeof extra !== 'object' || extra === null) return undefined
  const { visitorToken, token } = extra as Record<string, unknown>
  return [visitorToken, token].find(
    (text): text is string => typeof text === 'string' && text !== '' && text.length <= MAX_TOKEN,
  )
}

const isUserId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_USER_ID

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Ends a subscription from the server's side and says why. */
export function endSubscription(session: Session, key: string, error: MethodError): void {
  const subscription = session.subscriptions.get(key)
  if (subscription === undefined) return
  session.subscriptions.delete(key)
  subscription.following.stop()
  for (const id of subscription.ids) session.send(frames.nosub(id, error))
}
