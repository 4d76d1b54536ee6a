import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachEngine } from '../../tests/support/engines.ts'
import type { Clock } from '../lib/clock.ts'
import { createLogger } from '../lib/logger.ts'
import type { Database } from '../storage/database.ts'
import { openDatabase, type StorageTarget } from '../storage/open.ts'
import { JobQueue, type NewJob } from './queue.ts'
import { discardDead, listDead, readJobFigures, replayDead } from './dead.ts'
import { backoffMs, claim, LEASE_MS } from './store.ts'
import { JobWorker, type JobHandler } from './worker.ts'

/** A clock that stands still until it is told. */
class HeldClock implements Clock {
  #now = Date.parse('2026-05-01T10:00:00.000Z')

  now(): number {
    return this.#now
  }

  pass(ms: number): void {
    this.#now += ms
  }
}

const KIND = 'tried'
const log = createLogger('silent')

forEachEngine((engine) => {
  const clock = new HeldClock()
  const jobs = new JobQueue(clock)
  let storage: StorageTarget
  let db: Database
  let remove: () => Promise<void>

  before(async () => {
    const place = await engine.create()
    storage = place.storage
    remove = place.remove
    db = await openDatabase(storage, {})
  })
  after(async () => {
    await db.close()
    await remove()
  })

  const add = (...added: (Partial<NewJob> & { orderKey: string })[]) =>
    db.transact((tx) =>
      jobs.add(
        tx,
        added.map((job) => ({ kind: KIND, payload: {}, ...job })),
      ),
    )
  const workerOf = (handler: JobHandler, on: Database = db, alone = false) =>
    new JobWorker({ db: on, clock, log, jobs, alone }, new Map([[KIND, handler]]))
  const left = () =>
    db.read((reader) => reader.q.selectFrom('job').selectAll().orderBy('id').execute())
  const empty = () => db.transact((tx) => tx.q.deleteFrom('job').execute())
  const numbered = (orderKey: string, count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({ orderKey, payload: { n: from + index } }))
  const numberOf = (payload: string): number => (JSON.parse(payload) as { n: number }).n

  test('work is done once and leaves nothing; work that was rolled back is none', async () => {
    const seen: string[] = []
    const worker = workerOf({ run: async (job) => void seen.push(job.order_key) })
    await add({ orderKey: 'a' }, { orderKey: 'b' })
    const undone = db.transact(async (tx) => {
      await jobs.add(tx, [{ kind: KIND, orderKey: 'c', payload: {} }])
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    assert.equal(await worker.drain(), 2)
    assert.deepEqual(seen.sort(), ['a', 'b'])
    assert.deepEqual(await left(), [])
  })

  test('what is due later waits for its time, and an unknown kind for its handler', async () => {
    const seen: string[] = []
    const worker = workerOf({ run: async (job) => void seen.push(job.order_key) })
    await add(
      { orderKey: 'later', dueAt: clock.now() + 1000 },
      { orderKey: 'now' },
      { orderKey: 'x', kind: 'of another release' },
    )
    await worker.drain()
    assert.deepEqual(seen, ['now'])
    clock.pass(1000)
    await worker.drain()
    assert.deepEqual(seen, ['now', 'later'])
    assert.equal((await left()).length, 1)
    await empty()
  })

  test('[P9] jobs of a key run in order, one at a time, and a failing one holds up its key alone', async () => {
    const seen: string[] = []
    const busy = new Set<string>()
    let broken = true
    const worker = workerOf({
      concurrency: 8,
      run: async ({ order_key: key, payload }) => {
        assert.ok(!busy.has(key), 'one at a time')
        busy.add(key)
        await new Promise((resolve) => setImmediate(resolve))
        busy.delete(key)
        if (key === 'bad' && broken) throw new Error('not today')
        seen.push(`${key}${numberOf(payload)}`)
      },
    })
    // More than one look at what is due can see.
    await add(...numbered('bad', 100), ...numbered('good', 5))
    await add(...numbered('bad', 1, 100), ...numbered('good', 1, 5))
    await worker.drain()
    assert.deepEqual(seen, ['good0', 'good1', 'good2', 'good3', 'good4', 'good5'])
    const waiting = (await left()).filter(({ state }) => state === 'waiting')
    assert.equal(waiting.length, 100, 'what stands behind a failing job is not looked at again')
    assert.equal(await worker.drain(), 0, 'nothing is due')

    broken = false
    seen.length = 0
    clock.pass(2000)
    await worker.drain()
    assert.deepEqual(
      seen,
      Array.from({ length: 101 }, (_, index) => `bad${index}`),
    )
    assert.deepEqual(await left(), [])
  })

  test('the order of a key holds also when another process has a clock that is ahead', async () => {
    const ahead = new HeldClock()
    ahead.pass(60_000)
    const elsewhere = new JobQueue(ahead)
    await db.transact((tx) =>
      elsewhere.add(tx, [{ kind: KIND, orderKey: 'k', payload: { n: 0 }, dueAt: clock.now() }]),
    )
    await add(...numbered('k', 2, 1))
    const seen: number[] = []
    await workerOf({ run: async ({ payload }) => void seen.push(numberOf(payload)) }).drain()
    assert.deepEqual(seen, [0, 1, 2])
  })

  test('a claimed job whose worker died is done by another once its lease is over', async () => {
    await add(...numbered('k', 2))
    const lost = await db.transact((tx) => claim(tx, clock.now(), new Map([[KIND, 4]])))
    assert.deepEqual(
      lost.jobs.map(({ attempts }) => attempts),
      [1],
    )
    const seen: number[] = []
    const worker = workerOf({ run: async ({ payload }) => void seen.push(numberOf(payload)) })
    clock.pass(LEASE_MS - 1)
    assert.equal(await worker.drain(), 0, 'the lease still holds')
    clock.pass(1)
    await worker.drain()
    assert.deepEqual(seen, [0, 1])
  })

  test('the only process of a database takes over at its start', async () => {
    await add({ orderKey: 'k' })
    await db.transact((tx) => claim(tx, clock.now(), new Map([[KIND, 4]])))
    const ran = Promise.withResolvers<void>()
    const worker = workerOf({ run: async () => ran.resolve() }, db, true)
    worker.start()
    await ran.promise
    await worker.stop()
    assert.deepEqual(await left(), [])
  })

  test('a worker that lost its lease changes nothing any more', async () => {
    await add({ orderKey: 'k' })
    const slow = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = workerOf({
      run: () => {
        begun.resolve()
        return slow.promise
      },
    })
    const firstDone = first.drain()
    await begun.promise
    clock.pass(LEASE_MS)
    let runs = 0
    const second = workerOf({
      run: async () => {
        runs += 1
        slow.reject(new Error('too late'))
        await firstDone
        const [job] = await left()
        assert.equal(job?.attempts, 2)
        assert.notEqual(job?.lease_until, null, 'the second one still has it')
      },
    })
    await second.drain()
    assert.equal(runs, 1)
    assert.deepEqual(await left(), [])
  })

  test('[P9] a failing job comes back ever later and is dead after its attempts', async () => {
    const tries = [0, 0]
    const worker = workerOf({
      attempts: 3,
      run: async ({ payload }) => {
        tries[numberOf(payload)]! += 1
        throw new Error('no\0t today')
      },
    })
    await add(...numbered('k', 2))
    const waits: number[] = []
    for (let round = 1; round <= 3; round++) {
      await worker.drain()
      assert.deepEqual(tries, [round, round === 3 ? 1 : 0], 'the next has its turn')
      const [job] = await left()
      waits.push(Date.parse(job?.due_at ?? '') - clock.now())
      if (round < 3) clock.pass(waits.at(-1) ?? 0)
      // Until then the second stands behind the first and is due all the while.
      const { oldestDueSeconds, ...figures } = await db.read((reader) =>
        readJobFigures(reader, clock.now()),
      )
      assert.deepEqual(figures, round < 3 ? { due: 2, dead: 0 } : { due: 0, dead: 1 })
      assert.equal(oldestDueSeconds > 0, round < 3)
    }
    assert.ok(waits[0]! >= 1000 && waits[0]! <= 2000, String(waits[0]))
    assert.ok(waits[1]! >= 2000 && waits[1]! <= 4000, String(waits[1]))
    const { jobs: dead, total } = await db.read((reader) =>
      listDead(reader, {}, { offset: 0, limit: 10 }),
    )
    assert.equal(total, 1)
    assert.equal(dead[0]?.last_error, 'not today')
    await empty()
  })

  test('a replayed job runs again, before what came after it, never beside it', async () => {
    const seen: number[] = []
    let broken = true
    const handler: JobHandler = {
      attempts: 1,
      run: async ({ payload }) => {
        if (broken && numberOf(payload) === 0) throw new Error('dead')
        seen.push(numberOf(payload))
      },
    }
    await add(...numbered('k', 1))
    await workerOf(handler).drain()
    await add(...numbered('k', 2, 1))
    // The second is at work while the first is replayed.
    const { jobs: held } = await db.transact((tx) => claim(tx, clock.now(), new Map([[KIND, 1]])))
    assert.deepEqual(
      held.map(({ payload }) => numberOf(payload)),
      [1],
    )
    assert.equal(await db.transact((tx) => replayDead(tx, clock.now(), { kind: 'other' })), 0)
    assert.equal(await db.transact((tx) => replayDead(tx, clock.now(), { kind: KIND })), 1)
    broken = false
    assert.equal(await workerOf(handler).drain(), 0)
    clock.pass(LEASE_MS)
    await workerOf(handler).drain()
    assert.deepEqual(seen, [0, 1, 2])

    broken = true
    await add(...numbered('k', 1))
    await workerOf(handler).drain()
    const [dead] = await left()
    assert.equal(await db.transact((tx) => discardDead(tx, { ids: ['absent'] })), 0)
    assert.equal(await db.transact((tx) => discardDead(tx, { ids: [dead?.id ?? ''] })), 1)
    assert.deepEqual(await left(), [])
  })

  test('a worker is woken by a commit, and a stop gives back what does not end', async () => {
    const ran = Promise.withResolvers<void>()
    const worker = workerOf({
      run: (_job, signal) => {
        ran.resolve()
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      },
    })
    worker.start()
    await add({ orderKey: 'k' })
    await ran.promise
    await worker.stop()
    const [job] = await left()
    assert.deepEqual([job?.attempts, job?.lease_until, job?.state], [0, null, 'pending'])
    await empty()
  })

  test('[P9] two workers on one database share the work, and no key is ever in two hands', async () => {
    const other = engine.name === 'postgres' ? await openDatabase(storage, {}) : db
    const busy = new Set<string>()
    const seen = new Map<string, number[]>()
    const shares = [0, 0]
    const handlerOf = (index: number): JobHandler => ({
      concurrency: 4,
      run: async ({ order_key: key, payload }) => {
        assert.ok(!busy.has(key), `${key} is in two hands`)
        busy.add(key)
        shares[index]! += 1
        await new Promise((resolve) => setTimeout(resolve, 1))
        const list = seen.get(key) ?? []
        seen.set(key, [...list, numberOf(payload)])
        busy.delete(key)
      },
    })
    const keys = Array.from({ length: 10 }, (_, index) => `key ${index}`)
    await add(...keys.flatMap((key) => numbered(key, 15)))
    const workers = [workerOf(handlerOf(0)), workerOf(handlerOf(1), other)]
    while ((await left()).length > 0) await Promise.all(workers.map((worker) => worker.drain()))
    for (const key of keys) {
      assert.deepEqual(
        seen.get(key),
        Array.from({ length: 15 }, (_, index) => index),
      )
    }
    assert.ok(Math.min(...shares) > 0, 'both had a part in it')
    for (const worker of workers) await worker.stop()
    if (other !== db) await other.close()
  })
})

test('the wait doubles, has chance in it, and is an hour at most', () => {
  for (const [attempts, longest] of [
    [1, 2000],
    [2, 4000],
    [5, 32_000],
    [12, 3_600_000],
    [90, 3_600_000],
  ] as const) {
    const waits = Array.from({ length: 50 }, () => backoffMs(attempts))
    assert.ok(waits.every((wait) => wait >= longest / 2 && wait <= longest))
    assert.ok(new Set(waits).size > 10)
  }
})
