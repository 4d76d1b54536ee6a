import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { agentWrote, visitorWrote, type AnsweringRoom } from './room-activity.ts'

const second = (seconds: number): string =>
  new Date(Date.UTC(2026, 7, 1) + seconds * 1000).toISOString()
const rosa = { id: 'rosa', username: 'rosa' }
const noor = { id: 'noor', username: 'noor' }

/** A room that was opened at second 0 and taken at second 4. */
const takenRoom = (): AnsweringRoom => ({
  id: 'room',
  visitor_id: 'ana',
  state: 'taken',
  seq: 0,
  messages: 0,
  label: 'Ana',
  created_at: second(0),
  last_message_at: second(0),
  updated_at: second(0),
  visitor_last_message_at: null,
  served_by_id: 'rosa',
  served_at: second(4),
  waiting_response: 1,
  responder_id: null,
  responder_username: null,
  responder_first_at: null,
  responder_last_at: null,
  question_at: null,
  answered_at: null,
  response_count: 0,
  response_total: 0,
  first_response: null,
  first_response_at: null,
  first_reaction: null,
  first_reaction_at: null,
  reaction_total: 0,
})

const responses = (room: AnsweringRoom) => ({
  count: room.response_count,
  total: room.response_total,
  first: room.first_response,
})
const reactions = (room: AnsweringRoom) => ({
  total: room.reaction_total,
  first: room.first_reaction,
})

describe('what messages make of a room', () => {
  test('an answer is measured from the first of the visitor’s words, a reaction from the taking', () => {
    const room = takenRoom()
    visitorWrote(room, second(1))
    visitorWrote(room, second(3))
    assert.equal(room.question_at, second(1))
    agentWrote(room, rosa, second(10))
    assert.deepEqual(responses(room), { count: 1, total: 9, first: 9 })
    assert.deepEqual(reactions(room), { total: 6, first: 6 })
    agentWrote(room, rosa, second(12))
    assert.deepEqual(responses(room), { count: 1, total: 9, first: 9 })
    visitorWrote(room, second(20))
    agentWrote(room, rosa, second(25))
    assert.deepEqual(responses(room), { count: 2, total: 14, first: 9 })
    assert.deepEqual(reactions(room), { total: 11, first: 6 })
  })

  test('who greets before the visitor writes has answered once, and his first answer stays', () => {
    const room = takenRoom()
    agentWrote(room, rosa, second(5))
    agentWrote(room, rosa, second(50))
    assert.deepEqual(responses(room), { count: 1, total: 5, first: 5 })
    assert.equal(room.answered_at, second(5))
  })

  test('an answer within the same millisecond counts', () => {
    const room = takenRoom()
    visitorWrote(room, second(4))
    agentWrote(room, rosa, second(4))
    assert.deepEqual(responses(room), { count: 1, total: 0, first: 0 })
  })

  test('who takes over reacts from then on; the visitor has waited since his question', () => {
    const room = takenRoom()
    visitorWrote(room, second(1))
    agentWrote(room, rosa, second(5))
    visitorWrote(room, second(10))
    Object.assign(room, { served_by_id: 'noor', served_at: second(30) })
    agentWrote(room, noor, second(33))
    assert.deepEqual(responses(room), { count: 2, total: 4 + 23, first: 4 })
    assert.deepEqual(reactions(room), { total: 1 + 3, first: 1 })
  })

  test('the room waits from a visitor’s message to the next answer, and knows who gave it', () => {
    const room = takenRoom()
    visitorWrote(room, second(5))
    assert.equal(room.waiting_response, 1)
    agentWrote(room, rosa, second(6))
    agentWrote(room, rosa, second(8))
    assert.equal(room.waiting_response, 0)
    assert.deepEqual(
      [room.responder_id, room.responder_first_at, room.responder_last_at],
      ['rosa', second(6), second(8)],
    )
    visitorWrote(room, second(9))
    assert.deepEqual([room.waiting_response, room.responder_id], [1, null])
  })
})
