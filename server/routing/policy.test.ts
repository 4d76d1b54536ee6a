import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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

it('no method but the automatic ones gives anything out', () => {
  for (const name of ['Manual_Selection', 'External', 'constructor', '']) {
    const method = routingMethod(name)
    assert.equal(chooseAgent(method, [agent('a')], { preferredId: 'a' }), undefined)
    assert.equal(method.config.autoAssignAgent, false)
  }
})

it('a limit of 0 is none', () => {
  assert.ok(hasCapacity(agent('a', { limit: 0, openChats: 100 })))
  assert.ok(hasCapacity(agent('a', { limit: 3, openChats: 2 })))
  assert.ok(!hasCapacity(agent('a', { limit: 3, openChats: 3 })))
  assert.ok(!hasCapacity(agent('a', { limit: 3, openChats: 4 })))
})
