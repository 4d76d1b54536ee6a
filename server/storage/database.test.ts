import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachEngine } from '../../tests/support/engines.ts'
import { until } from '../../tests/support/until.ts'
import { isUniqueViolation, StorageUnavailableError, type Database, type Tx } from './database.ts'
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

  test('[P1] a commit waits for the disk, whatever the database server would rather do', async () => {
    const { storage, remove } = await engine.create()
    if (storage.kind === 'postgres') {
      const url = new URL(storage.url)
      const options = `-c search_path=${storage.schema ?? ''} -c synchronous_commit=off`
      url.searchParams.set('options', options)
      storage.url = url.href
    }
    const careless = await openDatabase(storage, { committed: () => {}, rang: () => {} })
    const asked =
      storage.kind === 'sqlite'
        ? 'pragma synchronous'
        : "select current_setting('synchronous_commit') as synchronous"
    const [row] = await careless.transact((tx) => tx.rows<{ synchronous: unknown }>(asked, []))
    assert.equal(row?.synchronous, storage.kind === 'sqlite' ? 2 : 'on')
    await careless.close()
    await remove()
  })

  test('what a transaction wrote is read after it, with integers as numbers', async () => {
    await db.transact((tx) => put(tx, 'a', 2 ** 40))
    assert.equal(await valueOf('a'), 2 ** 40)
  })

  test('bytes are read as they are, however many, whatever the names they are kept under', async () => {
    const name = "o'neil\\ $1"
    const large = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256)
    const row = (file_id: string, part: number, data: Uint8Array) => ({ file_id, part, data })
    const rows = [row(name, 7, large), row(name, 8, new Uint8Array())]
    await db.transact((tx) => tx.q.insertInto('file_chunk').values(rows).execute())
    const read = (...parameters: [string, number]) =>
      db.bytes('select data from file_chunk where file_id = $1 and part = $2', parameters)
    assert.deepEqual(Buffer.from((await read(name, 7)) ?? []), Buffer.from(large))
    assert.equal((await read(name, 8))?.length, 0)
    assert.equal(await read(name, 9), undefined)
    assert.equal(await read("' or 'a' = 'a", 7), undefined)
    await assert.rejects(db.bytes('select data from no_such_table where part = $1', [1]))
    const part = await db.bytes('select substr(data, 257, 2) from file_chunk where part = $1', [7])
    assert.deepEqual([...(part ?? [])], [0, 1])
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

  if (engine.name === 'postgres') {
    test('a connection that breaks in the middle of a statement is an error and ends nothing else', async () => {
      const slow = "select convert_to(pg_sleep(60)::text, 'UTF8') as data where 1 = $1"
      const end = `select pg_terminate_backend(pid) from pg_stat_activity
        where query like '%convert_to(pg_sleep(60)%' and wait_event = 'PgSleep'`
      for (const run of [
        () => db.bytes(slow, [1]),
        () => db.read((reader) => reader.rows(slow, [1])),
        () => db.snapshot((reader) => reader.rows(slow, [1])),
        () => db.transact((tx) => tx.rows(slow, [1])),
      ]) {
        const broken = assert.rejects(run(), StorageUnavailableError)
        await until('it is found and ended', async () => {
          return (await db.read((reader) => reader.rows(end, []))).length > 0
        })
        await broken
      }
      assert.equal(String(await db.bytes("select 'well'::bytea as data where 1 = $1", [1])), 'well')
    })
  }

  if (engine.name === 'sqlite') {
    test('a transaction that waits for anything else is refused and writes nothing', async () => {
      await assert.rejects(
        db.transact(async (tx) => {
          await put(tx, 'g', 1)
          // Behind the guard, which waits for the same. A timer may be over before both.
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
          await put(tx, 'g2', 1)
        }),
        /awaited something other/,
      )
      assert.equal(await valueOf('g'), undefined)
    })
  }

  test('of wider rows only the columns that are named are written', async () => {
    const counter = { id: 'wide', value: 1 }
    await db.transact((tx) => tx.insertRows('counter', [counter]))
    await db.transact((tx) =>
      tx.updateRows(
        'counter',
        [{ ...counter, value: 2, other: 3 } as typeof counter],
        ['id', 'value'],
      ),
    )
    assert.equal(await valueOf('wide'), 2)
  })

  test('a write that fails takes back what was written before and after it', async () => {
    const failing = db.transact(async (tx) => {
      await put(tx, 'f1', 1)
      await put(tx, 'f1', 2)
      await put(tx, 'f2', 1)
    })
    await assert.rejects(failing, isUniqueViolation)
    assert.deepEqual([await valueOf('f1'), await valueOf('f2')], [undefined, undefined])
    await db.transact((tx) => put(tx, 'f1', 3))
    assert.equal(await valueOf('f1'), 3)
  })

  if (engine.name === 'postgres') {
    test('a transaction whose connection ends is refused as unavailable, and the next one works', async () => {
      const refused = db.transact(async (tx) => {
        await put(tx, 'n', 1)
        const [own] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid', [])
        await db.read((reader) => reader.rows('select pg_terminate_backend($1)', [own?.pid]))
        // The first may still be sent; from some moment on the client knows.
        for (;;) await tx.rows('select 1', [])
      })
      await assert.rejects(refused, StorageUnavailableError)
      await db.transact((tx) => put(tx, 'n', 2))
      assert.equal(await valueOf('n'), 2)
    })

    test('prepared statements survive a change of their table, and a pooler that keeps none', async () => {
      const statement = 'select * from counter where id = $1'
      const inRead = () => db.read((reader) => reader.rows(statement, ['p']))
      const inTransaction = () => db.transact((tx) => tx.rows(statement, ['p']))
      await db.transact((tx) => put(tx, 'p', 1))
      assert.equal((await inRead()).length, 1)
      await db.transact((tx) => tx.rows('alter table counter add column first text', []))
      assert.deepEqual(await inRead(), [{ id: 'p', value: 1, first: null }])
      await db.transact((tx) => tx.rows('alter table counter add column second text', []))
      assert.deepEqual(await inTransaction(), [{ id: 'p', value: 1, first: null, second: null }])
      await db.transact((tx) => tx.rows('deallocate all', []))
      assert.equal((await inTransaction()).length, 1)
      assert.equal((await inRead()).length, 1)
    })
  }
})
