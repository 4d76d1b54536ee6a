import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import {
  admin,
  changeSettings,
  expectOk,
  expectRefusal,
  seedManager,
  type TestUser,
} from '../../../tests/support/seed.ts'
import { seedServedRoom, type ServedRoom } from '../../../tests/support/served-room.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { randomId } from '../../../tests/support/visitor.ts'

const field = (name: string, scope: string, more: object = {}) => ({
  customFieldData: { field: name, label: name, scope, visibility: 'visible', ...more },
})

forEachEngine((engine) => {
  const server = useServer(engine)
  let ana: ServedRoom
  let bob: ServedRoom
  let boss: TestUser

  before(async () => {
    boss = await seedManager(server())
    ana = await seedServedRoom(server(), 'Ana')
    bob = await seedServedRoom(server(), 'Bob')
    for (const body of [
      field('plan', 'visitor', { type: 'select', options: 'free,paid' }),
      field('order_no', 'room', { regexp: String.raw`^\d*$` }),
    ]) {
      expectOk(await server().post('livechat/custom-fields.save', body, await admin(server())))
    }
  })

  const save = (as: TestUser, guest: object, room: object) =>
    server().post(
      'livechat/room.saveInfo',
      {
        guestData: { _id: ana.visitor.id, ...guest },
        roomData: { _id: ana.rid, ...room },
      },
      as,
    )
  const visitorOf = async ({ visitor }: ServedRoom) =>
    expectOk(await server().get('livechat/visitors.info', { visitorId: visitor.id }, boss)).visitor

  test('who serves writes down who the visitor is; absent stays, empty removes', async () => {
    const { agent } = ana
    expectOk(
      await save(
        agent,
        {
          name: 'Ana Lind',
          email: ' Ana@Example.com ',
          phone: '1',
          livechatData: { plan: 'paid' },
        },
        { topic: 'Parcel', tags: [' late ', 'late', ''], livechatData: { order_no: '7' } },
      ),
    )
    const visitor = await visitorOf(ana)
    assert.deepEqual(
      [visitor.name, visitor.visitorEmails, visitor.livechatData],
      ['Ana Lind', [{ address: 'ana@example.com' }], { plan: 'paid' }],
    )
    const room = await ana.visitor.room()
    assert.deepEqual(
      [room.topic, room.tags, room.livechatData, room.fname],
      ['Parcel', ['late'], { order_no: '7' }, 'Ana Lind'],
    )
    expectOk(await save(agent, { phone: ' ' }, { tags: [] }))
    const after = await ana.visitor.room()
    assert.deepEqual([after.topic, after.tags, after.v.phone], ['Parcel', undefined, undefined])
    assert.equal((await visitorOf(ana)).name, 'Ana Lind')
    // A manager may, though he does not serve.
    expectOk(await save(boss, {}, { topic: 'Late parcel' }))
    assert.equal((await ana.visitor.room()).topic, 'Late parcel')
  })

  test('[S1] no other visitor than the room’s, and no room of others', async () => {
    const state = async () =>
      JSON.stringify([await visitorOf(ana), await visitorOf(bob), await ana.visitor.room()])
    const earlier = await state()
    const evil = { name: 'Taken over', email: 'thief@example.com' }
    const topic = { topic: 'Changed' }
    expectRefusal(
      await save(ana.agent, { ...evil, _id: bob.visitor.id }, topic),
      400,
      'error-not-allowed',
    )
    expectRefusal(
      await save(ana.agent, { ...evil, _id: randomId() }, topic),
      400,
      'error-not-allowed',
    )
    expectRefusal(
      await save(boss, { ...evil, _id: bob.visitor.id }, topic),
      400,
      'error-not-allowed',
    )
    const foreign = await save(bob.agent, evil, topic)
    const absent = await save(bob.agent, evil, { ...topic, _id: randomId() })
    expectRefusal(foreign, 400, 'error-invalid-room')
    assert.deepEqual(foreign.body, absent.body)
    assert.equal(await state(), earlier)
  })

  test('a reader who does not serve is refused, over REST and DDP alike', async () => {
    await changeSettings(server(), { Livechat_Routing_Method: 'Manual_Selection' })
    const { body } = await server().post(
      'livechat/inquiries.returnAsInquiry',
      { roomId: ana.rid },
      ana.agent,
    )
    assert.equal(body.success, true, JSON.stringify(body))
    // It waits in the queue, where every agent may read it.
    expectRefusal(await save(bob.agent, {}, { topic: 'x' }), 403, 'unauthorized')
    const call = (as: TestUser, guest: object, room: object) =>
      callMethod(as, [
        { _id: ana.visitor.id, ...guest },
        { _id: ana.rid, ...room },
      ])
    assert.equal((await call(bob.agent, {}, { topic: 'x' })).error?.error, 'error-not-allowed')
    assert.equal((await call(boss, { _id: bob.visitor.id }, {})).error?.error, 'error-not-allowed')
    assert.equal((await call(boss, {}, { topic: 1 })).error?.error, 400)
    assert.equal((await call(boss, { name: 'Ana' }, { topic: 'by DDP' })).result, true)
    assert.equal((await ana.visitor.room()).topic, 'by DDP')
  })

  test('values have to fit, and custom fields need their permission', async () => {
    const { agent } = bob
    const send = (guest: object, room: object, as = agent) =>
      server().post(
        'livechat/room.saveInfo',
        { guestData: { _id: bob.visitor.id, ...guest }, roomData: { _id: bob.rid, ...room } },
        as,
      )
    expectOk(await send({ livechatData: { plan: 'free' } }, { livechatData: { order_no: '1' } }))
    const refused: [object, object, string][] = [
      [{ email: 'nobody' }, {}, 'error-invalid-email'],
      [{ livechatData: { plan: 'gold' } }, {}, 'error-invalid-custom-field-value'],
      [{ livechatData: { order_no: '2' } }, {}, 'error-invalid-custom-field'],
      [{}, { livechatData: { absent: 'x' } }, 'error-invalid-custom-field'],
      [{}, { priorityId: 'high' }, 'error-invalid-priority'],
      [{}, { slaId: 'gold' }, 'error-invalid-sla'],
      [{ name: { $ne: 1 } }, {}, 'invalid-params'],
      [{ livechatData: { plan: { $ne: 1 } } }, {}, 'invalid-params'],
    ]
    for (const [guest, room, code] of refused) {
      // All or nothing.
      expectRefusal(await send(guest, { topic: 'Changed', ...room }), 400, code)
    }
    assert.equal((await bob.visitor.room()).topic, undefined)

    const root = await admin(server())
    const grant = (roles: string[]) =>
      server().post(
        'permissions.update',
        { permissions: [{ _id: 'edit-livechat-room-customfields', roles }] },
        root,
      )
    expectOk(await grant(['admin']))
    expectRefusal(await send({}, { livechatData: { order_no: '2' } }), 400, 'error-not-allowed')
    expectRefusal(await send({ livechatData: { plan: 'paid' } }, {}), 400, 'error-not-allowed')
    // What clients send back unchanged is no change.
    expectOk(
      await send(
        { livechatData: { plan: 'free' } },
        { topic: 'Kept', livechatData: { order_no: '1' } },
      ),
    )
    expectOk(await grant(['admin', 'livechat-manager', 'livechat-monitor', 'livechat-agent']))
    expectOk(await send({}, { livechatData: { order_no: '2' } }))
    assert.deepEqual((await bob.visitor.room()).livechatData, { order_no: '2' })
  })

  test('the webhook is told of a change, and of nothing else', async () => {
    await changeSettings(server(), {
      Livechat_webhookUrl: 'https://crm.invalid/',
      Livechat_webhook_on_close: true,
    })
    const told = () =>
      server().app.ctx.db.read(async ({ q }) => {
        const jobs = await q.selectFrom('job').selectAll().where('room_id', '=', bob.rid).execute()
        return jobs.filter(({ payload }) => JSON.stringify(payload).includes('LivechatEdit')).length
      })
    const send = (topic: string) =>
      server().post(
        'livechat/room.saveInfo',
        { guestData: { _id: bob.visitor.id }, roomData: { _id: bob.rid, topic } },
        bob.agent,
      )
    expectOk(await send('Once'))
    assert.equal(await told(), 1)
    expectOk(await send('Once'))
    assert.equal(await told(), 1)
  })

  const callMethod = async (as: TestUser, params: unknown[]) => {
    const message = JSON.stringify({ msg: 'method', id: '1', method: 'livechat:saveInfo', params })
    const answer = await server().post('method.call/livechat:saveInfo', { message }, as)
    return JSON.parse(expectOk(answer).message)
  }
})
