import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { Client } from 'pg'
import { createApp } from '../server/app.ts'
import { backUp } from '../server/backup/backup.ts'
import { restore } from '../server/backup/restore.ts'
import { openDatabase, type StorageTarget } from '../server/storage/open.ts'
import { usePlaces, type Content } from './support/archives.ts'
import { Child, ChildServer, childEnvironment } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { testConfig, TestServer } from './support/test-server.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

const ROWS = 20_000
const KILLS = 2

forEachEngine((engine) => {
  const places = usePlaces()
  let archive: string
  let restored: Content

  before(async () => {
    archive = places.archive('large')
    const source = await places.empty(engine)
    const db = await openDatabase(source, {})
    for (let from = 0; from < ROWS; from += 1000) {
      await db.transact((tx) =>
        tx.insertRows(
          'counter',
          Array.from({ length: 1000 }, (_none, index) => ({
            id: `c${from + index}`,
            value: index,
          })),
        ),
      )
    }
    await db.close()
    await backUp(testConfig(source), archive, '0.0.0')
    restored = await places.stateOf(source)
  })

  /** Resolves once the restore works on the place. */
  async function working(storage: StorageTarget, child: Child): Promise<void> {
    const ended = (): boolean =>
      child.process.exitCode !== null || child.process.signalCode !== null
    const client = storage.kind === 'postgres' ? new Client(storage.url) : undefined
    await client?.connect()
    try {
      while (!ended() && !(await begun(storage, client))) {
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      }
    } finally {
      await client?.end()
    }
    assert.ok(!ended(), `it ended before it could be killed: ${child.stdout}${child.stderr}`)
  }

  async function begun(storage: StorageTarget, client: Client | undefined): Promise<boolean> {
    if (storage.kind === 'sqlite')
      return existsSync(join(storage.folder, 'restore.partial/foyer.db'))
    const { rows } = await client!.query(
      `select 1 from pg_stat_activity where application_name = $1 and query like 'insert into%'`,
      [`foyer ${storage.schema}`],
    )
    return rows.length > 0
  }

  test('[P13] a restore killed in its middle leaves the old data, and can be run again', async () => {
    const storage = await places.empty(engine)
    const app = await createApp(testConfig(storage, ALONE))
    await (await newVisitor(new TestServer(app))).say('before')
    await app.close()
    const state = await places.stateOf(storage)
    const environment = childEnvironment({ storage })
    const run = (): Child =>
      new Child(process.execPath, ['scripts/restore.ts', archive, '--replace'], environment)
    for (let kill = 0; kill < KILLS; kill++) {
      const child = run()
      await working(storage, child)
      assert.deepEqual(await child.kill('SIGKILL'), { code: null, signal: 'SIGKILL' })
      assert.deepEqual(await places.stateOf(storage), state)
    }
    const server = await ChildServer.start({ storage })
    await server.stop()
    if (storage.kind === 'sqlite') {
      const left = await readdir(storage.folder)
      assert.deepEqual(
        left.filter((name) => name.startsWith('restore')),
        [],
      )
    }
    const last = run()
    assert.deepEqual(await last.exited, { code: 0, signal: null }, last.stderr)
    assert.match(last.stdout, /^Restored 20\d+ rows/)
    assert.deepEqual((await places.stateOf(storage)).tables['counter'], restored.tables['counter'])
  })

  if (engine.name === 'sqlite') {
    test('[P13] a restore killed once its data was whole is finished by the next start', async () => {
      const [storage, other] = [await places.empty(engine), await places.empty(engine)]
      assert.ok(storage.kind === 'sqlite' && other.kind === 'sqlite')
      await (await createApp(testConfig(storage, ALONE))).close()
      await restore(archive, { config: testConfig(other), replace: false })
      // This is what is there between the two steps of putting it in place.
      await mkdir(join(storage.folder, 'files'), { recursive: true })
      await rename(other.folder, join(storage.folder, 'restore.ready'))
      await mkdir(other.folder)
      await (await createApp(testConfig(storage, ALONE))).close()
      const now = await places.stateOf(storage)
      const kept = new Set(now.tables['counter'])
      assert.ok(restored.tables['counter']!.every((row) => kept.has(row)))
      assert.ok(!existsSync(join(storage.folder, 'restore.ready')))
    })
  }
})
