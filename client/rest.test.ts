import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { createRest, NetworkError, RestError, type Rest } from './rest.ts'
import { ManualTimers } from './testing/manual-timers.ts'
import { until } from './testing/world.ts'

describe('a request', () => {
  const servers: Server[] = []
  after(() => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function restTo(answer: RequestListener, timers = new ManualTimers()): Promise<Rest> {
    const server = createServer(answer)
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return createRest({ serverUrl: `http://127.0.0.1:${port}/`, headers: { 'x-a': 'b' }, timers })
  }

  const answering =
    (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) => {
      response.writeHead(status, headers)
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }

  test('goes where its contract says, with its parts', async () => {
    const seen: unknown[] = []
    const rest = await restTo((request, response) => {
      const { method, url, headers } = request
      request.on('data', (data: Buffer) => seen.push(data.toString()))
      request.on('end', () => {
        seen.push(`${method} ${url}`, headers['x-a'], headers['content-type'])
        answering(200, { success: true, messages: [], seq: 1 })(request, response)
      })
    })
    await rest('GET livechat/messages.history/:rid', {
      params: { rid: 'a/b' },
      query: { token: 'x&y', afterSeq: 3 },
    })
    await rest('POST livechat/room.close', { body: { rid: 'R', token: 'T' } })
    assert.deepEqual(seen, [
      'GET /api/v1/livechat/messages.history/a%2Fb?token=x%26y&afterSeq=3',
      'b',
      undefined,
      '{"rid":"R","token":"T"}',
      'POST /api/v1/livechat/room.close',
      'b',
      'application/json',
    ])
  })

  test('that is refused says why, in every form the server has', async () => {
    const forms = [
      [400, { success: false, error: 'room-closed' }, 'room-closed'],
      [400, { success: false, error: 'No [error-x]', errorType: 'error-x' }, 'error-x'],
      [400, { success: false, error: 'No [error-y]' }, 'error-y'],
      [400, { success: false, reason: 'error-size' }, 'error-size'],
      [
        401,
        { status: 'error', message: 'You must be logged in', error: 'unauthorized' },
        'unauthorized',
      ],
      [400, { success: false, error: 'in plain words' }, ''],
    ] as const
    for (const [status, body, code] of forms) {
      const rest = await restTo(answering(status, body))
      const refused = (error: unknown): boolean =>
        error instanceof RestError &&
        error.code === code &&
        error.status === status &&
        !error.isPassing
      await assert.rejects(rest('GET livechat/config'), refused, JSON.stringify(body))
    }
  })

  test('that came too often says for how long to wait', async () => {
    const rest = await restTo(
      answering(429, { success: false, error: 'x' }, { 'retry-after': '7' }),
    )
    await assert.rejects(rest('GET livechat/config'), { retryAfterMs: 7000, isPassing: true })
  })

  test('that somebody else answers has no answer', async () => {
    const others = [
      [200, '<html>Log in to this Wi-Fi</html>'],
      [200, '{"welcome":true}'],
      [403, '<html>forbidden by the proxy</html>'],
      [404, '{"message":"Route not found"}'],
      [200, ''],
    ] as const
    for (const [status, body] of others) {
      const rest = await restTo(answering(status, body))
      await assert.rejects(rest('GET livechat/config'), NetworkError, body)
    }
    const gateway = await restTo(answering(502, '<html>bad gateway</html>'))
    await assert.rejects(gateway('GET livechat/config'), { status: 502, isPassing: true })
  })

  test('that nobody answers ends after 15 s, and when it is called off', async () => {
    const timers = new ManualTimers()
    let requests = 0
    const rest = await restTo(() => {
      requests += 1
    }, timers)
    const late = assert.rejects(rest('GET livechat/config'), NetworkError)
    await until(() => requests === 1, 'asked')
    timers.pass(15_000)
    await late
    const abort = new AbortController()
    const off = assert.rejects(
      rest('GET livechat/config', {}, { signal: abort.signal }),
      NetworkError,
    )
    await until(() => requests === 2, 'asked')
    abort.abort()
    await off
    await assert.rejects(rest('GET livechat/config', {}, { signal: abort.signal }), NetworkError)
  })
})
