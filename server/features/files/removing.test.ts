import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ENGINES, forEachEngine } from '../../../tests/support/engines.ts'
import { filesWith } from '../../../tests/support/files.ts'
import { download, PNG, postForm } from '../../../tests/support/forms.ts'
import { expectOk, seedRoom } from '../../../tests/support/seed.ts'
import { seedServedRoom } from '../../../tests/support/served-room.ts'
import { S3Server } from '../../../tests/support/s3-server.ts'
import {
  strictAnswers,
  TestServer,
  testConfig,
  useServer,
} from '../../../tests/support/test-server.ts'
import { asVisitor, fileRecords, linkOf, upload, uploaded } from '../../../tests/support/uploads.ts'
import { ALONE, TestVisitor } from '../../../tests/support/visitor.ts'
import { createApp } from '../../app.ts'
import { openFileStores } from '../../files/open-stores.ts'
import { newId } from '../../lib/ids.ts'
import { planRemoval } from './store.ts'

forEachEngine((engine) => {
  const server = useServer(engine)

  /** Files on the disk that hold this text; the database's own are looked at elsewhere. */
  const onDisk = async (text: string): Promise<number> => {
    const { storage } = server().app.ctx.config
    if (storage.kind === 'postgres') return 0
    return (await filesWith(join(storage.folder, 'files'), text)).length
  }
  const nothing = { files: 0, chunks: 0, removals: 0 }

  test('deleting a message removes its file, for visitors and for agents', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const kept = await uploaded(server(), visitor, { bytes: 'kept bytes' })
    const before = await fileRecords(server())
    const mine = await uploaded(server(), visitor, { bytes: 'bytes of the visitor' })
    const form = { bytes: 'bytes of the agent' }
    const { file } = expectOk(await postForm(server(), `rooms.media/${rid}`, form, agent.headers))
    const sent = expectOk(await server().post(`rooms.mediaConfirm/${rid}/${file._id}`, {}, agent))
    expectOk(await visitor.remove(mine._id))
    expectOk(await server().post('chat.delete', { roomId: rid, msgId: sent.message._id }, agent))
    // The records went with the messages; the bytes go whoever crashes in between.
    for (const link of [linkOf(mine), linkOf(sent.message)]) {
      assert.equal((await download(server(), link, asVisitor(visitor))).status, 404)
    }
    await server().app.jobs.drain()
    assert.equal(await onDisk('bytes of the'), 0)
    assert.deepEqual(await fileRecords(server()), before)
    expectOk(await visitor.remove(mine._id))
    const still = await download(server(), linkOf(kept), asVisitor(visitor))
    assert.equal(still.bytes.toString(), 'kept bytes')
  })

  test('[P14] erasing a visitor removes the files of his conversations, the agents’ too', async () => {
    const { agent, visitor, rid } = await seedServedRoom(server())
    const other = await seedServedRoom(server(), 'Bob')
    const before = await fileRecords(server())
    await uploaded(server(), other.visitor, { bytes: 'somebody else' })
    await uploaded(server(), visitor, { bytes: 'secret of the visitor', name: 'private-name.txt' })
    const form = { bytes: 'secret of the agent' }
    const { file } = expectOk(await postForm(server(), `rooms.media/${rid}`, form, agent.headers))
    expectOk(await server().post(`rooms.mediaConfirm/${rid}/${file._id}`, {}, agent))
    // Stored and never sent: his, too.
    expectOk(await postForm(server(), `rooms.media/${rid}`, form, agent.headers))
    expectOk(await visitor.close())
    expectOk(await visitor.erase())
    await server().app.jobs.drain()
    assert.equal(await onDisk('secret of the'), 0)
    assert.equal(await onDisk('somebody else'), engine.name === 'sqlite' ? 1 : 0)
    const after = await fileRecords(server())
    assert.deepEqual([after.files - before.files, after.removals], [1, 0])
    const { storage } = server().app.ctx.config
    if (storage.kind === 'sqlite') {
      assert.deepEqual(await filesWith(storage.folder, 'private-name.txt'), [])
    }
  })

  test('an upload whose room closes while it comes leaves nothing', async () => {
    const { visitor } = await seedServedRoom(server())
    const before = await fileRecords(server())
    const path = `livechat/upload/${visitor.rid}`
    const [sent, closed] = await Promise.all([
      postForm(server(), path, { bytes: Buffer.alloc(3_000_000, 'late') }, asVisitor(visitor)),
      visitor.close(),
    ])
    expectOk(closed)
    await server().app.jobs.drain()
    const after = await fileRecords(server())
    // Whichever came first, the message and the file are both there or both not.
    assert.equal(after.files - before.files, sent.status === 200 ? 1 : 0)
    assert.ok([200, 403].includes(sent.status))
    assert.equal(after.removals, 0)
  })

  test('after a crash between bytes and message the bytes are removed', async (t) => {
    const place = await engine.create()
    let running: TestServer | undefined
    t.after(async () => {
      await running?.app.close()
      await place.remove()
    })
    const config = testConfig(place.storage, ALONE)
    let now = Date.parse('2026-08-01T10:00:00.000Z')
    const clock = { now: () => (now += 1) }
    const first = new TestServer(await createApp(config, { clock }))
    running = first
    const visitor = await seedRoom(first)
    // What is there when the process dies right before the last transaction.
    const { id, store } = await storedOnly(first)
    running = undefined
    await first.app.close()
    const second = new TestServer(
      await createApp(config, { clock, observeAnswer: strictAnswers() }),
    )
    running = second
    await second.app.jobs.drain()
    assert.equal((await fileRecords(second)).removals, 1)
    now += 24 * 3_600_000
    await second.app.jobs.drain()
    assert.deepEqual(await fileRecords(second), nothing)
    await assert.rejects(store(second).get(id), /no file/)
    const again = new TestVisitor(second, visitor.token)
    expectOk(await again.openRoom())
    await uploaded(second, again, { bytes: PNG })
  })
})

