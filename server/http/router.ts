import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { AppContext, Caller } from '../context.ts'
import type { Endpoint, Input } from '../contract/define.ts'
import { answerSchema } from '../contract/openapi.ts'
import { NotLoggedInError } from '../contract/errors.ts'
import type { IncomingForm } from '../files/incoming.ts'
import { sendDownload, type Download } from './download.ts'
import { Gate } from './gate.ts'
import type { RateLimits } from './limits.ts'
import { boundSending, FORM_LIMITS, MultipartForm } from './multipart.ts'
import { Serializer } from './validation.ts'

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
  /**
   * Counts a try of the caller's own password with the logins of his account.
   * @throws ApiError `error-too-many-requests`
   */
  countOwnGuess(): void
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
        onRequest: (request, reply, done) => {
          if (endpoint.multipart === true) boundSending(request, reply)
          const entering = gate.enter(request, reply)
          // The framework waits for a promise, or else for this call.
          if (entering === undefined) done()
          return entering
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
      if (declared.limit === 'login') await gate.admitGuess(input.body, request, reply)
      return answer(reply, await handler(input, new RequestCall(request, reply, gate)))
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
        return answer(reply, await handler(whole, new RequestCall(request, reply, gate)))
      })
    })
  }
  const addDownload: AddDownload = (endpoint, handler) => {
    mount(app, declare(endpoint, 'download'), async (gate, request, reply) => {
      const input = gate.admit(request, reply) as Parameters<typeof handler>[0]
      const download = await handler(input, new RequestCall(request, reply, gate))
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
      .join('/')}$`,
  )

class RequestCall implements Call {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #gate: Gate

  constructor(request: FastifyRequest, reply: FastifyReply, gate: Gate) {
    this.#request = request
    this.#reply = reply
    this.#gate = gate
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

  countOwnGuess(): void {
    this.#gate.countOwnGuess(this.#request, this.#reply)
  }
}
