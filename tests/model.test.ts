import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { forEachEngine } from './support/engines.ts'
import { useServer } from './support/test-server.ts'
import { ALONE, FollowedRoom, newVisitor, randomId, type TestVisitor } from './support/visitor.ts'

const NIGHTLY = process.env['FOYER_NIGHTLY'] !== undefined
const RUNS = { sqlite: NIGHTLY ? 2000 : 60, postgres: NIGHTLY ? 500 : 20 }
const PEOPLE = 3

/** A room as it has to be, without a database: the whole specification of sending. */
class ModelRoom {
  readonly messages: { id: string; text: string; deleted: boolean }[] = []
  closed = false

  texts(): string[] {
    return this.messages.filter(({ deleted }) => !deleted).map(({ text }) => text)
  }
}

interface Person {
  visitor: TestVisitor
  room: ModelRoom
  followed: FollowedRoom
  sent: number
}

/** Every person carries his part of the model, which begins anew with each conversation. */
type Model = object

interface Real {
  people: Person[]
  run: string
}

type Step = fc.AsyncCommand<Model, Real>

/** One thing that a visitor does; it changes the model, and what it is answered is compared. */
class Act implements Step {
  readonly #who: number
  readonly #name: string
  readonly #act: (person: Person, run: string) => Promise<void>

  constructor(who: number, name: string, act: (person: Person, run: string) => Promise<void>) {
    this.#who = who
    this.#name = name
    this.#act = act
  }

  check(): boolean {
    return true
  }

  async run(_model: Model, { people, run }: Real): Promise<void> {
    await this.#act(people[this.#who]!, run)
  }

  toString(): string {
    return `visitor ${this.#who} ${this.#name}`
  }
}

async function sendNew(person: Person, run: string, copies: number): Promise<void> {
  const { room, visitor } = person
  const number = person.sent++
  const id = `${run}-${visitor.token.slice(0, 4)}-${number}`
  const text = number % 3 === 0 ? `*message* ${number}` : `message ${number}`
  const answers = await Promise.all(Array.from({ length: copies }, () => visitor.send(text, id)))
  for (const { status, body } of answers) {
    if (room.closed) assert.equal(body.error, 'room-closed')
    else assert.deepEqual([status, body.message?._id, body.message?.msg], [200, id, text])
  }
  if (!room.closed) room.messages.push({ id, text, deleted: false })
}

async function sendAgain({ visitor, room }: Person, index: number): Promise<void> {
  const message = room.messages[index % Math.max(1, room.messages.length)]
  if (message === undefined) return
  const { status, body } = await visitor.send('something else', message.id)
  const state = [status, body.message?.msg, body.message?.t]
  assert.deepEqual(state, message.deleted ? [200, '', 'rm'] : [200, message.text, undefined])
}

async function edit({ visitor, room }: Person, index: number, text: string): Promise<void> {
  const message = room.messages[index % Math.max(1, room.messages.length)]
  if (message === undefined) return
  const { status, body } = await visitor.edit(message.id, text)
  if (message.deleted) assert.equal(body.error, 'invalid-message')
  else if (room.closed) assert.equal(body.error, 'room-closed')
  else {
    assert.deepEqual([status, body.message?.msg], [200, text])
    message.text = text
  }
}

async function remove({ visitor, room }: Person, index: number, copies: number): Promise<void> {
  const message = room.messages[index % Math.max(1, room.messages.length)]
  if (message === undefined) return
  const answers = await Promise.all(
    Array.from({ length: copies }, () => visitor.remove(message.id)),
  )
  for (const { status, body } of answers) {
    if (room.closed && !message.deleted) assert.equal(body.error, 'room-closed')
    else assert.equal(status, 200, JSON.stringify(body))
  }
  assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1)
  if (!room.closed) message.deleted = true
}

async function close({ visitor, room }: Person): Promise<void> {
  const { status, body } = await visitor.close()
  if (room.closed) assert.equal(body.error, 'room-closed')
  else assert.equal(status, 200, JSON.stringify(body))
  room.closed = true
}

