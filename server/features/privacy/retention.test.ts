import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../../app.ts'
import { StandingClock } from '../../../tests/support/clock.ts'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { filesWith } from '../../../tests/support/files.ts'
import { changeSettings, expectOk, seedRoom } from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { linkOf, uploaded, asVisitor, fileRecords } from '../../../tests/support/uploads.ts'
import { ALONE, randomId } from '../../../tests/support/visitor.ts'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

forEachEngine((engine) => {
  const clock = new StandingClock()
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Livechat_history_monitor_type: 'url' },
    clock,
  })
  const tick = () => server().app.retention.tick()
  const count = async (table: string): Promise<number> => {
    const [row] = await server().app.ctx.db.read((reader) =>
      reader.rows<{ n: number }>(`select count(*) as n from ${table}`, []),
    )
    return row?.n ?? 0
  }

  test('what has been kept long enough goes, kind by kind; the rest and the younger stay', async () => {
    const mark = `kept${randomId().replaceAll(/[^a-z]/gi, 'x')}`
    const [closed, open] = [await seedRoom(server()), await seedRoom(server())]
    const page = { change: 'url', title: 'Prices', location: { href: 'https://example.com/p' } }
    const file = { name: 'plan.txt', type: 'text/plain', bytes: mark }
    await closed.say(`${mark} said`)
    const visit = { token: open.token, rid: open.rid, pageInfo: page }
    expectOk(await server().post('livechat/page.visited', visit))
    const carried = await uploaded(server(), open, file)
    await closed.close()
    const left = { name: 'Ana', email: 'ana@example.com', message: `${mark} left` }
    expectOk(await server().post('livechat/offline.message', left))

    clock.advance(100 * DAY_MS)
    assert.equal(await tick(), 0, 'by default everything is kept')
    const younger = await seedRoom(server())
    await younger.close()
    const kinds = ['closed_rooms', 'page_visits', 'files', 'offline_messages']
    const settings = kinds.map((kind) => [`Foyer_retention_${kind}_days`, 90] as const)
    await changeSettings(server(), Object.fromEntries(settings))
    assert.equal(await tick(), 0, 'the next round is not due')
    clock.advance(HOUR_MS)
    assert.equal(await tick(), 4)

    assert.match((await closed.history()).body.error, /invalid-room/)
    assert.equal((await younger.history()).status, 200)
    assert.equal((await open.history()).status, 200)
    assert.deepEqual([await count('page_visit'), await count('offline_message')], [0, 0])
    const link = await server().request('GET', linkOf(carried), { headers: asVisitor(open) })
    assert.equal(link.status, 404)
    await server().app.jobs.drain()
    assert.deepEqual(await fileRecords(server()), { files: 0, chunks: 0, removals: 0 })
    const { storage } = server().app.ctx.config
    if (storage.kind === 'sqlite') assert.deepEqual(await filesWith(storage.folder, mark), [])
    clock.advance(HOUR_MS)
    assert.equal(await tick(), 0)
  })

  test('the audit trail is kept as long as its setting says', async () => {
    await changeSettings(server(), { Foyer_retention_audit_days: 10 })
    const entries = await count('audit')
    clock.advance(11 * DAY_MS)
    await changeSettings(server(), { Foyer_log_days: 31 })
    await tick()
    assert.ok(entries > 1)
    // Written since: the login that a test may need, and the change above.
    assert.ok((await count('audit')) < entries)
    const [row] = await server().app.ctx.db.read((reader) =>
      reader.rows<{ first: string }>('select min(at) as first from audit', []),
    )
    assert.ok(Date.parse(row!.first) > clock.now() - 10 * DAY_MS)
  })

  test('of two processes one does a round, and a restart does not repeat it', async () => {
    const { config } = server().app.ctx
    await changeSettings(server(), { Foyer_retention_closed_rooms_days: 1 })
    const rounds = [tick]
    if (config.storage.kind === 'postgres') {
      const other = await createApp(config, { clock })
      rounds.push(() => other.retention.tick())
      try {
        await bothTick()
      } finally {
        await other.close()
      }
    } else {
      await bothTick()
    }

    async function bothTick(): Promise<void> {
      for (let round = 0; round < 3; round++) {
        const rooms = await Promise.all([1, 2, 3].map(() => seedRoom(server())))
        for (const room of rooms) await room.close()
        clock.advance(2 * DAY_MS)
        const removed = await Promise.all([...rounds, ...rounds].map((one) => one()))
        assert.equal(removed.filter((number) => number > 0).length, 1, JSON.stringify(removed))
        assert.ok(Math.max(...removed) >= rooms.length)
      }
    }
  })
})
