import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createOutbox, type Outbox, type OutboxEntry } from './outbox.ts'
import { NetworkError, RestError } from './rest.ts'
import { createSafeStorage } from './storage.ts'
import { ManualTimers } from './testing/manual-timers.ts'
import { Browser, until } from './testing/world.ts'

/** A server that stores each id once, and fails in the ways that a test sets. */
class Receiver {
  readonly stored: OutboxEntry[] = []
  /** Thrown in place of the next answers, before or after the text was stored. */
  readonly faults: { error: Error; isStored?: boolean }[] = []
  isDown = false
  requests = 0

  readonly deliver = async (entry: OutboxEntry): Promise<void> => {
    this.requests += 1
    await Promise.resolve()
    if (this.isDown) throw new NetworkError('down')
    const fault = this.faults.shift()
    const isNew = !this.stored.some(({ id }) => id === entry.id)
    if (isNew && (fault === undefined || fault.isStored === true)) this.stored.push(entry)
    if (fault !== undefined) throw fault.error
  }

  get texts(): string[] {
    return this.stored.map(({ text }) => text)
  }
}

interface Tab {
  outbox: Outbox
  timers: ManualTimers
}

function openTab(
  browser: Browser,
  receiver: Receiver,
  {
    owner = 'me',
    laneOf,
    timers = new ManualTimers(),
  }: {
    owner?: string
    laneOf?: (entry: OutboxEntry) => string
    timers?: ManualTimers
  } = {},
): Tab {
  const outbox = createOutbox({
    storage: createSafeStorage(browser.storage, 'test:'),
    owner,
    timers,
    tabs: browser.tab(),
    deliver: receiver.deliver,
    onChange: () => {},
    ...(laneOf === undefined ? {} : { laneOf }),
  })
  outbox.start()
  return { outbox, timers }
}

const isEmpty =
  ({ outbox }: Tab) =>
  () =>
    outbox.entries().length === 0

