import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from './catalogue.ts'

test('twelve roles are built in, protected and named as their id', () => {
  assert.equal(ROLES.size, 12)
  for (const [id, role] of ROLES) {
    assert.equal(role.id, id)
    assert.equal(role.name, id)
    assert.ok(role.protected && !role.mandatory2fa && Object.isFrozen(role), id)
  }
})

test('three roles hold in single rooms, all others everywhere', () => {
  const inRooms = [...ROLES.values()].filter(({ scope }) => scope === 'Subscriptions')
  assert.deepEqual(
    inRooms.map(({ id }) => id),
    ['moderator', 'leader', 'owner'],
  )
})
