import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Endpoint } from '../server/contract/define.ts'
import { forEachEngine } from './support/engines.ts'
import { CALLERS, FuzzWorld, type CallerName } from './support/fuzz-world.ts'
import { drop, exampleOf, placesOf, put, requestOf, type Place } from './support/fuzzing.ts'
import { HOSTILE_BODIES, HOSTILE_VALUES } from './support/hostile.ts'
import { useServer } from './support/test-server.ts'
import { ALONE } from './support/visitor.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
const RUNS = { sqlite: NIGHTLY ? 30_000 : 1500, postgres: NIGHTLY ? 10_000 : 300 }
const TYPES = ['text/plain', 'application/xml', 'multipart/form-data', 'application/json; q', '']
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE', 'PROPFIND'] as const

/** Who gets furthest into an endpoint. */
const strongest = ({ audience }: Endpoint): CallerName =>
  audience === 'visitor' || audience === 'anyone' ? 'visitor' : 'admin'

function hostile(value: unknown): unknown {
  const number = (value as { hostile?: unknown } | null)?.hostile
  return structuredClone(typeof number === 'number' ? HOSTILE_VALUES[number] : value)
}

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: {
      ...ALONE,
      OVERWRITE_SETTING_Livechat_enabled: 'true',
      OVERWRITE_SETTING_Livechat_allow_delete_without_token: 'true',
    },
  })
  let world: FuzzWorld
  const theWorld = (): FuzzWorld => (world ??= new FuzzWorld(server()))

  async function fireWith(
    endpoint: Endpoint,
    caller: CallerName,
    changes: readonly { place: Place; value: unknown; drop?: boolean }[],
  ): Promise<void> {
    await theWorld().renewIfDue()
    const draft = exampleOf(endpoint, theWorld().known)
    for (const change of changes) {
      if (change.drop === true) drop(draft, change.place)
      else put(draft, change.place, change.value)
    }
    await theWorld().fire(requestOf(endpoint, draft), caller)
  }

  test('every example of the contract is answered', async () => {
    for (const endpoint of server().app.endpoints) {
      for (const caller of CALLERS) await fireWith(endpoint, caller, [])
    }
  })

  // Each run takes every so-many-th value at a place, another one at the next place.
  const stride = NIGHTLY ? 1 : engine.name === 'sqlite' ? 12 : 48

  test('[S3] every value of every endpoint, replaced by each hostile one, or left out', async (t) => {
    let turn = 0
    for (const endpoint of server().app.endpoints) {
      for (const place of placesOf(endpoint)) {
        await fireWith(endpoint, strongest(endpoint), [{ place, value: undefined, drop: true }])
        for (let index = turn++ % stride; index < HOSTILE_VALUES.length; index += stride) {
          const value = structuredClone(HOSTILE_VALUES[index])
          await fireWith(endpoint, strongest(endpoint), [{ place, value }])
        }
      }
    }
    t.diagnostic(`${theWorld().sent} requests, ${JSON.stringify([...theWorld().statuses])}`)
  })

  test('[S3] bodies that are no JSON object, and content types of all kinds', async () => {
    // One parser serves all of them; each run meets it through some.
    for (const endpoint of server().app.endpoints.filter((_, index) => index % stride === 0)) {
      await theWorld().renewIfDue()
      const { method, url } = requestOf(endpoint, exampleOf(endpoint, theWorld().known))
      const caller = strongest(endpoint)
      for (const payload of HOSTILE_BODIES) {
        await theWorld().fire({ method, url, payload, type: 'application/json' }, caller)
      }
      for (const type of TYPES) {
        await theWorld().fire({ method, url, payload: '<a>1</a>', type }, caller)
      }
      const large = { method, url, payload: `"${'x'.repeat(200_000)}"`, type: 'application/json' }
      await theWorld().fire(large, caller)
    }
  })

  test('[S3] several hostile values at once, from anyone, with unknown keys and methods', async (t) => {
    // By their number: a counterexample shall not print thousands of characters.
    const text = fc.oneof(
      fc.record({ hostile: fc.nat(HOSTILE_VALUES.length - 1) }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.jsonValue({ maxDepth: 4 }),
    )
    const key = fc.oneof(fc.constantFrom('$where', 'id', '_id', 'valueOf', ''), fc.string())
    const attack = fc.record({
      endpoint: fc.nat(),
      caller: fc.constantFrom(...CALLERS),
      changes: fc.array(fc.record({ place: fc.nat(), value: text, drop: fc.boolean() }), {
        maxLength: 4,
      }),
      unknown: fc.option(fc.record({ key, value: text })),
      method: fc.option(fc.constantFrom(...METHODS), { freq: 8 }),
      rawQuery: fc.option(fc.constantFrom('%', '%zz', '%ED%A0%80', 'a[b][c][d][e]=1', '&&=&', '?')),
    })
    const property = fc.asyncProperty(attack, async (one) => {
      await theWorld().renewIfDue()
      const { endpoints } = server().app
      const endpoint = endpoints[one.endpoint % endpoints.length]!
      const places = placesOf(endpoint)
      const draft = exampleOf(endpoint, theWorld().known)
      for (const { place, value, drop: dropped } of places.length === 0 ? [] : one.changes) {
        const at = places[place % places.length]!
        if (dropped) drop(draft, at)
        else put(draft, at, hostile(value))
      }
      if (one.unknown !== null) {
        const { key, value } = one.unknown
        put(draft, [endpoint.body === undefined ? 'query' : 'body', key], hostile(value))
      }
      const request = requestOf(endpoint, draft)
      if (one.rawQuery !== null)
        request.url += `${request.url.includes('?') ? '&' : '?'}${one.rawQuery}`
      if (one.method !== null) request.method = one.method
      await theWorld().fire(request, one.caller)
    })
    await fc.assert(property, { numRuns: RUNS[engine.name], endOnFailure: true })
    t.diagnostic(`${theWorld().sent} requests, ${JSON.stringify([...theWorld().statuses])}`)
  })

  if (engine.name === 'postgres') return

  test('what the framework refuses by itself is refused in the envelope', async () => {
    const api = async (method: string, url: string, body?: string, type = 'application/json') => {
      const response = await server().app.http.inject({
        method: method as 'GET',
        url,
        headers: body === undefined ? {} : { 'content-type': type },
        ...(body === undefined ? {} : { payload: body }),
      })
      const answer = response.json()
      assert.equal(response.headers['content-type'], 'application/json')
      assert.equal(answer.success, false)
      assert.equal(typeof answer.error, 'string')
      return response.statusCode
    }
    const message = '/api/v1/livechat/message'
    assert.equal(await api('GET', '/api/v1/no.such.thing'), 404)
    assert.equal(await api('POST', '/api/v1/no.such.thing', '<a/>', 'application/xml'), 404)
    assert.equal(await api('PATCH', message), 405)
    assert.equal(await api('GET', message), 405)
    assert.equal(await api('POST', message, `"${'x'.repeat(100_001)}"`), 413)
    assert.equal(await api('POST', message, '<a/>', 'application/xml'), 415)
    assert.equal(await api('POST', message, '{"a'), 400)
    assert.equal(await api('GET', `${message}/%`), 400)
    assert.equal(await api('GET', `${message}/%ED%A0%80`), 400)
    assert.ok([404, 414].includes(await api('GET', `${message}/${'a'.repeat(600)}`)))
    assert.equal(await api('GET', `${message}/a%00b?token=a&rid=b`), 400)
    assert.equal(await api('GET', `${message}/abc?token=a%00&rid=b`), 400)
    assert.equal(await api('GET', `${message}/abc?token[$ne]=a&rid=b`), 400)
    assert.equal(await api('GET', `${message}/abc?token=a&token=b&rid=b`), 400)
  })

  test('bytes that are no HTTP are answered in the envelope and the connection is closed', async () => {
    const url = new URL(await server().app.http.listen({ port: 0, host: '127.0.0.1' }))
    const talk = (bytes: string): Promise<string> =>
      new Promise((resolve) => {
        let text = ''
        const socket = connect(Number(url.port), url.hostname, () => socket.write(bytes))
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        // The server hangs up without reading on, which resets the connection behind its answer.
        socket.on('error', () => undefined).on('close', () => resolve(text))
      })
    const bytes = {
      400: ['NONSENSE\r\n\r\n', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n'],
      431: [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    }
    for (const [status, requests] of Object.entries(bytes)) {
      for (const request of requests) {
        const answer = await talk(request)
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
        assert.match(answer, /content-type: application\/json\r\n/i)
        assert.match(answer, /\{"success":false,"error":"[^"]+"\}$/)
      }
    }
  })
})
