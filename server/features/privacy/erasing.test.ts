import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { forEachEngine } from '../../../tests/support/engines.ts'
import { filesWith } from '../../../tests/support/files.ts'
import {
  admin,
  expectOk,
  expectRefusal,
  seedManager,
  seedRoom,
  seedUser,
} from '../../../tests/support/seed.ts'
import { useServer } from '../../../tests/support/test-server.ts'
import { fileRecords, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE, newVisitor, randomId } from '../../../tests/support/visitor.ts'

forEachEngine((engine) => {
  const server = useServer(engine, {
    environment: { ...ALONE, OVERWRITE_SETTING_Message_KeepHistory: 'true' },
  })

  const tablesWith = (text: string): Promise<string[]> =>
    server().app.ctx.db.read(async ({ q }) => {
      const found = new Set<string>()
      for (const { name } of await q.introspection.getTables()) {
        const { rows } = await sql`select * from ${sql.table(name)}`
          .execute(q)
          .catch(() => ({ rows: [] as unknown[] }))
        const bytes = rows.flatMap((row) => Object.values(row as object))
        const holds = bytes.some((value) =>
          value instanceof Uint8Array
            ? Buffer.from(value).includes(text)
            : String(value).includes(text),
        )
        if (holds) found.add(name)
      }
      return [...found].sort()
    })

  const erase = async (visitorId: string, more: object = {}) =>
    server().post('foyer/visitors.erase', { visitorId, ...more }, await admin(server()))

  const leave = async (email: string, message: string): Promise<void> => {
    expectOk(await server().post('livechat/offline.message', { name: 'Ana', email, message }))
  }

  test('[P14] an administrator erases a visitor: no table and no file holds a byte of him', async () => {
    const mark = `erase${randomId().replaceAll(/[^a-z]/gi, 'x')}`
    const email = `${mark}@example.com`.toLowerCase()
    const ana = await newVisitor(server())
    await ana.register({ name: `${mark} name`, email })
    const { _id } = await ana.say(`${mark} first`)
    await ana.edit(_id, `${mark} edited`)
    await ana.remove((await ana.say(`${mark} deleted`))._id)
    const bytes = Buffer.from(`${mark} in a file `.repeat(2000))
    await uploaded(server(), ana, { name: `${mark}.txt`, type: 'text/plain', bytes })
    await leave(email.toUpperCase(), `${mark} offline`)
    const { jobs, db } = server().app.ctx
    await db.transact((tx) =>
      jobs.add(tx, [
        { kind: 'test', orderKey: 'a', payload: { mark }, roomId: ana.rid },
        { kind: 'test', orderKey: 'b', payload: { mark }, visitorId: ana.id },
      ]),
    )
    const stored = await tablesWith(mark)
    for (const table of [
      'file',
      'job',
      'message',
      'message_history',
      'offline_message',
      'visitor',
    ]) {
      assert.ok(stored.includes(table), `${table} held something`)
    }
    expectRefusal(await erase(ana.id), 400, 'visitor-has-open-rooms')
    assert.deepEqual(await tablesWith(mark), stored)

    await ana.close()
    assert.equal(expectOk(await erase(ana.id)).offlineMessages, 1)
    await server().app.jobs.drain()
    assert.deepEqual(await tablesWith(mark), [])
    assert.deepEqual(await tablesWith(ana.rid), [])
    assert.deepEqual(await tablesWith(ana.id), ['audit'], 'who erased whom, by the id alone')
    assert.deepEqual(await fileRecords(server()), { files: 0, chunks: 0, removals: 0 })
    const { storage } = server().app.ctx.config
    if (storage.kind === 'sqlite') assert.deepEqual(await filesWith(storage.folder, mark), [])
    const erasures = await db.read((reader) => reader.q.selectFrom('erasure').selectAll().execute())
    assert.deepEqual(erasures.map(({ kind }) => kind).toSorted(), ['offline-message', 'visitor'])
    assert.ok(!JSON.stringify(erasures).includes(ana.id))
    assert.match((await ana.history()).body.error, /invalid-token/)
    expectRefusal(await erase(ana.id), 400, 'error-invalid-visitor')
  })

  test('a stranger with the same unverified address removes no offline message', async () => {
    const email = `${randomId().toLowerCase().replaceAll(/\W/g, 'x')}@example.com`
    await leave(email, 'please answer me')
    const stranger = await newVisitor(server())
    await stranger.register({ email })
    await stranger.close()
    assert.equal((await stranger.erase()).status, 200)
    assert.ok((await tablesWith('please answer me')).includes('offline_message'))
    const other = await newVisitor(server())
    await other.register({ email })
    await other.close()
    assert.equal(expectOk(await erase(other.id, { offlineMessages: false })).offlineMessages, 0)
    assert.ok((await tablesWith('please answer me')).includes('offline_message'))
  })

  test('erasing and opening a room at once: a room never stays without its visitor', async () => {
    for (let round = 0; round < 10; round++) {
      const ana = await seedRoom(server())
      await ana.close()
      const [erased] = await Promise.all([ana.erase(), ana.openRoom()])
      if (erased.status !== 200) continue
      const orphans = await server().app.ctx.db.read((reader) =>
        reader.rows('select id from room where visitor_id = $1', [ana.id]),
      )
      assert.deepEqual(orphans, [])
    }
  })

  test('[S8] managers may erase and export; agents and monitors may not', async () => {
    const ana = await seedRoom(server())
    await ana.close()
    for (const role of ['livechat-agent', 'livechat-monitor']) {
      const user = await seedUser(server(), ['user', role])
      const refused = await server().post('foyer/visitors.erase', { visitorId: ana.id }, user)
      assert.equal(refused.status, 403)
      const unread = await server().get('foyer/visitors.export', { visitorId: ana.id }, user)
      assert.equal(unread.status, 403)
    }
    const manager = await seedManager(server())
    const by = { visitorId: ana.id }
    assert.equal((await server().get('foyer/visitors.export', by, manager)).status, 200)
    expectOk(await server().post('foyer/visitors.erase', by, manager))
  })

  test('[P14] one closed room, or all of them, are removed by hand; open ones stay', async () => {
    const [ana, bob, carl] = await Promise.all([1, 2, 3].map(() => seedRoom(server())))
    const mark = `removed${randomId().replaceAll(/[^a-z]/gi, 'x')}`
    for (const visitor of [ana!, bob!, carl!]) await visitor.say(mark)
    const by = await admin(server())
    const remove = (roomId: string) => server().post('livechat/rooms.delete', { roomId }, by)
    expectRefusal(await remove(ana!.rid), 400, 'error-room-is-not-closed')
    expectRefusal(await remove(randomId()), 400, 'error-invalid-room')
    await ana!.close()
    await bob!.close()
    expectOk(await remove(ana!.rid))
    expectRefusal(await remove(ana!.rid), 400, 'error-invalid-room')
    assert.match((await ana!.history()).body.error, /invalid-room/)
    const path = 'livechat/rooms.removeAllClosedRooms'
    const none = expectOk(await server().post(path, { departmentIds: ['x'] }, by))
    assert.equal(none.removedRooms, 0)
    assert.ok(expectOk(await server().post(path, {}, by)).removedRooms >= 1)
    assert.match((await bob!.history()).body.error, /invalid-room/)
    assert.deepEqual(await carl!.texts(), [mark])
    await carl!.close()
    assert.equal(expectOk(await server().post(path, {}, by)).removedRooms, 1)
    const { storage } = server().app.ctx.config
    if (storage.kind === 'sqlite') assert.deepEqual(await filesWith(storage.folder, mark), [])
    const visitor = await server().get(`livechat/visitor/${bob!.token}`)
    assert.equal(expectOk(visitor).visitor.lastChat, undefined)
  })
})