/** Stores bytes as an upload does, and goes no further. */
async function storedOnly(server: TestServer) {
  const { ctx } = server.app
  const id = newId()
  const store = ({ app }: TestServer) => openFileStores(app.ctx.config, app.ctx.db).primary
  const removal = { fileId: id, store: store(server).name }
  await ctx.db.transact((tx) => planRemoval(tx, ctx.jobs, ctx.clock.now(), removal))
  await store(server).put(
    id,
    (async function* () {
      yield Buffer.from('bytes without a message')
    })(),
  )
  return { id, store }
}

test('with a bucket configured files go there; those of before stay readable', async (t) => {
  const [sqlite] = ENGINES
  assert.ok(sqlite)
  const s3 = await S3Server.start()
  t.after(() => s3.stop())
  const place = await sqlite.create()
  let running: TestServer | undefined
  t.after(async () => {
    await running?.app.close()
    await place.remove()
  })
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3.options
  const environment = {
    ...ALONE,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const before = new TestServer(await createApp(testConfig(place.storage, ALONE)))
  running = before
  const visitor = await seedRoom(before)
  const old = await uploaded(before, visitor, { bytes: 'on the disk' })
  running = undefined
  await before.app.close()
  const server = new TestServer(await createApp(testConfig(place.storage, environment)))
  running = server
  const message = await uploaded(server, visitor, { bytes: 'in the bucket' })
  assert.equal(s3.objects.size, 1)
  for (const [sent, bytes] of [
    [old, 'on the disk'],
    [message, 'in the bucket'],
  ] as const) {
    const got = await download(server, linkOf(sent), asVisitor(visitor))
    assert.equal(got.bytes.toString(), bytes)
  }
  s3.failing = 100
  assert.equal((await upload(server, visitor, { bytes: PNG })).status, 503)
  assert.equal((await download(server, linkOf(message), asVisitor(visitor))).status, 503)
  s3.failing = 0
  const again = new TestVisitor(server, visitor.token)
  expectOk(await again.openRoom())
  expectOk(await again.send('messages need no bucket'))
})
