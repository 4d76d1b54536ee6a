import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { AppContext, Caller } from '../context.ts'
import type { Endpoint, Input } from '../contract/define.ts'
import { answerSchema } from '../contract/openapi.ts'
import { ApiError, NotLoggedInError } from '../contract/errors.ts'
import { findCaller } from '../features/accounts/access.ts'
import type { IncomingForm } from '../files/incoming.ts'
import { hashSecret } from '../lib/hash.ts'
import { limitCaller, limitSubject } from './limit-classes.ts'
import { sendDownload, type Download } from './download.ts'
import type { LimitState, RateLimits } from './limits.ts'
import { boundSending, FORM_LIMITS, MultipartForm } from './multipart.ts'
import { Serializer, Validator } from './validation.ts'

/** What a handler may know of the request beside its validated input. */
export interface Call {
  /** The signed-in user. @throws NotLoggedInError where nobody is */
  readonly caller: Caller
  /** The signed-in user of an endpoint that also serves anonymous callers. */
  readonly optionalCaller: Caller | undefined
  readonly ip: string
  readonly userAgent: string
  readonly host: string
  header(name: string): string | undefined
  setHeader(name: string, value: string): void
}

type Handler<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> = (
  input: Input<P, Q, B>,
  call: Call,
) => Promise<Static<R>> | Static<R>

/** Joins a contract to its handler. */
export type AddRoute = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  handler: Handler<P, Q, B, R>,
) => void

/** Joins the contract of an upload (`multipart`) to its handler, which reads the form itself. */
export type AddUpload = <
  P extends TSchema,
  Q extends TSchema,
  B extends TSchema,
  R extends TSchema,
>(
  endpoint: Endpoint<P, Q, B, R>,
  handler: (
    input: Omit<Input<P, Q, B>, 'body'> & { form: IncomingForm<Static<B>> },
    call: Call,
  ) => Promise<Static<R>>,
) => void

/** Joins the contract of a download (envelope `file`) to its handler. */
export type AddDownload = <P extends TSchema, Q extends TSchema>(
  endpoint: Endpoint<P, Q, TSchema, TSchema>,
  handler: (input: Omit<Input<P, Q, TSchema>, 'body'>, call: Call) => Promise<Download>,
) => void

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
  }
  interface FastifyRequest {
    caller: Caller | undefined
  }
}

/** Is told every answer before it is serialised; tests hold it against the contract. */
export type AnswerObserver = (endpoint: Endpoint, answer: unknown) => void

/** The route table as it grows. */
export interface Router {
  add: AddRoute
  addUpload: AddUpload
  addDownload: AddDownload
  endpoints: readonly Endpoint[]
  /** Methods that exist at a path, for the 405. */
  methodsAt(path: string): string[]
}

/**
 * The one way to add an endpoint. Gates run in the order of the contract: authentication (401),
 * limit per user or address (429), validation (400), permission (403), limit per visitor or
 * account (429), handler.
 */
