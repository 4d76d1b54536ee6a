import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { AppContext } from '../context.ts'
import { ApiError } from '../contract/errors.ts'
import { newId } from '../lib/ids.ts'
import { answerBrokenRequest, answerOf, handleErrors } from './error-handler.ts'
import { LoadWatch } from './load-watch.ts'
import { RateLimits } from './limits.ts'
import { acceptJson, hasNul, parseQuery } from './parsing.ts'
import { dropSilentConnections } from './silent-connections.ts'
import { createRouter, type AnswerObserver, type Router } from './router.ts'

const BODY_LIMIT = 100_000
const MAX_PARAM_LENGTH = 512
/** Within these a request has to have come, so that nobody holds connections with a trickle. */
const HEADERS_MS = 30_000
const REQUEST_MS = 60_000
/** How often the two are looked at. */
const LOOK_MS = 10_000
const CORS_METHODS = 'GET, POST, PUT, DELETE, HEAD, PATCH'
const CORS_HEADERS =
  'Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token, x-visitor-token, Authorization'

/** The HTTP edge before any route is added. */
export interface HttpEdge {
  app: FastifyInstance
  router: Router
  /** Counted here and by the sockets: one account of who asks how often. */
  limits: RateLimits
  load: LoadWatch
}

/**
 * Builds the HTTP server. Fastify's defaults are changed where they would break the wire contract:
 * the exact content type, bodies on GET and DELETE, bracketed query strings, error envelopes.
 * @param processes how many of this installation live; each has its share of the limits
 */
export function createHttpEdge(
  ctx: AppContext,
  processes: () => number,
  observe?: AnswerObserver,
): HttpEdge {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    trustProxy: ctx.config.trustedProxies,
    genReqId: requestIds(),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_MS,
    // Some clients offer HTTP/2 with every request; that is no reason not to answer it.
    http: {
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LOOK_MS,
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, querystringParser: parseQuery },
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = answerOf(error, false)
      // Fastify types this reply without its generics; only `code` and `send` are used.
      void (reply as unknown as FastifyReply)
        .code(status)
        .header('content-type', 'application/json')
        // No hook runs here, and to a text the framework would append a charset.
        .send(Buffer.from(JSON.stringify(body)))
    },
    clientErrorHandler: answerBrokenRequest,
  })
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.addHttpMethod('DELETE', { hasBody: true, overrideExisting: true })
  acceptJson(app)
  const limits = new RateLimits(() => ctx.clock.now(), processes)
  const load = new LoadWatch()
  const router = createRouter(app, ctx, limits, observe)
  handleErrors(app, ctx, (path) => router.methodsAt(path))
  refuseOverload(app, ctx, load)
  allowOrigins(app, ctx)
  finishAnswers(app, ctx)
  dropSilentConnections(app)
  return { app, router, limits, load }
}

/** Names requests in the log; a random text for each would cost more than the request needs. */
function requestIds(): () => string {
  const start = newId()
  let count = 0
  return () => {
    count += 1
    return `${start}-${count}`
  }
}

/** What machines watch: a server that is late should be seen to be. Each bounds what it costs. */
const WATCHED: ReadonlySet<string> = new Set(['/health', '/metrics'])

const pathOf = (url: string): string => url.split('?', 1)[0] ?? ''

function refuseOverload(app: FastifyInstance, ctx: AppContext, watch: LoadWatch): void {
  app.addHook('onReady', (done) => {
    watch.start()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    watch.stop()
    done()
  })
  app.addHook('onRequest', (request, _reply, done) => {
    if (hasNul(request.url)) {
      done(new ApiError('invalid-params', { reason: 'Texts must not contain U+0000' }))
      return
    }
    const limited = ctx.settings.get('API_Enable_Rate_Limiter')
    const overloaded = limited && watch.lagMs > ctx.settings.get('Foyer_overload_lag_ms')
    if (overloaded && !WATCHED.has(pathOf(request.url))) {
      done(new ApiError('error-overloaded', { retryAfter: 1 }))
      return
    }
    done()
  })
}

function allowOrigins(app: FastifyInstance, ctx: AppContext): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    if (origin !== undefined && ctx.settings.get('API_Enable_CORS')) {
      const allowed = allowedOrigin(ctx.settings.get('API_CORS_Origin'), origin)
      if (allowed !== undefined) {
        reply.header('access-control-allow-origin', allowed)
        // Clients wait for as long as they are told to.
        reply.header('access-control-expose-headers', 'Retry-After')
      }
      if (allowed !== '*') reply.header('vary', 'Origin')
      if (request.method === 'OPTIONS') {
        reply.header('access-control-allow-methods', CORS_METHODS)
        reply.header('access-control-allow-headers', CORS_HEADERS)
        void reply.code(200).send()
        return
      }
    }
    if (request.method === 'OPTIONS') {
      void reply.code(405).type('text/plain').send('CORS is not enabled on this server')
      return
    }
    done()
  })
}

function allowedOrigin(setting: string, origin: string): string | undefined {
  if (setting.trim() === '*') return '*'
  const listed = setting.split(',').map((entry) => entry.trim())
  return listed.includes(origin) ? origin : undefined
}

function finishAnswers(app: FastifyInstance, ctx: AppContext): void {
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection kept alive would hold up the stop until its client has had enough of it.
    if (stopping) reply.header('connection', 'close')
    // The framework appends a charset; the contract has the bare type.
    const type = reply.getHeader('content-type')
    if (typeof type === 'string' && type.startsWith('application/json')) {
      reply.header('content-type', 'application/json')
    }
    reply.header('x-content-type-options', 'nosniff')
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    const seconds = reply.elapsedTime / 1000
    ctx.metrics.request(request.method, route, reply.statusCode, seconds)
    if (ctx.log.isLevelEnabled('debug')) {
      ctx.log.debug(
        { requestId: request.id, method: request.method, route, status: reply.statusCode, seconds },
        'request',
      )
    }
    done()
  })
}
