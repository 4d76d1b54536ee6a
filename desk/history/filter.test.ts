import assert from 'node:assert/strict'
import { test } from 'node:test'
import { narrowingParts, readFilter, roomsQuery, writeFilter } from './filter.ts'

test('a filter goes into the address and comes back', () => {
  const filter = {
    state: 'closed',
    name: 'Ana & Co',
    agent: 'a1',
    from: '2026-02-01',
    to: '2026-02-28',
  } as const
  assert.deepEqual(readFilter(writeFilter(filter), 'open'), filter)
  assert.equal(narrowingParts(filter), 3)
})

test('what somebody typed into the address narrows nothing when it is no filter', () => {
  const filter = readFilter('?state=lost&from=yesterday&to=2026-13-99&other=1', 'open')
  assert.deepEqual(filter, { state: 'open', name: '', agent: '', from: '', to: '' })
  assert.equal(narrowingParts(filter), 0)
})

test('days are asked for as moments of this place, both ends included', () => {
  const filter = readFilter('?state=closed&name=%20Ana%20&agent=a1&from=2026-02-01', 'open')
  assert.deepEqual(roomsQuery(filter), {
    open: false,
    sort: '{"closedAt":-1}',
    roomName: 'Ana',
    agents: ['a1'],
    closedAt: JSON.stringify({ start: new Date(2026, 1, 1).toISOString() }),
  })
  const { createdAt, closedAt } = roomsQuery({ ...filter, state: 'open', to: '2026-02-01' })
  assert.equal(closedAt, undefined)
  const { start, end } = JSON.parse(createdAt ?? '') as { start: string; end: string }
  assert.equal(Date.parse(end) - Date.parse(start), 86_400_000 - 1)
})
