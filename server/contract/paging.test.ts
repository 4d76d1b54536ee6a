import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from './errors.ts'
import { pageOf, type PagingSettings } from './paging.ts'

const settingsWith = (values: Record<string, number | boolean>): PagingSettings => ({
  get: (id: string) => values[id] as never,
})
const usual = settingsWith({
  API_Default_Count: 50,
  API_Upper_Count_Limit: 100,
  API_Allow_Infinite_Count: true,
})
const sorting = {
  allowed: { name: 'name', ts: 'created_at' },
  default: [['name', 'asc']],
} as const

const refusal = (sort: string): ApiError => {
  try {
    pageOf(usual, { sort }, sorting)
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return error
  }
  throw new Error(`${sort} was accepted`)
}

test('a count is defaulted, cut and, at 0, lifted where that is allowed', () => {
  assert.deepEqual(pageOf(usual, {}, sorting), { offset: 0, limit: 50, order: [['name', 'asc']] })
  assert.equal(pageOf(usual, { count: 7 }, sorting).limit, 7)
  assert.equal(pageOf(usual, { count: 101 }, sorting).limit, 100)
  assert.equal(pageOf(usual, { count: 0 }, sorting).limit, undefined)
  const finite = settingsWith({
    API_Default_Count: 50,
    API_Upper_Count_Limit: 20,
    API_Allow_Infinite_Count: false,
  })
  assert.equal(pageOf(finite, { count: 0 }, sorting).limit, 20)
  assert.equal(pageOf(finite, { offset: 40 }, sorting).offset, 40)
})

test('a sort names columns by the keys of the wire, and nothing else', () => {
  const { order } = pageOf(usual, { sort: '{"ts":-1,"name":1}' }, sorting)
  assert.deepEqual(order, [
    ['created_at', 'desc'],
    ['name', 'asc'],
  ])
  assert.deepEqual(pageOf(usual, { sort: '{}' }, sorting).order, [['name', 'asc']])
  for (const sort of ['{', '[]', '"name"', 'null', '{"name":"asc"}', '{"name":2}']) {
    assert.equal(refusal(sort).code, 'error-invalid-sort')
    assert.equal(refusal(sort).reason, `Invalid sort parameter provided: "${sort}"`)
  }
  for (const sort of ['{"password_hash":1}', '{"toString":1}', '{"__proto__":1}']) {
    assert.equal(refusal(sort).code, 'error-invalid-sort-keys')
  }
})
