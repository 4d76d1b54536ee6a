import { Type } from 'typebox'
import type { AppContext, Caller } from '../context.ts'
import { LoginError } from '../contract/errors.ts'
import { findCallerOfSession } from '../features/accounts/access.ts'
import * as accounts from '../features/accounts/operations.ts'
import { InvalidParamsError } from '../features/method-calls/define.ts'
import { matches } from '../features/method-calls/matches.ts'
import {
  methodError,
  runMethod,
  type MethodOutcome,
  type MethodTable,
} from '../features/method-calls/run.ts'
import { limitCaller } from '../http/limit-classes.ts'
import type { RateLimits } from '../http/limits.ts'
import type { Identities } from './identities.ts'
import { ddpError, frames } from './protocol.ts'
import type { Session } from './session.ts'
import { loginOverSocket, loginRefusal } from './socket-login.ts'
import { tokenOf } from './streams.ts'

const WithToken = Type.Object({ token: Type.String({ maxLength: 300 }) })

/** What calls over a socket need. */
export interface MethodParts {
  ctx: AppContext
  methods: MethodTable
  limits: RateLimits
  identities: Identities
  /** Takes what a client says into a room: `<roomId>/<event>`, its arguments, a visitor's token. */
  said(
    session: Session,
    event: string,
    args: readonly unknown[],
    token: string | undefined,
  ): Promise<void>
}

type OwnMethod = (session: Session, params: readonly unknown[]) => Promise<MethodOutcome>

/** The methods of the server, and those that are about the socket itself. */
export class SocketMethods {
  readonly #parts: MethodParts
  readonly #own: ReadonlyMap<string, OwnMethod>

  constructor(parts: MethodParts) {
    this.#parts = parts
    const { identities } = parts
    this.#own = new Map<string, OwnMethod>([
      ['login', (session, params) => this.#login(session, params)],
      ['logout', (session) => this.#logout(session)],
      ['livechat:setUpConnection', (session, params) => this.#setUp(session, params)],
      ['UserPresence:online', (session) => done(() => identities.present(session, 'online'))],
      ['UserPresence:away', (session) => done(() => identities.present(session, 'away'))],
      ['stream-notify-room', (session, params) => this.#say(session, params)],
    ])
  }

  /** Calls a method. Every failure is an outcome: this never rejects. */
  async call(session: Session, name: string, params: readonly unknown[]): Promise<MethodOutcome> {
    const { ctx } = this.#parts
    try {
      const own = this.#own.get(name)
      if (own !== undefined) return await own(session, params)
      // No other stream can be written to; as in the reference nobody is told so.
      if (name.startsWith('stream-')) return {}
      const caller = await this.#presentCaller(session)
      this.#count(session, caller)
      return await runMethod(ctx, this.#parts.methods, caller, { name, params })
    } catch (error) {
      if (error instanceof LoginError) return { error: ddpError(...loginRefusal(error)) }
      return { error: methodError(ctx, name, error) }
    }
  }

  /** Who is signed in, as the database says at this call: an ended login calls nothing. */
  async #presentCaller(session: Session): Promise<Caller | undefined> {
    const { login } = session
    if (login === undefined) return undefined
    const caller = await findCallerOfSession(this.#parts.ctx, login.caller.sessionId)
    if (caller === undefined) {
      this.#parts.identities.revoke(session)
      return undefined
    }
    return { ...caller, ip: session.origin.ip }
  }

  /** A call over a socket counts like one over HTTP. @throws ApiError */
  #count({ origin }: Session, caller: Caller | undefined): void {
    const { ctx, limits } = this.#parts
    if (!ctx.settings.get('API_Enable_Rate_Limiter')) return
    if (caller && ctx.permissions.allow(caller.roles, 'api-bypass-rate-limit')) return
    const subject = { ip: origin.ip, route: 'socket', userId: caller?.userId }
    limitCaller(limits, ctx.settings, 'standard', subject)
  }

  async #login(session: Session, params: readonly unknown[]): Promise<MethodOutcome> {
    const { ctx, limits, identities } = this.#parts
    const login = await loginOverSocket(ctx, limits, session.origin, params)
    identities.signedIn(session, login)
    session.send(frames.user(login.caller.userId, login.caller.username))
    return { result: login.answer }
  }

  async #logout(session: Session): Promise<MethodOutcome> {
    const { login } = session
    if (login === undefined) return {}
    this.#parts.identities.signedOut(session)
    await accounts.logout(this.#parts.ctx, login.caller)
    return {}
  }

  /** Succeeds for every token, so that it tells nobody which ones exist. */
  async #setUp(session: Session, [input]: readonly unknown[]): Promise<MethodOutcome> {
    if (!matches(WithToken, input)) throw new InvalidParamsError()
    await this.#parts.identities.prove(session, input.token)
    return {}
  }

  async #say(session: Session, [event, ...args]: readonly unknown[]): Promise<MethodOutcome> {
    if (typeof event === 'string') {
      await this.#parts.said(session, event, args, tokenOf(args.at(-1)))
    }
    return {}
  }
}

async function done(action: () => void): Promise<MethodOutcome> {
  action()
  return Promise.resolve({})
}