/** A closed conversation is compared for the last time; the next one begins empty. */
async function reopen(person: Person): Promise<void> {
  if (!person.room.closed) return
  await compare(person)
  assert.equal((await person.visitor.openRoom()).body.newRoom, true)
  person.room = new ModelRoom()
  person.followed = new FollowedRoom()
}

/** The whole history, the client that followed from the start, and the model: one state. */
async function compare({ visitor, room, followed }: Person): Promise<void> {
  await followed.catchUp(visitor, 3)
  const fresh = new FollowedRoom()
  await fresh.catchUp(visitor, 100)
  const full = (await visitor.messages()).reverse()
  assert.deepEqual(followed.inOrder, full)
  assert.deepEqual(fresh.inOrder, full)
  if (!room.closed) assert.equal((await visitor.room()).msgs, full.length)
  const said = full.filter(({ t }) => t === undefined)
  assert.deepEqual(
    said.map(({ msg }) => msg),
    room.texts(),
  )
  assert.deepEqual(
    said.map(({ _id }) => _id),
    room.messages.filter(({ deleted }) => !deleted).map(({ id }) => id),
  )
}

const who = fc.nat(PEOPLE - 1)
const which = fc.nat(30)
const copies = fc.integer({ min: 1, max: 4 })
const page = fc.integer({ min: 1, max: 5 })

/** Each step of a visitor, as often as it is listed. */
const steps: fc.Arbitrary<Step>[] = [
  ...Array.from({ length: 3 }, () =>
    fc
      .tuple(who, copies)
      .map(([n, c]) => new Act(n, `sends ${c} times`, (p, run) => sendNew(p, run, c))),
  ),
  fc.tuple(who, which).map(([n, i]) => new Act(n, `sends ${i} again`, (p) => sendAgain(p, i))),
  fc
    .tuple(who, which, fc.constantFrom('edited', '_edited_ too', 'again'))
    .map(([n, i, text]) => new Act(n, `edits ${i} to ${text}`, (p) => edit(p, i, text))),
  fc
    .tuple(who, which, copies)
    .map(([n, i, c]) => new Act(n, `deletes ${i}, ${c} times`, (p) => remove(p, i, c))),
  fc
    .tuple(who, page)
    .map(
      ([n, size]) => new Act(n, `resumes by ${size}`, (p) => p.followed.catchUp(p.visitor, size)),
    ),
  fc.tuple(who, which).map(
    ([n, seq]) =>
      new Act(n, `has read ${seq}`, async (p) => {
        assert.equal((await p.visitor.markRead(seq)).status, 200)
      }),
  ),
  who.map((n) => new Act(n, 'closes', close)),
  who.map((n) => new Act(n, 'comes back', reopen)),
]

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })

  async function newPerson(): Promise<Person> {
    const visitor = await newVisitor(server())
    return { visitor, room: new ModelRoom(), followed: new FollowedRoom(), sent: 0 }
  }

  async function play(commands: Iterable<Step>): Promise<void> {
    const people = await Promise.all(Array.from({ length: PEOPLE }, newPerson))
    await fc.asyncModelRun(() => ({ model: {}, real: { people, run: randomId() } }), commands)
    for (const person of people) await compare(person)
  }

  test('[P4] any operations of three visitors leave clients, history and model in one state', async () => {
    const property = fc.asyncProperty(fc.commands(steps, { maxCommands: 40 }), (commands) =>
      play(commands),
    )
    await fc.assert(property, { numRuns: RUNS[engine.name] })
  })

  test('[P3] what visitors do at the same time does not mix', async () => {
    const all = fc.array(fc.oneof(...steps), { minLength: 10, maxLength: 40 })
    const property = fc.asyncProperty(all, async (commands) => {
      const people = await Promise.all(Array.from({ length: PEOPLE }, newPerson))
      const run = randomId()
      // Each visitor goes his own steps in order, all of them at once.
      await Promise.all(
        people.map(async (_person, index) => {
          const own = people.map(() => people[index]!)
          for (const [at, command] of commands.entries()) {
            if (at % PEOPLE === index) {
              await command.run({}, { people: own, run: `${run}${index}` })
            }
          }
        }),
      )
      for (const person of people) await compare(person)
    })
    await fc.assert(property, { numRuns: Math.ceil(RUNS[engine.name] / 3) })
  })
})
