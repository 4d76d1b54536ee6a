import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { AppContext, Caller } from '../context.ts'
import type { Endpoint, LimitClass } from '../contract/define.ts'
import { ApiError, NotLoggedInError } from '../contract/errors.ts'
import { findCaller, guessedAccount, userKeyOf } from '../features/accounts/access.ts'
import { hashSecret } from '../lib/hash.ts'
import { limitCaller, limitSubject } from './limit-classes.ts'
import type { LimitState, RateLimits } from './limits.ts'
import { Validator } from './validation.ts'

/** What stands between a request and its handler; one per endpoint. */
export class Gate {
  readonly #ctx: AppContext
  readonly #limits: RateLimits
  readonly #endpoint: Endpoint
  readonly #params: Validator | undefined
  readonly #query: Validator | undefined
  readonly #body: Validator | undefined

  constructor(ctx: AppContext, limits: RateLimits, endpoint: Endpoint) {
    this.#ctx = ctx
    this.#limits = limits
    this.#endpoint = endpoint
    this.#params = validatorOf(endpoint.params)
    this.#query = validatorOf(endpoint.query)
    this.#body = validatorOf(endpoint.body)
  }

  /**
   * Before the body is read: who is it, and may he ask so often. Who does not say that he is signed
   * in need not be looked up, and is let in at once.
   */
  enter(request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    const token = request.headers['x-auth-token']
    const userId = request.headers['x-user-id']
    if (typeof token !== 'string' || typeof userId !== 'string') {
      this.#admitCaller(undefined, request, reply)
      return undefined
    }
    return findCaller(this.#ctx, userId, token).then((caller) =>
      this.#admitCaller(
        caller === undefined ? undefined : { ...caller, ip: request.ip },
        request,
        reply,
      ),
    )
  }

  #admitCaller(caller: Caller | undefined, request: FastifyRequest, reply: FastifyReply): void {
    request.caller = caller
    const { audience } = this.#endpoint
    if (caller === undefined && audience !== 'anyone' && audience !== 'visitor') {
      throw new NotLoggedInError()
    }
    if (!this.#limited(caller)) return
    sendLimit(
      reply,
      limitCaller(this.#limits, this.#ctx.settings, this.#endpoint.limit ?? 'standard', {
        ip: request.ip,
        route: `${this.#endpoint.method} ${this.#endpoint.path}`,
        // Who is signed in already guesses no faster than anybody else.
        userId: this.#endpoint.limit === 'login' ? undefined : caller?.userId,
      }),
    )
  }

  /** After the body was read: is it well formed, and is it allowed. */
  admit(request: FastifyRequest, reply: FastifyReply): unknown {
    const input = {
      params: this.#params?.check(request.params),
      query: this.#query?.check(request.query ?? {}),
      body: this.#endpoint.multipart === true ? undefined : this.checkBody(request.body ?? {}),
    }
    const { caller } = request
    const { audience } = this.#endpoint
    if (typeof audience === 'object' && !this.#permitted(caller)) {
      throw new ApiError('error-unauthorized')
    }
    const { limit } = this.#endpoint
    if (limit !== undefined && limit !== 'login' && this.#limited(caller)) {
      const name = subjectOf(input) ?? visitorOf(request)
      if (name !== undefined) this.#count(limit, name, reply)
    }
    return input
  }

  /** After that, for who wants to sign in: which account is it, and was it tried too often. */
  async admitGuess(body: unknown, { caller }: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.#limited(caller)) return
    const key = userKeyOf(body ?? {})
    if (key !== undefined) this.#count('login', await guessedAccount(this.#ctx, key), reply)
  }

  /** A signed-in user says his own password, which somebody with a stolen login would guess at. */
  countOwnGuess({ caller }: FastifyRequest, reply: FastifyReply): void {
    if (caller === undefined || !this.#ctx.settings.get('API_Enable_Rate_Limiter')) return
    this.#count('login', caller.userId, reply)
  }

  #count(limit: LimitClass, name: string, reply: FastifyReply): void {
    const { path } = this.#endpoint
    sendLimit(reply, limitSubject(this.#limits, this.#ctx.settings, limit, path, name))
  }

  /** The fields of a form are known once it has been read. */
  checkBody(body: unknown): unknown {
    return this.#body?.check(body)
  }

  #permitted(caller: Caller | undefined): boolean {
    const { audience } = this.#endpoint
    if (caller === undefined || typeof audience !== 'object') return false
    const allow = (permission: Parameters<AppContext['permissions']['allow']>[1]) =>
      this.#ctx.permissions.allow(caller.roles, permission)
    return 'anyOf' in audience ? audience.anyOf.some(allow) : audience.allOf.every(allow)
  }

  #limited(caller: Caller | undefined): boolean {
    const { settings, permissions } = this.#ctx
    const { limit } = this.#endpoint
    if (limit === 'none' || !settings.get('API_Enable_Rate_Limiter')) return false
    if (caller === undefined || limit === 'login') return true
    return !permissions.allow(caller.roles, 'api-bypass-rate-limit')
  }
}

const validatorOf = (schema: TSchema | undefined): Validator | undefined =>
  schema === undefined ? undefined : new Validator(schema)

/** Whom a request is about: the visitor by the hash of his token, else an address in lower case. */
function subjectOf(input: { params: unknown; query: unknown; body: unknown }): string | undefined {
  for (const part of [input.body, input.query, input.params]) {
    if (typeof part !== 'object' || part === null) continue
    const { token, visitor, email } = part as Record<string, unknown>
    const secret = token ?? (visitor as { token?: unknown } | undefined)?.token
    if (typeof secret === 'string') return hashSecret(secret)
    if (typeof email === 'string') return email.toLowerCase()
  }
  return undefined
}

/** Uploads name their visitor in a header. */
function visitorOf({ headers }: FastifyRequest): string | undefined {
  const token = headers['x-visitor-token']
  return typeof token === 'string' ? hashSecret(token) : undefined
}

function sendLimit(reply: FastifyReply, state: LimitState | undefined): void {
  if (state === undefined) return
  const told = reply.getHeader('x-ratelimit-remaining')
  // Two limits may count one call: the headers speak of the tightest.
  if (told !== undefined && Number(told) <= state.remaining) return
  reply.header('x-ratelimit-limit', state.limit)
  reply.header('x-ratelimit-remaining', state.remaining)
  reply.header('x-ratelimit-reset', state.reset)
}
