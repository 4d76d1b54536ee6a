import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import {
  applyRoomEvent,
  emptyRoom,
  type Message,
  type RoomEvent,
  type RoomState,
} from './room-state.ts'

/** A room as the server keeps it: one row for each message, with the place of its last change. */
interface Row {
  message: Message
  changedSeq: number
  isDeleted: boolean
}

const timeOf = (place: number): string => new Date(1_800_000_000_000 + place).toISOString()

const messageAt = (seq: number, parts: Partial<Message> = {}): Message => ({
  _id: `m${seq}`,
  rid: 'R',
  msg: `text ${seq}`,
  ts: timeOf(seq),
  u: { _id: seq % 2 === 0 ? 'agent' : 'visitor', username: seq % 2 === 0 ? 'rosa' : 'guest-1' },
  _updatedAt: timeOf(seq),
  ls: timeOf(seq),
  seq,
  urls: [],
  mentions: [],
  channels: [],
  ...parts,
})

type Step = { kind: 'send' | 'system' } | { kind: 'edit' | 'delete'; which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'send' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'system' }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), which: fc.nat(30) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat(30) }),
  },
)

/** The server's side: the rows after each step, the first with nothing. */
function play(steps: readonly Step[], isClosed: boolean): (readonly Row[])[] {
  const states: (readonly Row[])[] = [[]]
  let rows: readonly Row[] = []
  const all = isClosed ? [...steps, { kind: 'close' as const }] : steps
  all.forEach((one, index) => {
    const place = index + 1
    const alive = rows.filter(({ isDeleted }) => !isDeleted)
    if (one.kind === 'edit' || one.kind === 'delete') {
      const target = alive[one.which % Math.max(1, alive.length)]
      rows = rows.map((row) =>
        row === target ? changedRow(row, place, one.kind === 'delete') : row,
      )
    } else {
      const t = { send: {}, system: { t: 'uj' }, close: { t: 'livechat-close' } }[one.kind]
      rows = [...rows, { message: messageAt(place, t), changedSeq: place, isDeleted: false }]
    }
    states.push(rows)
  })
  return states
}

const changedRow = ({ message }: Row, place: number, isDeleted: boolean): Row => ({
  message: { ...message, msg: `edit ${place}`, ls: timeOf(place), _updatedAt: timeOf(place) },
  changedSeq: place,
  isDeleted,
})

/** What the server tells of everything after a place, each message at its last change. */
const eventsAfter = (rows: readonly Row[], place: number): RoomEvent[] =>
  rows
    .filter(({ changedSeq }) => changedSeq > place)
    .sort((a, b) => a.changedSeq - b.changedSeq)
    .map(({ message, changedSeq, isDeleted }) => ({
      kind: 'message',
      message: isDeleted ? { ...message, t: 'rm', msg: '' } : message,
      seq: changedSeq,
    }))

/** The same as a page of the history tells it. */
const changesAfter = (rows: readonly Row[], place: number, seq: number): RoomEvent => {
  const changed = rows.filter(({ changedSeq }) => changedSeq > place)
  return {
    kind: 'changes',
    messages: changed.filter(({ isDeleted }) => !isDeleted).map(({ message }) => message),
    removed: changed.filter(({ isDeleted }) => isDeleted).map(({ message }) => message._id),
    seq,
  }
}

const pageOf = (rows: readonly Row[], size: number, before = Infinity) => {
  const visible = rows
    .filter(({ isDeleted, message }) => !isDeleted && message.seq < before)
    .map(({ message }) => message)
  return {
    messages: visible.slice(-size).reverse(),
    hasOlder: visible.length > size,
  }
}

const loadedAt = (rows: readonly Row[], cursor: number, size: number): RoomEvent => ({
  kind: 'loaded',
  ...pageOf(rows, size),
  cursor,
})

const after = (state: RoomState, events: readonly RoomEvent[]): RoomState =>
  events.reduce(applyRoomEvent, state)

/** What a person sees. */
const seen = ({ messages, open }: RoomState) => ({
  messages: messages.map(({ _id, msg, seq }) => ({ _id, msg, seq })),
  open,
})

/** What a person sees who has all of it. */
const truth = (rows: readonly Row[]) => ({
  messages: rows
    .filter(({ isDeleted }) => !isDeleted)
    .map(({ message: { _id, msg, seq } }) => ({ _id, msg, seq })),
  open: !rows.some(({ message }) => message.t === 'livechat-close'),
})

const history = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  isClosed: fc.boolean(),
  cut: fc.nat(40),
  byPage: fc.boolean(),
})

