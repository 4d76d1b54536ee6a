import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEjson, toEjson } from './ejson.ts'

const ts = '2026-08-01T10:00:00.000Z'
const date = { $date: Date.parse(ts) }

test('times of the wire become dates, other texts stay', () => {
  assert.deepEqual(toEjson({ ts, msg: ts, u: { name: ts }, list: [{ _updatedAt: ts }] }), {
    ts: date,
    msg: ts,
    u: { name: ts },
    list: [{ _updatedAt: date }],
  })
  assert.deepEqual(toEjson({ ts: 'soon', lm: null, lr: 7 }), { ts: 'soon', lm: null, lr: 7 })
})

test('what looks like EJSON is escaped', () => {
  assert.deepEqual(toEjson({ customFields: { $date: 7 } }), {
    customFields: { $escape: { $date: 7 } },
  })
})

test('[S3] what cannot be stored or is nested too deep is no value', () => {
  assert.deepEqual(parseEjson('{"a":[1,{"$date":7}]}'), { a: [1, { $date: 7 }] })
  assert.equal(parseEjson('{"a":"\\u0000"}'), undefined)
  assert.equal(parseEjson('{"\\u0000":1}'), undefined)
  assert.equal(parseEjson('{'), undefined)
  assert.equal(parseEjson('['.repeat(50_000) + ']'.repeat(50_000)), undefined)
  assert.deepEqual(parseEjson(String.raw`"\ud800"`), '\ufffd')
  assert.deepEqual(parseEjson('{"__proto__":{"admin":true},"a":1}'), { a: 1 })
})
