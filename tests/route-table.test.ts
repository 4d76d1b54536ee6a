import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Audience } from '../server/contract/define.ts'
import { createHttpEdge } from '../server/http/server.ts'
import { Validator } from '../server/http/validation.ts'
import { forEachEngine } from './support/engines.ts'
import { exampleOf, placesOf, put, requestOf } from './support/fuzzing.ts'
import { seedUser } from './support/seed.ts'
import { useServer } from './support/test-server.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

/** Fields that hold other than scalars, or that nobody reads. Their operations look for themselves. */
const NO_SCALARS: ReadonlySet<string> = new Set([
  'livechatData',
  'customFields',
  'customFieldId',
  'options',
  'forwardingToDepartment',
  'value',
  'bot',
  'groupable',
  'alias',
  'avatar',
  'emoji',
  'download',
])

const isPublic = (audience: Audience): boolean => audience === 'anyone' || audience === 'visitor'

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  test('[S8] a route without an audience makes the start fail, and the same one with it does not', () => {
    const { router } = createHttpEdge(server().app.ctx, () => 1)
    const [endpoint] = server().app.endpoints
    const { audience, ...undeclared } = endpoint!
    assert.throws(() => router.add(undeclared as typeof endpoint & object, () => ({})), /audience/)
    router.add({ ...undeclared, audience }, () => ({}))
    assert.equal(router.endpoints.length, 1)
  })

  test('[S8] whatever is not public is 401 without a login and with a wrong one', async () => {
    const { endpoints } = server().app
    const closed = endpoints.filter(({ audience }) => !isPublic(audience))
    assert.ok(closed.length > 10 && closed.length < endpoints.length)
    const admin = await server().admin()
    const wrong = [
      {},
      { 'x-user-id': admin.userId, 'x-auth-token': 'wrong' },
      { 'x-user-id': 'wrong', 'x-auth-token': admin.headers['x-auth-token']! },
      { 'x-auth-token': admin.headers['x-auth-token']! },
    ]
    for (const endpoint of closed) {
      const { method, url, payload } = requestOf(endpoint, exampleOf(endpoint, new Map()))
      for (const headers of wrong) {
        const response = await server().app.http.inject({
          method: method as 'GET',
          url,
          headers: {
            ...headers,
            ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(payload === undefined ? {} : { payload }),
        })
        assert.equal(response.statusCode, 401, `${method} ${url}`)
        assert.equal(response.json().status, 'error')
      }
    }
  })

  test('[S8] who lacks the permission of an endpoint is refused, whatever he asks', async () => {
    const { headers } = await seedUser(server(), ['user'])
    const { permissions } = server().app.ctx
    let refused = 0
    for (const endpoint of server().app.endpoints) {
      const { audience } = endpoint
      if (typeof audience !== 'object') continue
      const needed = 'anyOf' in audience ? audience.anyOf : audience.allOf
      if (needed.every((permission) => permissions.allow(['user'], permission))) continue
      const { method, url, payload, type } = requestOf(endpoint, exampleOf(endpoint, new Map()))
      const response = await server().app.http.inject({
        method: method as 'GET',
        url,
        headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(payload === undefined ? {} : { payload }),
      })
      assert.equal(response.statusCode, 403, `${method} ${url}`)
      assert.equal(response.json().errorType, 'error-unauthorized')
      refused += 1
    }
    assert.ok(refused > 40, `${refused} endpoints`)
  })

  if (engine.name === 'sqlite') {
    test('[S3] no endpoint takes an object, a list or null for a text, a number or a flag', () => {
      let checked = 0
      for (const endpoint of server().app.endpoints) {
        const parts = { params: endpoint.params, query: endpoint.query, body: endpoint.body }
        const validators = new Map(
          Object.entries(parts).map(([part, schema]) => [part, schema && new Validator(schema)]),
        )
        for (const place of placesOf(endpoint)) {
          if (NO_SCALARS.has(place.findLast((key) => !/^\d+$/.test(key))!)) continue
          for (const value of [{ $ne: '' }, { toString: 'x' }, [['a']], null]) {
            const draft = exampleOf(endpoint, new Map())
            put(draft, place, structuredClone(value))
            const { method, path } = endpoint
            assert.throws(
              () => validators.get(place[0])?.check(draft[place[0]]),
              { code: 'invalid-params', status: 400 },
              `${method} ${path}: ${place.join('.')} ${JSON.stringify(value)}`,
            )
            checked += 1
          }
        }
      }
      assert.ok(checked > 1000, `${checked} values`)
    })
  }

  test('[S2] no answer to an agent or administrator holds the token of a visitor', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('hello')
    const { headers } = await server().admin()
    const known = new Map([
      ['0Tn3xJzP4mD8sHk2VtE', ana.rid],
      ['0Tn3xK2aQ9vLw7RbYc1', _id],
      ['0Tn3xHcW6yB5nGf9ZqA', ana.id],
    ])
    let answered = 0
    for (const endpoint of server().app.endpoints) {
      if (endpoint.method !== 'GET' || isPublic(endpoint.audience)) continue
      const { url } = requestOf(endpoint, exampleOf(endpoint, known))
      const response = await server().app.http.inject({ method: 'GET', url, headers })
      assert.ok(!response.body.includes(ana.token), `GET ${url}`)
      if (response.statusCode === 200 && response.body.includes(ana.rid)) answered += 1
    }
    assert.ok(answered > 0, 'some of them do speak of her room')
  })
})