describe('what is known of a room', () => {
  test('[P4] [P6] state at k and the events k..n are the state at n, however they are told', () => {
    fc.assert(
      fc.property(history, ({ steps, isClosed, cut, byPage }) => {
        const states = play(steps, isClosed)
        const n = states.length - 1
        const k = cut % (n + 1)
        const [early = [], late = []] = [states[k], states[n]]
        const at = after(emptyRoom('R'), eventsAfter(early, 0))
        const events = byPage ? [changesAfter(late, k, n)] : eventsAfter(late, k)
        const end = after(at, [...events, { kind: 'up-to-date', seq: n }])
        assert.deepEqual(seen(end), truth(late))
        assert.equal(end.cursor, n)
        const fresh = after(emptyRoom('R'), [
          ...eventsAfter(late, 0),
          { kind: 'up-to-date', seq: n },
        ])
        assert.deepEqual(seen(end), seen(fresh))
      }),
      { numRuns: 500 },
    )
  })

  test('[P4] [P6] events told again, and answers of requests however late, change nothing', () => {
    const noise = fc.array(fc.record({ at: fc.nat(), from: fc.nat(), which: fc.nat() }), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(history, noise, ({ steps, isClosed }, noises) => {
        const states = play(steps, isClosed)
        const n = states.length - 1
        const late = states[n] ?? []
        let state = emptyRoom('R')
        for (let place = 1; place <= n; place++) {
          const rows = states[place] ?? []
          state = after(state, eventsAfter(rows, place - 1))
          for (const { at, from, which } of noises) {
            if (at % n !== place - 1) continue
            // What a request had read some time ago, or what a second connection tells again.
            const stale = states[from % (place + 1)] ?? []
            const row = stale[which % Math.max(1, stale.length)]
            if (row !== undefined && !row.isDeleted) {
              state = applyRoomEvent(state, { kind: 'answered', message: row.message })
            }
            state = after(state, eventsAfter(stale, 0))
          }
        }
        assert.deepEqual(seen(state), truth(late))
      }),
      { numRuns: 500 },
    )
  })

  test('[P4] pages of older messages make no holes and undo no change that came meanwhile', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 6 }), ({ steps, cut }, size) => {
        const states = play(steps, false)
        const n = states.length - 1
        const k = cut % (n + 1)
        const late = states[n] ?? []
        let state = applyRoomEvent(emptyRoom('R'), loadedAt(states[k] ?? [], k, size))
        let place = k
        for (let round = 0; round < 200 && (state.hasOlder || place < n); round++) {
          // The page is read now and arrives after the next change.
          const page = pageOf(states[place] ?? [], size, state.messages[0]?.seq)
          if (place < n) {
            place += 1
            state = after(state, eventsAfter(states[place] ?? [], place - 1))
          }
          if (state.hasOlder) state = applyRoomEvent(state, { kind: 'older-loaded', ...page })
        }
        assert.deepEqual(seen(state), truth(late))
        assert.deepEqual(state.unplaced, [])
      }),
      { numRuns: 1500 },
    )
  })

  test('[P6] one who loads late sees the final state, and nothing deleted comes back', () => {
    const states = play(
      [{ kind: 'send' }, { kind: 'edit', which: 0 }, { kind: 'delete', which: 0 }],
      false,
    )
    const loaded = applyRoomEvent(emptyRoom('R'), loadedAt(states[3] ?? [], 3, 10))
    assert.deepEqual(loaded.messages, [])
    const [first] = states[1] ?? []
    assert.ok(first)
    const late = applyRoomEvent(loaded, { kind: 'answered', message: first.message })
    assert.deepEqual(late.messages, [], 'an answer from before the deletion')
  })

  test('own words stand at their place as soon as they are answered', () => {
    const known = after(emptyRoom('R'), [{ kind: 'message', message: messageAt(1), seq: 1 }])
    const answered = applyRoomEvent(known, { kind: 'answered', message: messageAt(4) })
    assert.equal(answered.cursor, 1, 'what lies between is still to be told')
    const end = after(answered, [
      { kind: 'message', message: messageAt(2), seq: 2 },
      { kind: 'message', message: messageAt(4), seq: 4 },
    ])
    assert.deepEqual(
      end.messages.map(({ seq }) => seq),
      [1, 2, 4],
    )
  })

  test('own words that were answered stay, though an older page comes after them', () => {
    const answered = applyRoomEvent(emptyRoom('R'), { kind: 'answered', message: messageAt(4) })
    const loaded = applyRoomEvent(answered, {
      kind: 'loaded',
      messages: [messageAt(2)],
      cursor: 3,
      hasOlder: false,
    })
    assert.deepEqual(
      loaded.messages.map(({ seq }) => seq),
      [2, 4],
    )
    assert.equal(loaded.cursor, 3)
  })

  test('read positions never go back; who serves and who waits exclude each other', () => {
    const read = after(emptyRoom('R'), [
      { kind: 'read', read: { visitor: 3, agents: 5, byAgent: { a: 5 } } },
      { kind: 'read', read: { visitor: 4, agents: 2 } },
    ]).read
    assert.deepEqual(read, { visitor: 4, agents: 5, byAgent: { a: 5 } })
    const queued = applyRoomEvent(emptyRoom('R'), {
      kind: 'queue',
      queue: { place: 2, text: '#2' },
    })
    const agent = { username: 'rosa', status: 'online' }
    const served = after(queued, [
      { kind: 'agent', agent },
      { kind: 'agent-status', status: 'away' },
    ])
    assert.deepEqual(
      [queued.queue?.place, served.queue, served.agent?.status],
      [2, undefined, 'away'],
    )
    const returned = applyRoomEvent(served, { kind: 'agent', agent: undefined })
    assert.equal(returned.agent, undefined)
  })

  test('who has said it is not typing any more', () => {
    const typing = applyRoomEvent(emptyRoom('R'), { kind: 'typing', username: 'rosa', on: true })
    assert.deepEqual(typing.typing, ['rosa'])
    assert.equal(applyRoomEvent(typing, { kind: 'typing', username: 'rosa', on: true }), typing)
    const said = applyRoomEvent(typing, { kind: 'message', message: messageAt(2), seq: 2 })
    assert.deepEqual(said.typing, [])
  })

  test('the end of a conversation is told by its message', () => {
    const closing = messageAt(3, { t: 'livechat-close' })
    const closed = applyRoomEvent(emptyRoom('R'), { kind: 'message', message: closing, seq: 3 })
    assert.equal(closed.open, false)
    assert.equal(closed.closing, closing)
  })
})
