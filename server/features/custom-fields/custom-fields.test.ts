import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { processorTime } from '../../../tests/support/processor-time.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { matchesPattern } from './pattern.ts'

const PLAN = {
  field: 'plan',
  label: 'Plan',
  scope: 'visitor',
  visibility: 'visible',
  type: 'select',
  options: 'free, paid',
  public: true,
}

const ORDER = {
  field: 'order_no',
  label: 'Order',
  scope: 'room',
  visibility: 'visible',
  regexp: String.raw`^\d{3,8}$`,
}

test('a pattern that backtracks for ever is stopped and matches nothing', async () => {
  const took = await processorTime(() => {
    assert.equal(matchesPattern('^(a+)+$', `${'a'.repeat(60)}!`), false)
  })
  // It was begun again: the first time the machine might only have paused.
  assert.ok(took >= 80 && took < 1000, `${took} ms`)
  assert.equal(matchesPattern('^(a+)+$', 'aaa'), true)
})

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { OVERWRITE_SETTING_Livechat_accept_chats_with_no_agents: 'true' },
  })

  test('an administrator keeps the catalogue: add, change, list, read, remove', async () => {
    const admin = await server().admin()
    const save = (body: unknown) => server().post('livechat/custom-fields.save', body, admin)
    const added = await save({ customFieldData: PLAN })
    assert.equal(added.body.customField?._id, 'plan', JSON.stringify(added.body))
    assert.equal(
      (await save({ customFieldData: PLAN })).body.errorType,
      'error-custom-field-name-already-exists',
    )
    assert.equal(
      (await save({ customFieldData: { ...PLAN, field: 'no spaces' } })).body.errorType,
      'error-invalid-custom-field-name',
    )
    assert.equal(
      (await save({ customFieldData: { ...PLAN, field: 'bad', regexp: '(' } })).body.errorType,
      'error-invalid-custom-field-pattern',
    )
    assert.equal(
      (await save({ customFieldId: 'absent', customFieldData: PLAN })).body.errorType,
      'error-invalid-custom-field',
    )
    const changed = await save({
      customFieldId: 'plan',
      customFieldData: { ...PLAN, label: 'Tariff' },
    })
    assert.equal(changed.body.customField?.label, 'Tariff')
    const order = await save({ customFieldId: null, customFieldData: ORDER })
    assert.equal(order.status, 200, JSON.stringify(order.body))
    const list = await server().get('livechat/custom-fields', { text: 'TARIF' }, admin)
    assert.deepEqual([list.body.total, list.body.customFields[0]._id], [1, 'plan'])
    const absent = await server().get('livechat/custom-fields/absent', {}, admin)
    assert.equal(absent.body.customField, null)
    await save({ customFieldData: { ...PLAN, field: 'gone' } })
    const remove = () =>
      server().post('livechat/custom-fields.delete', { customFieldId: 'gone' }, admin)
    assert.equal((await remove()).status, 200)
    assert.equal((await remove()).body.errorType, 'error-invalid-custom-field')
    assert.equal((await server().get('livechat/custom-fields')).status, 401)
  })

  test('a visitor gives values; an existing one stays unless it may be overwritten', async () => {
    const token = 'field-visitor'
    await server().post('livechat/visitor', { visitor: { token } })
    const room = (await server().get('livechat/room', { token })).body.room
    const give = (key: string, value: string, overwrite = true) =>
      server().post('livechat/custom.field', { token, key, value, overwrite })
    assert.deepEqual((await give('plan', 'free')).body.field, {
      key: 'plan',
      value: 'free',
      overwrite: true,
    })
    await give('plan', 'paid', false)
    assert.equal((await give('plan', 'gold')).status, 400)
    assert.equal((await give('nothing', 'x')).body.error, 'invalid-custom-field')
    const wrong = await server().post('livechat/custom.fields', {
      token,
      customFields: [
        { key: 'plan', value: 'paid', overwrite: true },
        { key: 'order_no', value: 'abc', overwrite: true },
      ],
    })
    assert.equal(wrong.status, 400, 'one bad value refuses all')
    const visitor = (await server().get(`livechat/visitor/${token}`)).body.visitor
    assert.deepEqual(visitor.livechatData, { plan: 'free' })
    const right = await server().post('livechat/custom.fields', {
      token,
      customFields: [{ key: 'order_no', value: '12345', overwrite: true }],
    })
    assert.deepEqual(right.body.fields, [{ Key: 'order_no', value: '12345', overwrite: true }])
    const after = (await server().get('livechat/room', { token })).body.room
    assert.equal(after._id, room._id)
    assert.deepEqual(after.livechatData, { order_no: '12345' })
  })

  test('a registration gives the fields of visitors, and no others', async () => {
    const token = 'registering-visitor'
    const register = (...customFields: [string, string, boolean?][]) =>
      server().post('livechat/visitor', {
        visitor: {
          token,
          customFields: customFields.map(([key, value, overwrite = true]) => ({
            key,
            value,
            overwrite,
          })),
        },
      })
    const first = await register(['plan', 'free'], ['order_no', '12345'], ['unheard_of', 'x'])
    assert.equal(first.status, 200, JSON.stringify(first.body))
    assert.deepEqual(first.body.visitor.livechatData, { plan: 'free' })
    const kept = await register(['plan', 'paid', false])
    assert.deepEqual(kept.body.visitor.livechatData, { plan: 'free' })
    const over = await register(['plan', 'paid'])
    assert.deepEqual(over.body.visitor.livechatData, { plan: 'paid' })
    const wrong = await register(['plan', 'gold'])
    assert.equal(wrong.body.errorType, 'error-invalid-custom-field-value')
    const room = (await server().get('livechat/room', { token })).body.room
    assert.equal(room.livechatData, undefined)
    const after = (await server().get(`livechat/visitor/${token}`)).body.visitor
    assert.deepEqual(after.livechatData, { plan: 'paid' })
  })

  test('a widget is told the public fields', async () => {
    const { customFields } = (await server().get('livechat/config')).body.config
    assert.deepEqual(customFields, [
      {
        _id: 'plan',
        label: 'Tariff',
        scope: 'visitor',
        type: 'select',
        regexp: '',
        required: false,
        defaultValue: '',
        options: 'free, paid',
        public: true,
      },
    ])
  })
})
