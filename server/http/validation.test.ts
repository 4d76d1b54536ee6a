import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Type, type TSchema } from 'typebox'
import { OneOf } from '../contract/schemas.ts'
import { ApiError } from '../contract/errors.ts'
import { Validator } from './validation.ts'

const Body = Type.Object({
  name: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  rows: Type.Optional(Type.Array(Type.Object({ msg: Type.String(), on: Type.Boolean() }))),
  fields: Type.Optional(Type.Record(Type.String(), Type.String())),
  target: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  kept: Type.Optional(Type.Union([Type.Null(), Type.String()])),
  any: Type.Optional(Type.Unknown()),
  status: Type.Optional(OneOf(['online', 'away'])),
})

function refusal(schema: TSchema, value: unknown): string | undefined {
  try {
    new Validator(schema).check(value)
    return undefined
  } catch (error) {
    assert.ok(error instanceof ApiError)
    assert.equal(error.code, 'invalid-params')
    return error.reason
  }
}

describe('what a client sends', () => {
  test('[S3] null is no text, number or flag, however deep it lies', () => {
    const cases: [unknown, string][] = [
      [{ name: null }, 'name must be string'],
      [{ tags: ['a', null] }, 'tags/1 must be string'],
      [
        { rows: [{ msg: null, on: null }] },
        'rows/0/msg must be string\n rows/0/on must be boolean',
      ],
      [{ fields: { plan: null } }, 'fields/plan must be string'],
      [{ target: null }, 'target must be string'],
      [{ target: [null] }, 'target/0 must be string'],
    ]
    for (const [body, expected] of cases) assert.equal(refusal(Body, body), expected)
  })

  test('null stays where the contract has it', () => {
    const body = { kept: null, any: { of: [null] } }
    assert.equal(refusal(Body, body), undefined)
    assert.deepEqual(body, { kept: null, any: { of: [null] } })
  })

  test('a text that is none of the allowed ones is refused in one sentence', () => {
    const expected = 'status must be equal to one of the allowed values'
    assert.equal(refusal(Body, { status: 'elsewhere' }), expected)
    assert.equal(refusal(Body, { status: 'away' }), undefined)
  })

  test('scalars are coerced as the reference does, lists and objects are not', () => {
    const body = { name: 5, rows: [{ msg: true, on: 'false' }] }
    assert.equal(refusal(Body, body), undefined)
    assert.deepEqual(body, { name: '5', rows: [{ msg: 'true', on: false }] })
    assert.equal(refusal(Body, { name: ['a'] }), 'name must be string')
    assert.equal(refusal(Body, { name: { $ne: '' } }), 'name must be string')
    assert.equal(refusal(Body, { tags: 'a' }), 'tags must be array')
  })
})
