import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { admin, expectOk } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { linkOf, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE, newVisitor, randomId } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: {
      ...ALONE,
      OVERWRITE_SETTING_Message_KeepHistory: 'true',
      OVERWRITE_SETTING_Livechat_history_monitor_type: 'url',
    },
  })

  test('[S1] an export holds all of one visitor, across pages, and nothing of another', async () => {
    const [ana, bob] = [await newVisitor(server()), await newVisitor(server())]
    const email = `${randomId().toLowerCase().replaceAll(/\W/g, 'x')}@example.com`
    await server().request('POST', 'livechat/visitor', {
      body: { visitor: { token: ana.token, name: 'Ana', email } },
      headers: { 'accept-language': 'de-AT' },
    })
    await server().app.ctx.db.transact((tx) =>
      tx.updateRows('room', [{ id: ana.rid, crm_data: 'known to the CRM' }]),
    )
    await bob.register({ name: 'Bob' })
    const foreign = await bob.say('of Bob')
    const rating = { ...ana.own, data: [{ name: 'satisfaction', value: '5' }] }
    expectOk(await server().post('livechat/room.survey', rating))
    const page = { change: 'url', title: 'Prices', location: { href: 'https://example.com/p' } }
    const visit = { token: ana.token, rid: ana.rid, pageInfo: page }
    expectOk(await server().post('livechat/page.visited', visit))
    const bytes = Buffer.from('the contents of a plan')
    const file = await uploaded(server(), ana, { name: 'plan.txt', type: 'text/plain', bytes })
    const texts = Array.from({ length: 230 }, (_, index) => `message ${index}`)
    for (let from = 0; from < texts.length; from += 100) {
      const messages = texts.slice(from, from + 100).map((msg) => ({ msg }))
      const body = { visitor: { token: ana.token }, messages }
      expectOk(await server().post('livechat/messages', body, await admin(server())))
    }
    const first = (await ana.messages()).at(-1)!
    await ana.close()
    const closedRid = ana.rid
    await ana.openRoom()
    const said = await ana.say('first words')
    await ana.edit(said._id, 'second words')
    await ana.remove((await ana.say('gone'))._id)
    const left = { name: 'Ana', email, message: 'left while away' }
    expectOk(await server().post('livechat/offline.message', left))

    const own = expectOk(await server().get('foyer/visitor.export', { token: ana.token }))
    const by = await admin(server())
    const all = expectOk(await server().get('foyer/visitors.export', { visitorId: ana.id }, by))
    for (const document of [own, all]) {
      assert.equal(document.success, true)
      assert.equal(document.visitor._id, ana.id)
      assert.equal(document.rooms.length, 2)
      const words = document.messages.flatMap((message: { t?: string; msg: string }) =>
        message.t === undefined && message.msg !== '' ? [message.msg] : [],
      )
      assert.deepEqual(words, [...texts, 'second words'])
      assert.ok(document.messages.some(({ _id }: { _id: string }) => _id === first._id))
      const copies = document.messageHistory.map(({ msg }: { msg: string }) => msg)
      assert.deepEqual(copies.sort(), ['first words', 'gone'])
      assert.equal(document.pageVisits[0].title, 'Prices')
      assert.equal(document.files[0].path, linkOf(file))
      assert.equal(document.files[0].size, bytes.length)
      assert.deepEqual(document.ratings, [{ rid: closedRid, satisfaction: '5' }])
      const text = JSON.stringify(document)
      assert.ok(!text.includes(ana.token), 'a document holds no credential')
      for (const alien of [bob.id, bob.rid, foreign._id, 'of Bob']) assert.ok(!text.includes(alien))
    }
    assert.deepEqual([own.visitor.language, all.visitor.language], ['de', 'de'])
    const crm = [own, all].map(({ rooms }) =>
      rooms.flatMap(({ crmData }: { crmData?: string }) => crmData ?? []),
    )
    assert.deepEqual(crm, [[], ['known to the CRM']])
    assert.deepEqual([own.offlineMessages, all.offlineMessages.length], [undefined, 1])
    const trail = await server().get('foyer/audit', { action: 'visitor.exported' }, by)
    assert.equal(expectOk(trail).entries[0].target, ana.id)
    const unknown = await server().get('foyer/visitor.export', { token: randomId() })
    assert.match(unknown.body.error, /invalid-token/)
    const nobody = await server().get('foyer/visitors.export', { visitorId: randomId() }, by)
    assert.match(nobody.body.error, /error-invalid-visitor/)
  })
})
