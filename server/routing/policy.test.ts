import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SETTINGS } from '../features/settings/catalogue.ts'
import {
  afterAssignment,
  chooseAgent,
  hasCapacity,
  routingMethod,
  type Candidate,
} from './policy.ts'

const agent = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  username: id,
  name: id,
  routedCount: 0,
  lastTurn: 0,
  openChats: 0,
  limit: 0,
  ...more,
})

const auto = routingMethod('Auto_Selection')

describe('Auto_Selection', () => {
  it('chooses who was given the fewest, then by username', () => {
    const candidates = [agent('c', { routedCount: 1 }), agent('b'), agent('a')]
    assert.equal(chooseAgent(auto, candidates)?.id, 'a')
    assert.equal(chooseAgent(auto, [agent('a', { routedCount: 2 }), ...candidates])?.id, 'a')
    assert.equal(chooseAgent(auto, [agent('a', { routedCount: 2 }), agent('z')])?.id, 'z')
  })

  it('goes round when every assignment is counted', () => {
    let candidates: readonly Candidate[] = [agent('a'), agent('b'), agent('c')]
    const chosen: string[] = []
    for (let index = 0; index < 6; index++) {
      const { id } = chooseAgent(auto, candidates) ?? agent('nobody')
      chosen.push(id)
      candidates = afterAssignment(candidates, id)
    }
    assert.deepEqual(chosen, ['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('passes over who is full, and chooses nobody when all are', () => {
    const full = agent('a', { limit: 2, openChats: 2 })
    assert.equal(chooseAgent(auto, [full, agent('b', { routedCount: 9 })])?.id, 'b')
    assert.equal(chooseAgent(auto, [full]), undefined)
    assert.equal(chooseAgent(auto, []), undefined)
  })
})

describe('wishes', () => {
  it('come first, as far as the wished agent has room', () => {
    const candidates = [agent('a'), agent('b', { routedCount: 5 })]
    assert.equal(chooseAgent(auto, candidates, { preferredId: 'b' })?.id, 'b')
    assert.equal(chooseAgent(auto, candidates, { preferredId: 'absent' })?.id, 'a')
    const full = [agent('a'), agent('b', { limit: 1, openChats: 1 })]
    assert.equal(chooseAgent(auto, full, { preferredId: 'b' })?.id, 'a')
  })

  it('avoid an agent while there is another', () => {
    const wish = { avoidedId: 'a' }
    assert.equal(chooseAgent(auto, [agent('a'), agent('b', { routedCount: 5 })], wish)?.id, 'b')
    assert.equal(chooseAgent(auto, [agent('a')], wish)?.id, 'a')
  })
})

describe('Load_Balancing', () => {
  const balancing = routingMethod('Load_Balancing')

  it('chooses who has the fewest open ones, then who has waited longest, then by username', () => {
    const busy = agent('a', { openChats: 2 })
    const lately = agent('b', { openChats: 1, lastTurn: 9 })
    const before = agent('c', { openChats: 1, lastTurn: 4, routedCount: 50 })
    assert.equal(chooseAgent(balancing, [busy, lately, before])?.id, 'c')
    assert.equal(chooseAgent(balancing, [busy, lately])?.id, 'b')
    assert.equal(chooseAgent(balancing, [agent('z'), agent('y')])?.id, 'y')
    assert.equal(balancing.config.showQueueLink, false)
  })
})

describe('Load_Rotation', () => {
  const rotation = routingMethod('Load_Rotation')

  it('goes round, whatever each has open; who is new comes next and no more often', () => {
    let candidates: readonly Candidate[] = [
      agent('a', { lastTurn: 5, openChats: 7 }),
      agent('b', { lastTurn: 3 }),
      agent('new'),
    ]
    const chosen: string[] = []
    for (let index = 0; index < 5; index++) {
      const { id } = chooseAgent(rotation, candidates) ?? agent('nobody')
      chosen.push(id)
      candidates = afterAssignment(candidates, id)
    }
    assert.deepEqual(chosen, ['new', 'b', 'a', 'new', 'b'])
  })
})

it('by hand nothing is given out', () => {
  const method = routingMethod('Manual_Selection')
  assert.equal(chooseAgent(method, [agent('a')], { preferredId: 'a' }), undefined)
  assert.equal(method.config.autoAssignAgent, false)
})

it('a name that is no method is the default one: nobody waits where nobody looks', () => {
  for (const name of ['External', 'constructor', '']) assert.equal(routingMethod(name), auto)
})

it('every method that can be chosen exists', () => {
  const { values } = SETTINGS.get('Livechat_Routing_Method') as { values: readonly string[] }
  const methods = new Set(values.map((name) => routingMethod(name)))
  assert.equal(methods.size, values.length)
})

it('a limit of 0 is none', () => {
  assert.ok(hasCapacity(agent('a', { limit: 0, openChats: 100 })))
  assert.ok(hasCapacity(agent('a', { limit: 3, openChats: 2 })))
  assert.ok(!hasCapacity(agent('a', { limit: 3, openChats: 3 })))
  assert.ok(!hasCapacity(agent('a', { limit: 3, openChats: 4 })))
})
