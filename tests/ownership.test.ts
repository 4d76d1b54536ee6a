import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../server/contract/define.ts'
import { forEachEngine } from './support/engines.ts'
import { exampleOf, placesOf, put, requestOf } from './support/fuzzing.ts'
import { useServer } from './support/test-server.ts'
import { ALONE, newVisitor, randomId, type TestVisitor } from './support/visitor.ts'

/** Whose token, room and message a request names. */
interface Names {
  token: string
  rid: string
  messageId: string
}

/** A visit is remembered for the visitor's own next room, whatever room the call names. */
const TAKES_ANY_ROOM: ReadonlySet<string> = new Set(['/api/v1/livechat/page.visited'])

const absent = (): Names => ({ token: randomId(), rid: randomId(), messageId: randomId() })

function requestWith(endpoint: Endpoint, names: Names) {
  const known = new Map([
    ['iNKE8a6k6cjbqWhWd', names.token],
    ['0Tn3xJzP4mD8sHk2VtE', names.rid],
    ['0Tn3xK2aQ9vLw7RbYc1', names.messageId],
  ])
  const draft = exampleOf(endpoint, known)
  // The room where it is optional, too.
  for (const place of placesOf(endpoint)) if (place.at(-1) === 'rid') put(draft, place, names.rid)
  return requestOf(endpoint, draft)
}

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Message_KeepHistory: 'true' },
  })

  /** Everything of the answer that a reader could tell apart, without the ids he sent himself. */
  async function answerTo(endpoint: Endpoint, names: Names): Promise<string> {
    const { method, url, payload, type } = requestWith(endpoint, names)
    const response = await server().app.http.inject({
      method: method as 'GET',
      url,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(payload === undefined ? {} : { payload }),
    })
    const { date: _date, ...headers } = response.headers
    let text = JSON.stringify([response.statusCode, headers, response.body])
    for (const name of Object.values(names)) text = text.replaceAll(name, '<named>')
    return text
  }

  const stateOf = (visitor: TestVisitor): Promise<string> =>
    server().app.ctx.db.read(async (reader) => {
      const { id, rid } = visitor
      const rows = [
        await reader.q.selectFrom('visitor').selectAll().where('id', '=', id).execute(),
        await reader.q.selectFrom('room').selectAll().where('visitor_id', '=', id).execute(),
        await reader.q.selectFrom('message').selectAll().where('room_id', '=', rid).execute(),
        await reader.q.selectFrom('message_history').selectAll().execute(),
        await reader.q.selectFrom('page_visit').selectAll().where('visitor_id', '=', id).execute(),
      ]
      return JSON.stringify(rows)
    })

  test('[S1] every visitor route answers absent and foreign ids alike and changes nothing foreign', async (t) => {
    const [ana, bob] = [await newVisitor(server()), await newVisitor(server())]
    const theirs = { token: ana.token, rid: ana.rid, messageId: (await ana.say('of Ana'))._id }
    const own = { token: bob.token, rid: bob.rid, messageId: (await bob.say('of Bob'))._id }
    const before = await stateOf(ana)
    const compared = new Set<Endpoint>()
    const endpoints = server().app.endpoints.filter(({ audience }) => audience === 'visitor')
    for (const endpoint of endpoints) {
      const unknown = absent()
      const pairs: [string, Names, Names][] = [
        ['room', { ...theirs, token: own.token }, { ...unknown, token: own.token }],
        ['message', { ...own, messageId: theirs.messageId }, { ...own, messageId: randomId() }],
        ['token', { ...theirs, token: unknown.token }, unknown],
      ]
      for (const [what, foreign, missing] of pairs) {
        const requests = [foreign, missing].map((names) => requestWith(endpoint, names))
        // No such id in this call.
        if (JSON.stringify(requests[0]) === JSON.stringify(requests[1])) continue
        compared.add(endpoint)
        const answers = [await answerTo(endpoint, foreign), await answerTo(endpoint, missing)]
        const { method, path } = endpoint
        assert.equal(answers[0], answers[1], `${method} ${path}: foreign and absent ${what}`)
        if (TAKES_ANY_ROOM.has(path)) continue
        assert.match(answers[0]!, /^\[4\d\d/, `${method} ${path}: foreign ${what} is refused`)
      }
      assert.equal(
        await stateOf(ana),
        before,
        `${endpoint.method} ${endpoint.path} changed a thing`,
      )
    }
    t.diagnostic(`${endpoints.length} visitor routes, ${compared.size} of them with ids compared`)
    assert.ok(compared.size >= 8)
    // The same calls with her own token do work: the refusals above were about the token.
    const reads = [...compared].filter(({ method }) => method === 'GET')
    let answered = 0
    for (const endpoint of reads) {
      if ((await answerTo(endpoint, theirs)).startsWith('[200')) answered += 1
    }
    assert.ok(answered >= 3, `${answered} of ${reads.length} reads`)
    assert.equal((await ana.edit(theirs.messageId, 'by Ana')).status, 200)
    assert.equal((await ana.remove(theirs.messageId)).status, 200)
  })
})