describe('the outbox', () => {
  test('[P10] what was typed survives a reload and days without a network', async () => {
    const browser = new Browser()
    const receiver = new Receiver()
    receiver.isDown = true
    const before = openTab(browser, receiver)
    for (const text of ['one', 'two', 'three']) before.outbox.add(text, {})
    for (let day = 0; day < 3; day++) {
      before.timers.pass(86_400_000)
      await Promise.resolve()
    }
    assert.equal(before.outbox.entries().length, 3)
    before.outbox.stop()
    const after = openTab(browser, receiver)
    assert.deepEqual(
      after.outbox.entries().map(({ text }) => text),
      ['one', 'two', 'three'],
    )
    await until(() => receiver.requests > 1, 'it tried')
    receiver.isDown = false
    after.outbox.kick()
    await until(isEmpty(after), 'all sent')
    assert.deepEqual(receiver.texts, ['one', 'two', 'three'])
    assert.equal(browser.storage.length, 0)
  })

  for (const fault of ['forbidden', 'full'] as const) {
    test(`[P10] a storage that is ${fault} costs no text while the page is there`, async () => {
      const browser = new Browser()
      browser.storage[fault] = true
      const receiver = new Receiver()
      receiver.isDown = true
      const tab = openTab(browser, receiver)
      tab.outbox.add('one', {})
      tab.outbox.add('two', {})
      await until(() => receiver.requests > 0, 'it tried')
      assert.equal(tab.outbox.entries().length, 2)
      receiver.isDown = false
      tab.outbox.kick()
      await until(isEmpty(tab), 'all sent')
      assert.deepEqual(receiver.texts, ['one', 'two'])
    })
  }

  test('[P10] an answer that is lost leads to the same id again, in order', async () => {
    const browser = new Browser()
    const receiver = new Receiver()
    receiver.faults.push({ error: new NetworkError('lost'), isStored: true })
    const tab = openTab(browser, receiver)
    tab.outbox.add('one', {})
    tab.outbox.add('two', {})
    await until(() => receiver.requests === 1, 'the first try')
    assert.deepEqual(receiver.texts, ['one'])
    await until(() => tab.timers.asked.length > 0, 'it waits')
    tab.timers.pass(1000)
    await until(isEmpty(tab), 'all sent')
    assert.deepEqual(receiver.texts, ['one', 'two'])
  })

  test('a refusal is shown with its reason and holds nothing else up', async () => {
    const browser = new Browser()
    const receiver = new Receiver()
    const refusal = new RestError(400, { error: 'room-closed' })
    receiver.faults.push({ error: refusal })
    const tab = openTab(browser, receiver)
    const id = tab.outbox.add('one', { rid: 'R' })
    tab.outbox.add('two', {})
    await until(() => receiver.stored.length === 1, 'the second')
    const [failed] = tab.outbox.entries()
    assert.deepEqual(failed?.failure, { code: 'room-closed', text: 'room-closed' })
    tab.outbox.stop()
    const reloaded = openTab(browser, receiver)
    assert.equal(receiver.requests, 2, 'it is not sent again by itself')
    reloaded.outbox.retry(id, 'R2')
    await until(isEmpty(reloaded), 'sent')
    assert.equal(receiver.stored.at(-1)?.rid, 'R2')
    assert.equal(receiver.stored.at(-1)?.id, id)
  })

  test('after a 429 it keeps still for as long as the server says', async () => {
    const receiver = new Receiver()
    receiver.faults.push({ error: new RestError(429, {}, 20_000) })
    const tab = openTab(new Browser(), receiver)
    tab.outbox.add('one', {})
    await until(() => tab.timers.asked.includes(20_000), 'it waits')
    tab.outbox.kick()
    tab.outbox.add('two', {})
    tab.timers.pass(19_999)
    assert.equal(receiver.requests, 1)
    tab.timers.pass(1)
    await until(isEmpty(tab), 'all sent')
    assert.deepEqual(receiver.texts, ['one', 'two'])
  })

  test('several tabs send everything once and in order, also when one of them dies', async () => {
    const browser = new Browser()
    const receiver = new Receiver()
    const first = openTab(browser, receiver)
    const second = openTab(browser, receiver)
    receiver.isDown = true
    const texts = ['one', 'two', 'three', 'four']
    texts.forEach((text, index) => (index % 2 === 0 ? first : second).outbox.add(text, {}))
    await until(() => receiver.requests >= 2, 'both tried')
    first.outbox.stop()
    receiver.isDown = false
    second.outbox.kick()
    await until(isEmpty(second), 'all sent')
    assert.deepEqual(receiver.texts, texts)
    const third = openTab(browser, receiver)
    receiver.isDown = true
    third.outbox.add('five', {})
    third.outbox.stop()
    receiver.isDown = false
    second.timers.pass(5000)
    await until(() => receiver.texts.includes('five'), 'sent by the tab that lives')
    second.outbox.stop()
  })

  test('what another owner left is neither shown nor sent', () => {
    const browser = new Browser()
    const receiver = new Receiver()
    receiver.isDown = true
    const ana = openTab(browser, receiver, { owner: 'a:b' })
    ana.outbox.add('secret', {})
    ana.outbox.stop()
    const requests = receiver.requests
    const ben = openTab(browser, receiver, { owner: 'a' })
    assert.deepEqual(ben.outbox.entries(), [])
    assert.equal(receiver.requests, requests)
    ben.outbox.clear()
    assert.equal(openTab(browser, receiver, { owner: 'a:b' }).outbox.entries().length, 1)
  })

  test('a clock that is set back changes no order', async () => {
    const browser = new Browser()
    const receiver = new Receiver()
    receiver.isDown = true
    const late = new ManualTimers()
    late.pass(10_000_000)
    openTab(browser, receiver, { timers: late }).outbox.add('one', {})
    const tab = openTab(browser, receiver)
    tab.outbox.add('two', {})
    tab.outbox.add('three', {})
    assert.deepEqual(
      tab.outbox.entries().map(({ text }) => text),
      ['one', 'two', 'three'],
    )
  })

  test('a room that does not answer holds up no other room', async () => {
    const receiver = new Receiver()
    const tab = openTab(new Browser(), receiver, { laneOf: ({ rid = '' }) => rid })
    receiver.faults.push({ error: new NetworkError('lost') })
    tab.outbox.add('to A', { rid: 'A' })
    tab.outbox.add('to B', { rid: 'B' })
    await until(() => receiver.texts.includes('to B'), 'B is sent')
    assert.deepEqual(receiver.texts, ['to B'])
    tab.timers.pass(1000)
    await until(isEmpty(tab), 'all sent')
  })

  test('what somebody else wrote under our keys does no harm', () => {
    const browser = new Browser()
    for (const value of ['', '{', 'null', '[]', '{"id":1}', '{"id":"x","text":"y"}']) {
      browser.storage.setItem(`test:outbox:me:${value}`, value)
    }
    assert.deepEqual(openTab(browser, new Receiver()).outbox.entries(), [])
  })
})
