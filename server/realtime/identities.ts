import type { AppContext, Caller } from '../context.ts'
import { findCallerOfSession } from '../features/accounts/access.ts'
import type { VisitorIdentity } from '../features/visitors/access.ts'
import { CLOSE, LIMITS } from './limits.ts'
import type { Presence, Present } from './presence-port.ts'
import { eventFrame } from './protocol.ts'
import type { Session } from './session.ts'
import { endSubscription, notAllowed } from './streams.ts'

/**
 * Who is behind the sockets of this process: users who have signed in, visitors who have shown
 * their token. A login that ends, here or elsewhere, ends its sockets (S8).
 */
export class Identities {
  readonly #ctx: AppContext
  readonly #presence: Presence
  readonly #users = new Map<string, Set<Session>>()
  readonly #visitors = new Map<string, Set<Session>>()
  /** Called with sockets whose user's roles have changed. */
  onRights: (sessions: ReadonlySet<Session>) => void = () => undefined

  constructor(ctx: AppContext, presence: Presence) {
    this.#ctx = ctx
    this.#presence = presence
  }

  /** Sockets of a signed-in user. */
  of(userId: string): ReadonlySet<Session> {
    return this.#users.get(userId) ?? NONE
  }

  /** Users with a socket here. */
  userIds(): Iterable<string> {
    return this.#users.keys()
  }

  signedIn(session: Session, login: { caller: Caller; token: string }): void {
    if (session.login !== undefined) this.signedOut(session)
    session.login = login
    add(this.#users, login.caller.userId, session)
    this.#presence.attach({ kind: 'agent', id: login.caller.userId }, session.id)
  }

  /** The socket goes on as nobody's; what it followed as that user ends. */
  signedOut(session: Session): void {
    const { login } = session
    if (login === undefined) return
    session.login = undefined
    remove(this.#users, login.caller.userId, session)
    this.#presence.detach({ kind: 'agent', id: login.caller.userId }, session.id)
    for (const { key, following } of session.subscriptions.values()) {
      if (following.byLogin) endSubscription(session, key, notAllowed().error)
    }
  }

  present(session: Session, how: 'online' | 'away'): void {
    const { login } = session
    if (login !== undefined) {
      this.#presence[how]({ kind: 'agent', id: login.caller.userId }, session.id)
    }
  }

  /** The visitor of a token that a socket has shown; undefined when it is nobody's. */
  async prove(session: Session, token: string): Promise<VisitorIdentity | undefined> {
    const { identities } = this.#ctx.remembered
    const visitor = identities.remembered(token) ?? (await identities.find(this.#ctx.db, token))
    if (visitor !== undefined) this.#proved(session, visitor.id)
    return visitor
  }

  #proved(session: Session, visitorId: string): void {
    if (session.visitors.includes(visitorId) || !session.open) return
    session.visitors = [...session.visitors, visitorId]
    const sockets = add(this.#visitors, visitorId, session)
    this.#presence.attach({ kind: 'visitor', id: visitorId }, session.id)
    if (sockets.size <= LIMITS.socketsPerVisitor) return
    // The oldest gives way: it is the tab that is most likely forgotten.
    const [oldest] = sockets
    oldest?.close(CLOSE.overload, 'too many connections')
  }

  /** A socket is gone. */
  closed(session: Session): void {
    const { login, visitors } = session
    const gone: Present[] = visitors.map((id) => ({ kind: 'visitor', id }))
    for (const { id } of gone) remove(this.#visitors, id, session)
    if (login !== undefined) {
      gone.push({ kind: 'agent', id: login.caller.userId })
      remove(this.#users, login.caller.userId, session)
    }
    for (const subject of gone) this.#presence.detach(subject, session.id)
  }

  /** Tells the client that its login has ended, and ends the socket. */
  revoke(session: Session): void {
    const { login } = session
    if (login === undefined) return
    const event = `${login.caller.userId}/force_logout`
    session.send(eventFrame('stream-notify-user', event, []))
    session.close(CLOSE.revoked, 'signed out')
  }

  /** Looks at what the logins and roles of these users are now. */
  async refresh(userIds: Iterable<string>): Promise<void> {
    const changed = new Set<Session>()
    try {
      for (const userId of userIds) {
        for (const session of this.of(userId)) {
          if (await this.#refreshOne(session)) changed.add(session)
        }
      }
    } catch (error) {
      this.#ctx.log.warn({ err: error }, 'logins could not be looked at; they are with each call')
    }
    if (changed.size > 0) this.onRights(changed)
  }

  async #refreshOne(session: Session): Promise<boolean> {
    const { login } = session
    if (login === undefined) return false
    const caller = await findCallerOfSession(this.#ctx, login.caller.sessionId)
    if (session.login !== login) return false
    if (caller === undefined) {
      this.revoke(session)
      return false
    }
    const same = sameRoles(caller.roles, login.caller.roles)
    session.login = { ...login, caller: { ...caller, ip: session.origin.ip } }
    return !same
  }
}

const NONE: ReadonlySet<Session> = new Set()

const sameRoles = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((role) => other.includes(role))

function add(map: Map<string, Set<Session>>, id: string, session: Session): Set<Session> {
  const known = map.get(id)
  if (known !== undefined) return known.add(session)
  const sockets = new Set([session])
  map.set(id, sockets)
  return sockets
}

function remove(map: Map<string, Set<Session>>, id: string, session: Session): void {
  const sockets = map.get(id)
  sockets?.delete(session)
  if (sockets?.size === 0) map.delete(id)
}
