import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { withSettings } from '../../../tests/support/settings.ts'
import { parserReady, useServer } from '../../../tests/support/test-server.ts'
import { ALONE, newVisitor, randomId, TestVisitor } from '../../../tests/support/visitor.ts'
import { plainTree } from '../../markup/plain-tree.ts'

const NOW = Date.parse('2026-08-01T10:00:00.000Z')

forEachEngine((engine) => {
  // The clock stands still: whatever grows does so by itself.
  const server = useServer(engine, { environment: ALONE, clock: { now: () => NOW } })

  test('[P2] the same _id sent 20 times concurrently is one message', async () => {
    const ana = await newVisitor(server())
    const _id = randomId()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ana.send('once', _id)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1)
    assert.deepEqual(await ana.texts(), ['once'])
    assert.equal((await ana.room()).msgs, 2)
  })

  test('[P2] the same _id sent over two rooms and tokens at once has one owner', async () => {
    const people = await Promise.all([newVisitor(server()), newVisitor(server())])
    const _id = randomId()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => people[index % 2]!.send(`by ${index % 2}`, _id)),
    )
    const texts = await Promise.all(people.map((person) => person.texts()))
    assert.equal(texts.flat().length, 1)
    const owner = texts[0]!.length === 1 ? 0 : 1
    answers.forEach(({ status, body }, index) => {
      assert.equal(status, index % 2 === owner ? 200 : 400, JSON.stringify(body))
    })
  })

  test('[P2] a late retry is answered with the present state', async () => {
    const ana = await newVisitor(server())
    const [edited, deleted] = [randomId(), randomId()]
    await ana.say('first', edited)
    await ana.say('second', deleted)
    await ana.edit(edited, 'changed')
    const removed = await ana.remove(deleted)
    const retries = async (): Promise<void> => {
      const again = await ana.say('first', edited)
      assert.equal(again.msg, 'changed')
      const gone = await ana.say('second', deleted)
      assert.equal(gone.t, 'rm')
      assert.equal(gone.msg, '')
      assert.equal(gone.ls, removed.body.message.ls)
      assert.deepEqual(await ana.texts(), ['changed'])
    }
    await retries()
    assert.equal((await ana.close()).status, 200)
    await retries()
    const fresh = await ana.send('new')
    assert.deepEqual([fresh.status, fresh.body.error], [400, 'room-closed'])
  })

  test('[P2] the _id of another visitor is refused, reveals nothing and writes nothing', async () => {
    const [ana, bob] = [await newVisitor(server()), await newVisitor(server())]
    const _id = randomId()
    await ana.say('a secret of Ana', _id)
    const before = JSON.stringify([await bob.messages(), await ana.messages()])
    const refused = await bob.send('mine', _id)
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.body, { success: false, error: 'error-message-id-taken' })
    assert.equal(JSON.stringify([await bob.messages(), await ana.messages()]), before)
    assert.equal((await bob.send('mine', randomId())).status, 200)
  })

  test("[P2] the author's id of another of his rooms answers the stored message", async () => {
    const ana = await newVisitor(server())
    const _id = randomId()
    const first = await ana.say('in the first room', _id)
    await ana.close()
    const oldRoom = ana.rid
    await ana.openRoom()
    assert.notEqual(ana.rid, oldRoom)
    assert.deepEqual(await ana.say('in the second room', _id), first)
    assert.deepEqual(await ana.texts(), [])
  })

  test('[P3] concurrent senders get one order, 1..n, with times that grow though the clock does not', async () => {
    const ana = await newVisitor(server())
    const sent = await Promise.all(Array.from({ length: 50 }, (_, index) => ana.say(`m${index}`)))
    const stored = (await ana.messages()).reverse()
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      Array.from({ length: 51 }, (_, index) => index + 1),
    )
    const times = stored.map(({ ts }) => ts)
    assert.deepEqual(times, [...new Set(times)].sort())
    const answered = new Map(sent.map(({ _id, seq, ts }) => [_id, `${seq} ${ts}`]))
    for (const { _id, seq, ts, t } of stored) {
      if (t === undefined)
        assert.equal(answered.get(_id), `${seq} ${ts}`, 'what the sender was told')
    }
    const page = await ana.history({ limit: '1' })
    assert.equal(page.body.seq, 51)
  })

  test('[P3] an edit keeps the time and the place of the message', async () => {
    const ana = await newVisitor(server())
    const sent = await ana.say('before')
    await ana.say('between')
    const { message } = (await ana.edit(sent._id, 'after')).body
    assert.deepEqual([message.ts, message.seq, message.msg], [sent.ts, sent.seq, 'after'])
    assert.deepEqual(await ana.texts(), ['after', 'between'])
  })

  test('[P5] what was written on one connection shows on the next read', async () => {
    const ana = await newVisitor(server())
    const other = new TestVisitor(server(), ana.token)
    other.rid = ana.rid
    for (let round = 0; round < 20; round++) {
      const { _id } = await ana.say(`round ${round}`)
      assert.equal((await other.messages({ limit: '1' }))[0]?.msg, `round ${round}`)
      await ana.edit(_id, `edited ${round}`)
      assert.equal((await other.read(_id)).body.message.msg, `edited ${round}`)
      if (round % 2 === 0) continue
      await ana.remove(_id)
      assert.equal((await other.read(_id)).body.error, 'invalid-message')
    }
  })

  test('the counters of the room follow its messages', async () => {
    const ana = await newVisitor(server())
    const before = await ana.room()
    assert.equal(before.msgs, 1)
    const first = await ana.say('one')
    const last = await ana.say('two')
    const after = await ana.room()
    assert.equal(after.msgs, 3)
    assert.equal(after.lm, last.ts)
    assert.equal(after.lastMessage._id, last._id)
    assert.equal(after.waitingResponse, true)
    assert.equal(after.v.lastMessageTs, last.ts)
    await ana.remove(last._id)
    const removed = await ana.room()
    assert.equal(removed.msgs, 2)
    assert.equal(removed.lastMessage._id, first._id)
  })

  test('a text that is empty, blank or too long is refused on send and on edit', async () => {
    const ana = await newVisitor(server())
    const { _id } = await ana.say('a'.repeat(5000))
    const refusals: [string, RegExp][] = [
      ['', /error-message-empty/],
      [' \t\n\u00A0\u2003', /error-message-empty/],
      ['a'.repeat(5001), /message-length-exceeds-character-limit/],
      ['\u{1F600}'.repeat(2501), /message-length-exceeds-character-limit/],
    ]
    for (const [text, error] of refusals) {
      for (const answer of [await ana.send(text), await ana.edit(_id, text)]) {
        assert.equal(answer.status, 400)
        assert.match(answer.body.error, error)
      }
    }
    assert.equal((await ana.room()).msgs, 2)
    const limits = {
      Livechat_enable_message_character_limit: true,
      Livechat_message_character_limit: 10,
    }
    await withSettings(server(), limits, async () => {
      assert.equal((await ana.send('a'.repeat(10))).status, 200)
      assert.match((await ana.send('a'.repeat(11))).body.error, /message-length-exceeds/)
    })
  })

  test('a link to a message of the same room becomes a quote, of any other room stays a link', async () => {
    const [ana, bob] = [await newVisitor(server()), await newVisitor(server())]
    const own = await ana.say('the quoted words')
    const foreign = await bob.say('what Bob said')
    const link = (rid: string, _id: string) => `http://localhost:3000/live/${rid}?msg=${_id}`
    const quote = await ana.say(`[ ](${link(ana.rid, own._id)}) see above`)
    assert.deepEqual(
      quote.attachments?.map(({ text }) => text),
      ['the quoted words'],
    )
    for (const rid of [bob.rid, ana.rid]) {
      const stays = await ana.say(`[ ](${link(rid, foreign._id)}) see there`)
      assert.equal(stays.attachments, undefined)
      assert.ok(!JSON.stringify(stays).includes('what Bob said'))
    }
    await ana.remove(own._id)
    const late = await ana.say(`[ ](${link(ana.rid, own._id)}) gone`)
    assert.equal(late.attachments, undefined)
  })

  test('the markup tree is told with the message, plain or not, and anew after an edit', async () => {
    const ana = await newVisitor(server())
    const plain = await ana.say('just words')
    assert.deepEqual(plain.md, plainTree('just words'))
    await parserReady(server())
    const bold = await ana.say('*loud*')
    assert.deepEqual(bold.md, [
      {
        type: 'PARAGRAPH',
        value: [{ type: 'BOLD', value: [{ type: 'PLAIN_TEXT', value: 'loud' }] }],
      },
    ])
    assert.deepEqual((await ana.messages())[0]?.md, bold.md)
    const edited = await ana.edit(bold._id, 'quiet')
    assert.deepEqual(edited.body.message.md, plainTree('quiet'))
  })
})
