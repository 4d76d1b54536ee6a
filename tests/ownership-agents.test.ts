import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../server/contract/define.ts'
import { forEachEngine } from './support/engines.ts'
import { exampleOf, placesOf, put, requestOf, type Draft } from './support/fuzzing.ts'
import { seedAgent, seedUser } from './support/seed.ts'
import { useServer, type Login } from './support/test-server.ts'
import { ALONE, newVisitor, randomId } from './support/visitor.ts'

/** What a request of an agent names. */
interface Names {
  rid: string
  messageId: string
  visitorId: string
  inquiryId: string
}

/** Fields by which endpoints name a room, a message, a visitor or a queue entry. */
const FIELDS: Record<keyof Names, readonly string[]> = {
  rid: ['rid', 'roomId', 'channel', 'roomName'],
  messageId: ['msgId', 'messageId'],
  visitorId: ['visitorId'],
  inquiryId: ['inquiryId'],
}

/** What an agent may know of conversations that are not his. */
const TOLD: ReadonlySet<string> = new Set([
  // Who visitors are, by the contract; not what they wrote.
  '/api/v1/livechat/visitors.info',
  // Who saw it in the queue has to be told that somebody was faster.
  '/api/v1/livechat/inquiries.take',
])

const absent = (): Names => ({
  rid: randomId(),
  messageId: randomId(),
  visitorId: randomId(),
  inquiryId: randomId(),
})

function draftWith(endpoint: Endpoint, names: Names): Draft {
  const known = new Map([
    ['0Tn3xJzP4mD8sHk2VtE', names.rid],
    ['0Tn3xK2aQ9vLw7RbYc1', names.messageId],
    ['0Tn3xHcW6yB5nGf9ZqA', names.visitorId],
    ['0Tn3xJzQ7kF2dVb9TsW', names.inquiryId],
  ])
  const draft = exampleOf(endpoint, known)
  for (const place of placesOf(endpoint)) {
    for (const [name, fields] of Object.entries(FIELDS)) {
      if (fields.includes(place.at(-1)!)) put(draft, place, names[name as keyof Names])
    }
  }
  return draft
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  async function answerTo(endpoint: Endpoint, names: Names, { headers }: Login): Promise<string> {
    const { method, url, payload, type } = requestOf(endpoint, draftWith(endpoint, names))
    const response = await server().app.http.inject({
      method: method as 'GET',
      url,
      headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(payload === undefined ? {} : { payload }),
    })
    let text = `${response.statusCode} ${response.body}`
    for (const name of Object.values(names)) text = text.replaceAll(name, '<named>')
    return text
  }

  test('[S1] to staff without access a room, message or visitor of others is like none', async () => {
    const boss = await server().admin()
    await seedAgent(server())
    const ana = await newVisitor(server())
    const { _id: messageId } = await ana.say('of Ana')
    const look = await server().get('livechat/inquiries.getOne', { roomId: ana.rid }, boss)
    const theirs = { rid: ana.rid, messageId, visitorId: ana.id, inquiryId: look.body.inquiry._id }
    const state = () =>
      server().app.ctx.db.read(async (reader) =>
        JSON.stringify([
          await reader.q.selectFrom('room').selectAll().where('id', '=', ana.rid).execute(),
          await reader.q.selectFrom('message').selectAll().where('room_id', '=', ana.rid).execute(),
          await reader.q.selectFrom('visitor').selectAll().where('id', '=', ana.id).execute(),
          await reader.q
            .selectFrom('subscription')
            .selectAll()
            .where('room_id', '=', ana.rid)
            .execute(),
        ]),
      )
    assert.equal(look.body.inquiry.status, 'taken')
    const before = await state()
    const compared = new Set<Endpoint>()
    for (const caller of [
      await seedAgent(server(), { online: false }),
      await seedUser(server(), ['user']),
    ]) {
      for (const endpoint of server().app.endpoints) {
        const { audience, method, path } = endpoint
        if (audience === 'visitor' || endpoint.multipart === true || TOLD.has(path)) continue
        const missing = absent()
        const drafts = [theirs, missing].map((names) => draftWith(endpoint, names))
        if (JSON.stringify(drafts[0]) === JSON.stringify(drafts[1])) continue
        compared.add(endpoint)
        const answers = [
          await answerTo(endpoint, theirs, caller),
          await answerTo(endpoint, missing, caller),
        ]
        assert.equal(answers[0], answers[1], `${method} ${path}: foreign and absent`)
        assert.ok(!answers[0]!.includes('of Ana'), `${method} ${path} tells what she wrote`)
      }
    }
    assert.equal(await state(), before, 'nothing was changed')
    assert.ok(compared.size >= 30, `${compared.size} endpoints`)
    // The same calls do work for who may: the refusals above were about the caller.
    let told = 0
    for (const endpoint of compared) {
      if (endpoint.method !== 'GET') continue
      if ((await answerTo(endpoint, theirs, boss)).includes('of Ana')) told += 1
    }
    assert.ok(told >= 5, `${told} reads tell the administrator`)
  })
})