export function createRouter(
  app: FastifyInstance,
  ctx: AppContext,
  limits: RateLimits,
  observe: AnswerObserver | undefined,
): Router {
  const endpoints: Endpoint[] = []
  const patterns: { method: string; pattern: RegExp }[] = []
  app.decorateRequest('caller', undefined)

  const mount = (scope: FastifyInstance, endpoint: Endpoint, answer: Answerer): void => {
    const gate = new Gate(ctx, limits, endpoint)
    for (const path of [endpoint.path, ...(endpoint.aliases ?? [])]) {
      scope.route({
        method: endpoint.method,
        url: path,
        config: { endpoint },
        onRequest: (request, reply) => {
          if (endpoint.multipart === true) boundSending(request, reply)
          return gate.enter(request, reply)
        },
        handler: (request, reply) => answer(gate, request, reply),
      })
    }
  }
  const declare = (
    endpoint: Pick<Endpoint, 'audience' | 'method' | 'path' | 'multipart' | 'envelope'>,
    kind: 'json' | 'upload' | 'download',
  ): Endpoint => {
    if (endpoint.audience === undefined) {
      throw new Error(`${endpoint.method} ${endpoint.path} declares no audience`)
    }
    const { multipart = false, envelope } = endpoint
    const fits =
      multipart === (kind === 'upload') && (envelope === 'file') === (kind === 'download')
    if (!fits) throw new Error(`${endpoint.method} ${endpoint.path} is not declared as ${kind}`)
    const declared = endpoint as unknown as Endpoint
    endpoints.push(declared)
    for (const path of [declared.path, ...(declared.aliases ?? [])]) {
      patterns.push({ method: declared.method, pattern: patternOf(path) })
    }
    return declared
  }
  const answerer = (endpoint: Endpoint) => {
    const serializer = new Serializer(() => answerSchema(endpoint))
    const raw = endpoint.envelope === 'raw'
    return (reply: FastifyReply, result: unknown): string => {
      const answer = raw ? result : { ...(result as object), success: true }
      observe?.(endpoint, answer)
      reply.header('content-type', 'application/json')
      return serializer.serialize(answer)
    }
  }

  const add: AddRoute = (endpoint, handler) => {
    const declared = declare(endpoint, 'json')
    const answer = answerer(declared)
    mount(app, declared, async (gate, request, reply) => {
      const input = gate.admit(request, reply) as Parameters<typeof handler>[0]
      return answer(reply, await handler(input, new RequestCall(request, reply)))
    })
  }
  const addUpload: AddUpload = (endpoint, handler) => {
    const declared = declare(endpoint, 'upload')
    const answer = answerer(declared)
    // Forms are read in their own scope: no other request pays for it, or has one accepted.
    void app.register(async (scope) => {
      await scope.register(multipart, { limits: FORM_LIMITS, throwFileSizeLimit: false })
      mount(scope, declared, async (gate, request, reply) => {
        const input = gate.admit(request, reply) as object
        const form = new MultipartForm(request, (fields) => gate.checkBody(fields))
        const whole = { ...input, form } as unknown as Parameters<typeof handler>[0]
        return answer(reply, await handler(whole, new RequestCall(request, reply)))
      })
    })
  }
  const addDownload: AddDownload = (endpoint, handler) => {
    mount(app, declare(endpoint, 'download'), async (gate, request, reply) => {
      const input = gate.admit(request, reply) as Parameters<typeof handler>[0]
      const download = await handler(input, new RequestCall(request, reply))
      return sendDownload(request.method, reply, download)
    })
  }
  const methodsAt = (path: string): string[] => [
    ...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
  ]
  return { add, addUpload, addDownload, endpoints, methodsAt }
}

type Answerer = (gate: Gate, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
      .join('/')}/?$`,
  )

class Gate {
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

  /** Before the body is read: who is it, and may he ask so often. */
  async enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.#authenticate(request)
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
        userId: caller?.userId,
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
    if (this.#endpoint.limit !== undefined && this.#limited(caller)) {
      const name = subjectOf(input) ?? visitorOf(request)
      if (name !== undefined) {
        sendLimit(
          reply,
          limitSubject(
            this.#limits,
            this.#ctx.settings,
            this.#endpoint.limit,
            this.#endpoint.path,
            name,
          ),
        )
      }
    }
    return input
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

  async #authenticate(request: FastifyRequest): Promise<Caller | undefined> {
    const token = request.headers['x-auth-token']
    const userId = request.headers['x-user-id']
    if (typeof token !== 'string' || typeof userId !== 'string') return undefined
    const caller = await findCaller(this.#ctx, userId, token)
    return caller === undefined ? undefined : { ...caller, ip: request.ip }
  }

  #limited(caller: Caller | undefined): boolean {
    const { settings, permissions } = this.#ctx
    if (this.#endpoint.limit === 'none' || !settings.get('API_Enable_Rate_Limiter')) return false
    return caller === undefined || !permissions.allow(caller.roles, 'api-bypass-rate-limit')
  }
}

const validatorOf = (schema: TSchema | undefined): Validator | undefined =>
  schema === undefined ? undefined : new Validator(schema)

/** The visitor token or account name that a request is about, hashed where it is a secret. */
function subjectOf(input: { params: unknown; query: unknown; body: unknown }): string | undefined {
  for (const part of [input.body, input.query, input.params]) {
    if (typeof part !== 'object' || part === null) continue
    const { token, visitor, user, username, email } = part as Record<string, unknown>
    const secret = token ?? (visitor as { token?: unknown } | undefined)?.token
    if (typeof secret === 'string') return hashSecret(secret)
    const account = user ?? username ?? email
    if (typeof account === 'string') return account
    if (typeof account === 'object' && account !== null) return Object.values(account).join(' ')
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

class RequestCall implements Call {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request
    this.#reply = reply
  }

  get caller(): Caller {
    const { caller } = this.#request
    if (caller === undefined) throw new NotLoggedInError()
    return caller
  }

  get optionalCaller(): Caller | undefined {
    return this.#request.caller
  }

  get ip(): string {
    return this.#request.ip
  }

  get userAgent(): string {
    return this.header('user-agent') ?? ''
  }

  get host(): string {
    return this.#request.host
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  setHeader(name: string, value: string): void {
    this.#reply.header(name, value)
  }
}
