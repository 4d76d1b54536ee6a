import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bus, Whisper } from '../../server/bus/bus.ts'
import type { FaultyProxy } from './faulty-proxy.ts'
import { until } from './until.ts'

/** A place where buses of one installation meet. */
interface BusPlace {
  bus(id: string): Bus
  /** The bus of a process whose way to the others is the proxy. */
  behindProxy(id: string): Bus
  readonly proxy: FaultyProxy
  /** The bus of another installation on the same servers. */
  elsewhere(id: string): Bus
  close(): Promise<void>
}

/** What a bus told its listeners. */
class Ear {
  readonly topics: string[] = []
  readonly whispers: Whisper[] = []
  missed = 0

  constructor(bus: Bus) {
    bus.onRing((topics) => this.topics.push(...topics))
    bus.onWhisper((whisper) => this.whispers.push(whisper))
    bus.onMissed(() => (this.missed += 1))
  }
}

const TYPING: Whisper = {
  kind: 'activity',
  roomId: 'r1',
  author: { type: 'visitor', id: 'v1', username: 'Zoë "the" 客人' },
  activities: ['user-typing'],
}

/** What holds for every bus, also that of a single process. */
export function aloneContract(open: () => Promise<Bus>): void {
  test('a process hears its own rings and whispers, those of one turn together', async (t) => {
    const bus = await open()
    t.after(() => bus.close())
    const calls: string[][] = []
    const stop = bus.onRing((topics) => calls.push([...topics]))
    const ear = new Ear(bus)
    bus.ring(['room:1', 'room:2'])
    bus.ring(['room:1', 'settings'])
    bus.ring([])
    bus.whisper(TYPING)
    await nextTurn()
    await nextTurn()
    assert.deepEqual(calls, [['room:1', 'room:2', 'settings']])
    assert.deepEqual(ear.whispers, [TYPING])
    stop()
    bus.ring(['room:3'])
    await until('the other listener hears', () => ear.topics.includes('room:3'))
    assert.equal(calls.length, 1, 'who has stopped listening hears no more')
  })
}

/** What holds for every bus between processes. */
export function busContract(open: () => Promise<BusPlace>): void {
  let place: BusPlace
  let a: Bus
  let b: Bus
  const opened: Bus[] = []
  const start = async (bus: Bus): Promise<Bus> => {
    opened.push(bus)
    await until('the bus connects', () => bus.state === 'connected')
    return bus
  }

  before(async () => {
    place = await open()
    a = await start(place.bus('node-a'))
    b = await start(place.behindProxy('node-b'))
  })
  after(async () => {
    for (const bus of opened) await bus.close()
    await place.close()
  })

  aloneContract(() => start(place.elsewhere('node-d')))

  test('the others hear each topic once, also thousands at a time', async () => {
    const own = new Ear(a)
    const ear = new Ear(b)
    const topics = Array.from(
      { length: 5000 },
      (_, index) => `room:many-${'x'.repeat(40)}-${index}`,
    )
    const manyIn = ({ topics: heard }: Ear) => heard.filter((topic) => topic.includes('many'))
    a.ring(topics as `room:${string}`[])
    a.whisper(TYPING)
    a.ring(['user:last'])
    await until('the last one arrives', () => ear.topics.includes('user:last'))
    assert.equal(manyIn(ear).length, 5000)
    assert.equal(new Set(manyIn(ear)).size, 5000)
    await until('the whisper arrives', () => ear.whispers.length > 0)
    assert.deepEqual(ear.whispers.at(-1), TYPING)
    // A ring of the other side comes after all of these would have come back.
    b.ring(['user:answer'])
    await until('the answer arrives', () => own.topics.includes('user:answer'))
    assert.equal(manyIn(own).length, 5000, 'nobody hears his own rings from the others')
    assert.equal(own.whispers.length, 1)
  })

  test('installations on the same servers do not hear each other', async () => {
    const stranger = await start(place.elsewhere('node-c'))
    const ear = new Ear(stranger)
    const near = new Ear(b)
    a.ring(['room:secret'])
    await until('our own hears', () => near.topics.includes('room:secret'))
    stranger.ring(['room:own'])
    await until('the stranger hears himself', () => ear.topics.length > 0)
    assert.deepEqual(ear.topics, ['room:own'])
  })

  for (const fault of ['cut', 'silence'] as const) {
    test(`[P12] a connection that is ${fault === 'cut' ? 'cut' : 'silent'} is found, and what was not told is told later`, async () => {
      const { proxy } = place
      const ear = new Ear(a)
      const cutOff = new Ear(b)
      proxy[fault]()
      b.ring([`room:during-${fault}`])
      await until('the loss is seen', () => b.state === 'lost')
      b.whisper(TYPING)
      b.ring(['room:while-lost'])
      await until('it hears itself all the same', () => cutOff.topics.includes('room:while-lost'))
      a.ring(['room:missed'])
      const missed = cutOff.missed
      proxy.heal()
      await until('it is back', () => b.state === 'connected')
      assert.ok(cutOff.missed > missed, 'who was cut off is told to look at everything')
      await until('the others hear what was kept', () => ear.topics.includes('room:while-lost'))
      assert.ok(ear.topics.includes(`room:during-${fault}`))
      assert.deepEqual(ear.whispers, [], 'whispers are not kept')
      a.ring(['room:after'])
      await until('rings pass again', () => cutOff.topics.includes('room:after'))
    })
  }
}
