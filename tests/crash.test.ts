import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChildServer } from './support/child-server.ts'
import { forEachEngine, type TestEngine } from './support/engines.ts'
import type { Answer, RequestParts } from './support/test-server.ts'
import {
  FollowedRoom,
  newVisitor,
  randomId,
  type Api,
  type TestVisitor,
} from './support/visitor.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
const KILLS = NIGHTLY ? { sqlite: 200, postgres: 50 } : { sqlite: 10, postgres: 4 }
const ROOMS = 4
const SENDERS_PER_ROOM = 4
/** A kill comes after a random number of acknowledgements up to this one. */
const ACKNOWLEDGED_BETWEEN_KILLS = 120

/**
 * The server as its clients see it: sometimes away. A request that gets no answer is sent again to
 * whatever runs next, as every client of ours does.
 */
class RestartingServer implements Api {
  #up: Promise<ChildServer>
  #acknowledged = 0
  #waiting: { count: number; resolve: () => void } | undefined
  repeated = 0

  constructor(first: ChildServer) {
    this.#up = Promise.resolve(first)
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  async request(method: string, path: string, parts?: RequestParts): Promise<Answer> {
    for (;;) {
      const server = await this.#up
      const answer = await server.request(method, path, parts).catch(() => undefined)
      if (answer !== undefined && answer.status !== 503) {
        this.#count()
        return answer
      }
      this.repeated += 1
    }
  }

  /** Resolves after so many more acknowledgements. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { count: this.#acknowledged + count, resolve }
    })
  }

  /** Kills the process without a word and starts the next one. */
  async crash(start: () => Promise<ChildServer>): Promise<void> {
    const old = await this.#up
    this.#up = old.stop('SIGKILL').then(start)
    await this.#up
  }

  async stop(): Promise<void> {
    await (await this.#up).stop()
  }

  #count(): void {
    this.#acknowledged += 1
    if (this.#waiting === undefined || this.#acknowledged < this.#waiting.count) return
    this.#waiting.resolve()
    this.#waiting = undefined
  }
}

/** What the senders of one room were told: its messages, and how many events they caused. */
interface Told {
  visitor: TestVisitor
  texts: Map<string, { text: string; seq: number; ts: string }>
  deleted: Set<string>
  events: number
}

/** Sends, edits and deletes messages of its own until it shall stop; every answer is remembered. */
async function sender(name: string, told: Told, stopped: () => boolean): Promise<void> {
  const { visitor } = told
  for (let round = 0; !stopped(); round++) {
    const _id = randomId()
    const sent = await visitor.say(`${name}, ${round}`, _id)
    told.texts.set(_id, { text: sent.msg, seq: sent.seq, ts: sent.ts })
    told.events += 1
    if (round % 3 === 0) {
      const text = `${name}, ${round}, edited`
      const { status, body } = await visitor.edit(_id, text)
      assert.equal(status, 200, JSON.stringify(body))
      told.texts.set(_id, { text, seq: sent.seq, ts: sent.ts })
      told.events += 1
    }
    if (round % 4 === 0) {
      const { status, body } = await visitor.remove(_id)
      assert.equal(status, 200, JSON.stringify(body))
      told.texts.delete(_id)
      told.deleted.add(_id)
      told.events += 1
    }
  }
}

/** Compares a room with what its senders were told. */
async function compare(told: Told): Promise<{ lost: number; duplicated: number }> {
  const followed = new FollowedRoom()
  await followed.catchUp(told.visitor, 100)
  const stored = followed.inOrder.filter(({ t }) => t === undefined)
  let lost = 0
  for (const [_id, { text, seq, ts }] of told.texts) {
    const message = followed.messages.get(_id)
    if (message === undefined || message.msg !== text) lost += 1
    else assert.deepEqual([message.seq, message.ts], [seq, ts], 'place and time as acknowledged')
  }
  for (const _id of told.deleted) if (followed.messages.has(_id)) lost += 1
  const duplicated = stored.length - told.texts.size

  const times = followed.inOrder.map(({ ts }) => ts)
  assert.deepEqual(times, [...new Set(times)].sort(), 'times grow with the order')
  const room = await told.visitor.room()
  assert.equal(room.msgs, followed.messages.size, 'the counter equals the rows')
  // One event opened the room. One too few would be a lost change, one too many a second one.
  assert.equal(room.seq, told.events + 1, 'the order has no gap and no event twice')
  assert.equal(followed.cursor, room.seq)
  return { lost, duplicated }
}

async function crashUnderLoad(engine: TestEngine, kills: number) {
  const place = await engine.create()
  const start = () => ChildServer.start({ storage: place.storage })
  const server = new RestartingServer(await start())
  try {
    const rooms: Told[] = []
    for (let index = 0; index < ROOMS; index++) {
      const visitor = await newVisitor(server)
      rooms.push({ visitor, texts: new Map(), deleted: new Set(), events: 0 })
    }
    let stopping = false
    const senders = rooms.flatMap((told, room) =>
      Array.from({ length: SENDERS_PER_ROOM }, (_, index) =>
        sender(`${room}-${index}`, told, () => stopping),
      ),
    )
    // A sender that fails ends the test at once.
    const working = Promise.all(senders)
    for (let kill = 0; kill < kills; kill++) {
      const moment = 1 + Math.floor(Math.random() * ACKNOWLEDGED_BETWEEN_KILLS)
      await Promise.race([server.more(moment), working])
      await server.crash(start)
    }
    stopping = true
    await working
    const outcomes = []
    for (const told of rooms) outcomes.push(await compare(told))
    return {
      acknowledged: server.acknowledged,
      repeated: server.repeated,
      lost: outcomes.reduce((sum, { lost }) => sum + lost, 0),
      duplicated: outcomes.reduce((sum, { duplicated }) => sum + duplicated, 0),
    }
  } finally {
    await server.stop()
    await place.remove()
  }
}

forEachEngine((engine) => {
  const kills = KILLS[engine.name]

  test(`[P1] ${kills} times SIGKILL under load: what was acknowledged is there, once`, async (t) => {
    const { acknowledged, repeated, lost, duplicated } = await crashUnderLoad(engine, kills)
    t.diagnostic(
      `${kills} kills, ${acknowledged} acknowledged, ${repeated} sent again, ${lost} lost, ${duplicated} duplicated`,
    )
    assert.deepEqual({ lost, duplicated }, { lost: 0, duplicated: 0 })
    assert.ok(repeated >= kills, 'every kill met requests under way')
  })
})
