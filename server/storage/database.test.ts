import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachEngine } from '../../tests/support/engines.ts'
import type { Database, Tx } from './database.ts'
import { openDatabase } from './open.ts'

forEachEngine((engine) => {
  let db: Database
  let remove: () => Promise<void>
  const commits: number[] = []
  const rung: string[] = []

  before(async () => {
    const place = await engine.create()
    remove = place.remove
    db = await openDatabase(place.storage, {
      committed: (operations) => commits.push(operations),
      rang: (topics) => rung.push(...topics),
    })
  })
  after(async () => {
    await db.close()
    await remove()
  })

  const put = (tx: Tx, id: string, value: number) => tx.insertRows('counter', [{ id, value }])
  const valueOf = async (id: string): Promise<number | undefined> =>
    (
      await db.read((reader) =>
        reader.q.selectFrom('counter').select('value').where('id', '=', id).executeTakeFirst(),
      )
    )?.value

  test('what a transaction wrote is read after it, with integers as numbers', async () => {
    await db.transact((tx) => put(tx, 'a', 2 ** 40))
    assert.equal(await valueOf('a'), 2 ** 40)
  })

  test('an operation that throws rolls back alone among concurrent ones', async () => {
    const outcomes = await Promise.allSettled([
      db.transact((tx) => put(tx, 'b1', 1)),
      db.transact(async (tx) => {
        await put(tx, 'b2', 1)
        throw new Error('refused')
      }),
      db.transact((tx) => put(tx, 'b3', 1)),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(
      [await valueOf('b1'), await valueOf('b2'), await valueOf('b3')],
      [1, undefined, 1],
    )
  })

  test('what is committed is rung for before its caller goes on; what failed is not', async () => {
    rung.length = 0
    await db.transact(async (tx) => {
      tx.ring('room:one')
      tx.ring('room:one')
      await tx.insertRows('permission', [{ id: 'ringing', roles: '[]', updated_at: '' }])
    })
    assert.deepEqual(rung, ['room:one', 'permissions'])
    await assert.rejects(
      db.transact(async (tx) => {
        tx.ring('room:two')
        throw new Error('refused')
      }),
    )
    assert.equal(rung.length, 2)
  })

  test('a broken constraint of one operation leaves the others standing', async () => {
    const outcomes = await Promise.allSettled([
      db.transact((tx) => put(tx, 'c', 1)),
      db.transact((tx) => put(tx, 'c', 2)),
      db.transact((tx) => put(tx, 'c2', 3)),
    ])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), [
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    assert.equal(await valueOf('c2'), 3)
  })

  test('batched inputs are executed as sets and each gets its own outcome', async () => {
    const sizes: number[] = []
    const send = db.batch<number, number>(async (tx, inputs) => {
      sizes.push(inputs.length)
      await tx.insertRows(
        'counter',
        inputs.filter((input) => input % 7 !== 0).map((value) => ({ id: `d${value}`, value })),
      )
      return inputs.map((input) => (input % 7 === 0 ? new Error('seven') : input * 2))
    })
    const inputs = Array.from({ length: 100 }, (_, index) => index + 1)
    const outcomes = await Promise.allSettled(inputs.map((input) => send(input)))
    outcomes.forEach((outcome, index) => {
      const input = index + 1
      if (input % 7 === 0) assert.equal(outcome.status, 'rejected')
      else assert.deepEqual(outcome, { status: 'fulfilled', value: input * 2 })
    })
    assert.ok(sizes.length < 10, `100 inputs in ${sizes.length} sets`)
  })

  test('a batched input that breaks its set is refused alone', async () => {
    const send = db.batch<string, string>(async (tx, ids) => {
      await tx.insertRows(
        'counter',
        ids.map((id) => ({ id, value: 1 })),
      )
      return [...ids]
    })
    const outcomes = await Promise.allSettled(['e1', 'e2', 'e2', 'e3'].map((id) => send(id)))
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), [
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    assert.equal(await valueOf('e3'), 1)
  })

  test('actions after commit run for what was committed and only for that', async () => {
    const ran: string[] = []
    await db.transact(async (tx) => {
      tx.afterCommit(() => ran.push('kept'))
    })
    await db
      .transact(async (tx) => {
        tx.afterCommit(() => ran.push('refused'))
        throw new Error('refused')
      })
      .catch(() => undefined)
    assert.deepEqual(ran, ['kept'])
  })

  test('rows are updated and locked by id as a set', async () => {
    await db.transact((tx) =>
      tx.insertRows(
        'role',
        ['x', 'y'].map((id) => ({
          id,
          name: id,
          scope: 'Users' as const,
          description: "it's",
          mandatory2fa: 0 as const,
          protected: 0 as const,
          updated_at: '2026-01-01T00:00:00.000Z',
        })),
      ),
    )
    const rows = await db.transact(async (tx) => {
      await tx.updateRows('role', [
        { id: 'x', name: 'one', description: '' },
        { id: 'y', name: 'two', description: '{"a":null}' },
      ])
      return tx.lockRows('role', ['x', 'y', 'absent'], ['id', 'name', 'description'])
    })
    assert.deepEqual(
      rows.map(({ id, name, description }) => [id, name, description]),
      [
        ['x', 'one', ''],
        ['y', 'two', '{"a":null}'],
      ],
    )
  })

  test('a snapshot does not see what is committed while it is read', async () => {
    await db.transact((tx) => put(tx, 'f', 1))
    const seen = await db.snapshot(async (reader) => {
      const read = () =>
        reader.q.selectFrom('counter').select('value').where('id', '=', 'f').executeTakeFirst()
      const before = await read()
      await db.transact(async (tx) => {
        await tx.q.updateTable('counter').set({ value: 2 }).where('id', '=', 'f').execute()
      })
      return [before?.value, (await read())?.value]
    })
    assert.deepEqual(seen, [1, 1])
    assert.equal(await valueOf('f'), 2)
  })

  test('commits are observed with the number of operations that shared them', () => {
    assert.ok(commits.some((operations) => operations > 1))
  })

  if (engine.name === 'sqlite') {
    test('a transaction that waits for anything else is refused and writes nothing', async () => {
      await assert.rejects(
        db.transact(async (tx) => {
          await put(tx, 'g', 1)
          await new Promise((resolve) => {
            setTimeout(resolve, 5)
          })
          await put(tx, 'g2', 1)
        }),
        /awaited something other/,
      )
      assert.equal(await valueOf('g'), undefined)
    })
  }
})
