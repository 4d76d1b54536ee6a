import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createApp } from '../server/app.ts'
import { backUp } from '../server/backup/backup.ts'
import { restore } from '../server/backup/restore.ts'
import type { StorageTarget } from '../server/storage/open.ts'
import { contentOf, usePlaces } from './support/archives.ts'
import { ENGINES, forEachEngine } from './support/engines.ts'
import { admin, expectOk, seedRoom } from './support/seed.ts'
import { testConfig, TestServer, useServer } from './support/test-server.ts'
import { asVisitor, linkOf, uploaded } from './support/uploads.ts'
import { ALONE, newVisitor, TestVisitor } from './support/visitor.ts'

const MB = 1024 * 1024

/** Runs a server on a place while `work` uses it. */
async function serving(
  storage: StorageTarget,
  work: (server: TestServer) => Promise<void>,
): Promise<void> {
  const app = await createApp(testConfig(storage, ALONE))
  try {
    await app.http.ready()
    await work(new TestServer(app))
  } finally {
    await app.close()
  }
}

forEachEngine((engine) => {
  const server = useServer(engine, { environment: ALONE })
  const places = usePlaces()

  /** Runs `work` while visitors go on sending, editing and deleting. */
  async function underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
    const stop = new AbortController()
    const keepSending = async (): Promise<void> => {
      const visitor = await seedRoom(server())
      for (let number = 1; !stop.signal.aborted; number++) {
        const { _id } = await visitor.say(`number ${number}`)
        if (number % 3 === 0) await visitor.edit(_id, `number ${number}, edited`)
        if (number % 5 === 0) await visitor.remove(_id)
      }
    }
    const load = Promise.all(Array.from({ length: 6 }, keepSending))
    try {
      return await work()
    } finally {
      stop.abort()
      await load
    }
  }

  test('[P13] a backup under load is one moment, and moves to the other engine and back', async () => {
    const config = testConfig(server().app.ctx.config.storage)
    const ana = await newVisitor(server())
    for (const text of ['Grüße, 你好 🎉', 'line\nbreak "quoted" \\ \u2028']) await ana.say(text)
    const bytes = randomBytes(2.5 * MB)
    const file = await uploaded(server(), ana, { bytes, name: 'data.txt' })
    const small = await uploaded(server(), ana, { bytes: 'three', name: 'small.txt' })

    const archive = places.archive('first')
    const { report, written } = await underLoad(async () => {
      while ((await count('message')) < 60) await setImmediate()
      const report = await backUp(config, archive, '0.0.0')
      return { report, written: await count('message') }
    })

    const content = await contentOf(archive)
    assert.equal(report.files, 2)
    assert.equal(report.bytes, bytes.length + 5)
    assert.ok(content.tables['message']!.length <= written)
    assert.ok(content.tables['message']!.length >= 60)
    assert.equal((await stat(archive)).mode & 0o077, 0)
    assert.deepEqual(
      (await readdir(dirname(archive))).filter((name) => name.endsWith('.partial')),
      [],
    )

    const [other] = ENGINES.filter(({ name }) => name !== engine.name)
    const away = await places.empty(other!)
    await restore(archive, { config: testConfig(away), replace: false })
    assert.deepEqual(await places.stateOf(away), content)
    await backUp(testConfig(away), `${archive}.away`, '0.0.0')
    const back = await places.empty(engine)
    await restore(`${archive}.away`, { config: testConfig(back), replace: false })
    assert.deepEqual(await places.stateOf(back), content)

    for (const place of [away, back]) {
      await serving(place, async (restored) => {
        await assertOneMoment(restored)
        const again = visitorOn(restored, ana)
        const texts = await again.texts()
        assert.ok(texts.includes('Grüße, 你好 🎉') && texts.includes(file.msg))
        await again.say('after the restore')
        for (const message of [file, small]) {
          const answer = await restored.request('GET', linkOf(message), {
            headers: asVisitor(ana),
          })
          assert.equal(answer.status, 200)
        }
        await restored.admin()
      })
    }
  })

  const count = async (table: string, of: TestServer = server()): Promise<number> => {
    const text = `select count(*) as n from ${table}`
    const [row] = await of.app.ctx.db.read((reader) => reader.rows<{ n: number }>(text, []))
    return row?.n ?? 0
  }

  /** Every room has each of its messages and none from later. */
  async function assertOneMoment(restored: TestServer): Promise<void> {
    const rooms = await restored.app.ctx.db.read((reader) =>
      reader.rows<{ seq: number; last: number }>(
        `select r.seq, max(m.changed_seq) as last
          from room r join message m on m.room_id = r.id group by r.id, r.seq`,
        [],
      ),
    )
    assert.ok(rooms.length >= 7)
    for (const { seq, last } of rooms) assert.equal(last, seq)
  }

  /** The same visitor as a client of another server. */
  const visitorOn = (api: TestServer, { token, rid }: TestVisitor): TestVisitor =>
    Object.assign(new TestVisitor(api, token), { rid })

  test('[P13] a place in use or with an installation is left alone', async () => {
    const config = testConfig(server().app.ctx.config.storage)
    // A running server writes down when its next round is due, the first time within a minute.
    await server().app.retention.tick()
    const archive = places.archive(`${engine.name}-used.foyer`)
    await backUp(config, archive, '0.0.0')
    const before = await places.stateOf(config.storage)
    await assert.rejects(restore(archive, { config, replace: true }), /in use by another Foyer/)
    assert.deepEqual(await places.stateOf(config.storage), before)

    const place = testConfig(await places.empty(engine))
    await assert.rejects(backUp(place, `${archive}.none`, '0.0.0'), /there is no Foyer in/)
    await restore(archive, { config: place, replace: false })
    await serving(place.storage, async (other) => {
      await seedRoom(other)
    })
    const changed = await places.stateOf(place.storage)
    assert.notDeepEqual(changed, before)
    await assert.rejects(restore(archive, { config: place, replace: false }), /Foyer in .* already/)
    assert.deepEqual(await places.stateOf(place.storage), changed)
    await restore(archive, { config: place, replace: true })
    assert.deepEqual(await places.stateOf(place.storage), before)
  })

  test('[P14] conversations and offline messages that were removed stay removed after a restore', async () => {
    const config = testConfig(await places.empty(engine))
    const archive = places.archive(`${engine.name}-removal.foyer`)
    await serving(config.storage, async (first) => {
      const login = await admin(first)
      const [removed, stays] = [await newVisitor(first), await newVisitor(first)]
      for (const visitor of [removed, stays]) {
        await visitor.say('what was said')
        await visitor.close()
        const body = { name: 'Ana', email: 'ana@example.com', message: 'what was left' }
        expectOk(await first.post('livechat/offline.message', body))
      }
      await backUp(config, archive, '0.0.0')
      expectOk(await first.post('livechat/rooms.delete', { roomId: removed.rid }, login))
      const { offlineMessages } = expectOk(await first.get('foyer/offline-messages', {}, login))
      const path = `/api/v1/foyer/offline-messages/${offlineMessages[0]._id}`
      expectOk(await first.request('DELETE', path, { headers: login.headers }))
    })
    const { erased } = await restore(archive, { config, replace: true })
    assert.equal(erased, 2)
    await serving(config.storage, async (restored) => {
      assert.equal(await count('room', restored), 1)
      assert.equal(await count('offline_message', restored), 1)
      assert.equal(await count('visitor', restored), 2)
    })
  })

  test('[P14] whom the target or the archive has erased stays erased after a restore', async () => {
    const place = await places.empty(engine)
    const config = testConfig(place)
    const archive = places.archive(`${engine.name}-erasure.foyer`)
    let [erased, stays]: (TestVisitor | undefined)[] = []
    await serving(place, async (first) => {
      erased = await newVisitor(first)
      stays = await newVisitor(first)
      for (const visitor of [erased, stays]) {
        await visitor.say('a secret')
        await uploaded(first, visitor, { bytes: 'a secret file', name: 'a.txt' })
      }
      await backUp(config, archive, '0.0.0')
      await erased.close()
      assert.equal((await erased.erase()).status, 200)
    })
    const report = await restore(archive, { config, replace: true })
    assert.deepEqual([report.erased, report.files], [1, 1])
    await backUp(config, `${archive}.again`, '0.0.0')
    await serving(place, async (restored) => {
      assert.match((await visitorOn(restored, erased!).history()).body.error, /invalid-token/)
      assert.ok((await visitorOn(restored, stays!).texts()).includes('a secret'))
    })
    const elsewhere = testConfig(await places.empty(engine))
    await restore(`${archive}.again`, { config: elsewhere, replace: false })
    const onceMore = await restore(archive, { config: elsewhere, replace: true })
    assert.equal(onceMore.erased, 1)
  })
})
