import assert from 'node:assert/strict'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Endpoint } from '../../server/contract/define.ts'
import type { Login, TestServer } from './test-server.ts'
import { newVisitor, randomId, type TestVisitor } from './visitor.ts'

/** A request as bytes, whatever they mean. */
export interface RawRequest {
  method: string
  url: string
  payload?: string
  type?: string
}

/** Who sends. A visitor is anonymous with a token that exists. */
export const CALLERS = ['anonymous', 'visitor', 'agent', 'admin'] as const
export type CallerName = (typeof CALLERS)[number]

const password = 'correct horse battery'
const ANSWER_MS = 30_000
const BLOCKED_MS = 100
const ATTEMPTS = 3
/** Requests after which logins and rooms are made anew: what is sent may destroy any of them. */
const RENEWED_EVERY = 500

/** A server under fire, with people who may be hurt by it. */
export class FuzzWorld {
  readonly server: TestServer
  readonly statuses = new Map<number, number>()
  sent = 0
  #logins: Partial<Record<CallerName, Login>> = {}
  #known: ReadonlyMap<string, string> = new Map()
  #renewal = 0
  #root: Login | undefined

  constructor(server: TestServer) {
    this.server = server
  }

  get endpoints(): readonly Endpoint[] {
    return this.server.app.endpoints
  }

  /** Ids of the contract's examples, with ids that exist. */
  get known(): ReadonlyMap<string, string> {
    return this.#known
  }

  async renewIfDue(): Promise<void> {
    if (this.sent < this.#renewal) return
    this.#renewal = this.sent + RENEWED_EVERY
    this.#logins = {
      admin: await this.#newUser(['admin', 'user']),
      agent: await this.#newUser(['livechat-agent', 'user']),
    }
    const visitor = await newVisitor(this.server)
    const { _id } = await visitor.say('hello')
    this.#known = knownIds(visitor, _id, this.#logins.agent?.userId ?? '')
  }

  /** The first administrator only makes those who attack: his login outlives them. */
  async #newUser(roles: readonly string[]): Promise<Login> {
    this.#root ??= await this.server.admin()
    const username = `user-${randomId()}`
    const user = { username, name: username, email: `${username}@example.com`, password, roles }
    const created = await this.server.post('users.create', user, this.#root)
    assert.equal(created.status, 200, JSON.stringify(created.body))
    return this.server.login(username, password)
  }

  /** Sends, and holds the answer against what every answer promises. */
  async fire(request: RawRequest, caller: CallerName): Promise<void> {
    this.sent += 1
    const busy = performance.eventLoopUtilization()
    const answer = await this.#answer(request, caller)
    const { active } = performance.eventLoopUtilization(busy)
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1)
    assertEnvelope(request, answer)
    // An attack may end the attacker's own session; the next ones shall get further again.
    if (answer.status === 401 && this.#logins[caller] !== undefined) this.#renewal = this.sent
    // The loop's busy time bounds every delay from above; only then is it worth a closer look.
    if (active > BLOCKED_MS) await this.#assertNotBlocking(request, caller)
  }

  async #answer(request: RawRequest, caller: CallerName): Promise<RawAnswer> {
    const { method, url, payload, type } = request
    const timeout = new AbortController()
    const answer = await Promise.race([
      this.server.app.http.inject({
        method: method as 'GET',
        url,
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...this.#logins[caller]?.headers,
        },
        ...(payload === undefined ? {} : { payload }),
      }),
      setTimeout(ANSWER_MS, undefined, { signal: timeout.signal }).catch(() => undefined),
    ])
    timeout.abort()
    assert.ok(answer, `no answer within ${ANSWER_MS} ms to ${JSON.stringify(request)}`)
    return {
      status: answer.statusCode,
      type: String(answer.headers['content-type']),
      text: answer.body,
    }
  }

  /**
   * A request that blocks does so each time, and by working: a thread that stands still without
   * using the processor was not given it by a busy machine.
   */
  async #assertNotBlocking(request: RawRequest, caller: CallerName): Promise<void> {
    const delays: number[] = []
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      // The monitor measures from one of its ticks to the next one.
      await setTimeout(20)
      delay.reset()
      const before = process.threadCpuUsage()
      await this.#answer(request, caller)
      await setTimeout(20)
      delay.disable()
      const { user, system } = process.threadCpuUsage(before)
      const blockedMs = Math.min(delay.max / 1e6, (user + system) / 1000)
      if (blockedMs <= BLOCKED_MS) return
      delays.push(blockedMs)
    }
    assert.fail(`the event loop stood still for ${delays.join(', ')} ms: ${summary(request)}`)
  }
}

interface RawAnswer {
  status: number
  type: string
  text: string
}

function assertEnvelope(request: RawRequest, { status, type, text }: RawAnswer): void {
  const what = `${summary(request)} is answered ${status} ${text.slice(0, 300)}`
  assert.ok(status < 500, what)
  if (request.method === 'HEAD') return
  if (!type.startsWith('application/json')) {
    // Pages and metrics are not of the API.
    assert.ok(!request.url.startsWith('/api/v1/'), `${what} as ${type}`)
    return
  }
  assert.equal(type, 'application/json', what)
  const body = JSON.parse(text) as Record<string, unknown>
  assert.ok(typeof body === 'object' && body !== null, what)
  if (status < 400) return
  assert.equal(typeof body['error'], status === 401 ? typeof body['error'] : 'string', what)
  const refused = body['success'] === false || body['status'] === 'error'
  assert.ok(refused, what)
}

const summary = (request: RawRequest): string => JSON.stringify(request).slice(0, 300)

const knownIds = (
  visitor: TestVisitor,
  messageId: string,
  agentId: string,
): ReadonlyMap<string, string> =>
  new Map([
    ['iNKE8a6k6cjbqWhWd', visitor.token],
    ['0Tn3xJzP4mD8sHk2VtE', visitor.rid],
    ['0Tn3xK2aQ9vLw7RbYc1', messageId],
    ['0Tn3xHcW6yB5nGf9ZqA', visitor.id],
    ['0Tn3wPqL5xC1vR8sYbM', agentId],
  ])
