import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import { createApp, type App } from '../../server/app.ts'
import { readConfig, type Config } from '../../server/config.ts'
import { answerSchema } from '../../server/contract/openapi.ts'
import type { Endpoint } from '../../server/contract/define.ts'
import type { AnswerObserver } from '../../server/http/router.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { DomainCheck } from '../../server/mail/domain-check.ts'
import type { TestEngine } from './engines.ts'
import { until } from './until.ts'

export const ADMIN = { username: 'admin', password: 'correct horse battery' } as const

/** What a test reads of an answer. Bodies are whatever the wire holds, hence loosely typed. */
export interface Answer {
  status: number
  // The shape differs with every endpoint; each test asserts the fields it reads.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
  headers: Record<string, string | string[] | number | undefined>
}

/** What a request may carry beside its path. */
export interface RequestParts {
  body?: unknown
  query?: Record<string, string>
  headers?: Record<string, string>
}

/** Token pair of a signed-in user, as headers. */
export interface Login {
  userId: string
  headers: Record<string, string>
}

/** A running server of its own data, driven through its HTTP edge without a socket. */
export class TestServer {
  readonly app: App

  constructor(app: App) {
    this.app = app
  }

  async request(method: string, path: string, parts: RequestParts = {}): Promise<Answer> {
    const response = await this.app.http.inject({
      method: method as 'GET',
      url: path.startsWith('/') ? path : `/api/v1/${path}`,
      ...(parts.body === undefined ? {} : { payload: parts.body as object }),
      ...(parts.query === undefined ? {} : { query: parts.query }),
      headers: parts.headers ?? {},
    })
    return {
      status: response.statusCode,
      body: /json/.test(String(response.headers['content-type'])) ? response.json() : response.body,
      headers: response.headers,
    }
  }

  get(path: string, query: Record<string, string> = {}, login?: Login): Promise<Answer> {
    return this.request('GET', path, { query, ...(login ? { headers: login.headers } : {}) })
  }

  post(path: string, body: unknown, login?: Login): Promise<Answer> {
    return this.request('POST', path, { body, ...(login ? { headers: login.headers } : {}) })
  }

  put(path: string, body: unknown, login?: Login): Promise<Answer> {
    return this.request('PUT', path, { body, ...(login ? { headers: login.headers } : {}) })
  }

  delete(path: string, body?: unknown, login?: Login): Promise<Answer> {
    return this.request('DELETE', path, { body, ...(login ? { headers: login.headers } : {}) })
  }

  /** Signs in; fails the test when that does not work. */
  async login(user: string, password: string): Promise<Login> {
    const answer = await this.post('login', { user, password })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const { userId, authToken } = answer.body.data
    return { userId, headers: { 'x-user-id': userId, 'x-auth-token': authToken } }
  }

  admin(): Promise<Login> {
    return this.login(ADMIN.username, ADMIN.password)
  }
}

/** What a test file may change about its server. */
export interface TestServerOptions {
  clock?: Clock
  domainExists?: DomainCheck
  environment?: Record<string, string>
}

/**
 * The configuration of a test server: quiet, without rate limits, never overloaded however busy the
 * machine is, on the given storage.
 */
export function testConfig(
  storage: Config['storage'],
  environment: Record<string, string> = {},
): Config {
  const config = readConfig({
    ADMIN_PASS: ADMIN.password,
    ADMIN_EMAIL: 'admin@example.com',
    LOG_LEVEL: 'silent',
    OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
    OVERWRITE_SETTING_Foyer_overload_lag_ms: '1000000',
    ...environment,
  })
  return { ...config, storage }
}

/**
 * Declares a server for the enclosing suite: started before its first test, removed after its
 * last. Every answer is held against its contract. The routing worker does a round when a test
 * gives it one.
 */
export function useServer(engine: TestEngine, options: TestServerOptions = {}): () => TestServer {
  let server: TestServer | undefined
  let remove: (() => Promise<void>) | undefined
  before(async () => {
    const place = await engine.create()
    remove = place.remove
    server = new TestServer(
      await createApp(testConfig(place.storage, options.environment), {
        observeAnswer: strictAnswers(),
        ...(options.clock === undefined ? {} : { clock: options.clock }),
        ...(options.domainExists === undefined ? {} : { domainExists: options.domainExists }),
      }),
    )
    await server.app.http.ready()
    // Its rounds are the tests' to give, or they would fall anywhere between two steps of one.
    await server.app.routing.stop()
  })
  after(async () => {
    await server?.app.close()
    await remove?.()
  })
  return () => {
    assert.ok(server, 'the server is started before the first test')
    return server
  }
}

/**
 * Waits until the thread that parses markup has started. A text that comes before is plain when the
 * machine is slow.
 */
export const parserReady = (server: TestServer): Promise<void> =>
  until('the parser answers', async () => (await server.app.ctx.markup.markupOf('*a*')) !== null)

/**
 * An observer that fails a request whose answer differs from its contract: a field too many, one
 * of the wrong type, a required one missing. In production the serialiser is lenient.
 */
export function strictAnswers(): AnswerObserver {
  const ajv = new Ajv({ strict: false, allErrors: true })
  const validators = new Map<Endpoint, ValidateFunction>()
  return (endpoint, answer) => {
    let validate = validators.get(endpoint)
    if (validate === undefined) {
      validate = ajv.compile({ ...answerSchema(endpoint), unevaluatedProperties: false })
      validators.set(endpoint, validate)
    }
    const wire = JSON.parse(JSON.stringify(answer)) as unknown
    if (!validate(wire)) {
      throw new Error(
        `${endpoint.method} ${endpoint.path} answers against its contract: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(wire)}`,
      )
    }
  }
}
