import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Client } from 'pg'
import { createApp } from '../server/app.ts'
import { backUp } from '../server/backup/backup.ts'
import { restore } from '../server/backup/restore.ts'
import { openDatabase, type StorageTarget } from '../server/storage/open.ts'
import { usePlaces, type Content } from './support/archives.ts'
import { Child, ChildServer, childEnvironment } from './support/child-server.ts'
import { forEachEngine } from './support/engines.ts'
import { testConfig, TestServer } from './support/test-server.ts'
import { until } from './support/until.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

const ROWS = 10_000
const KILLS = 2
const ATTEMPTS = 20

forEachEngine((engine) => {
  const places = usePlaces()
  let archive: string
  let restored: Content
  const watching = new Client(process.env['TEST_POSTGRES_URL'])
  after(() => watching.end())

  before(async () => {
    await watching.connect()
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

  /** Resolves once the restore works on the place, or has ended. */
  async function working(storage: StorageTarget, child: Child): Promise<void> {
    const ended = (): boolean =>
      child.process.exitCode !== null || child.process.signalCode !== null
    while (!ended() && !(await begun(storage))) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }

  const begun = async (storage: StorageTarget): Promise<boolean> =>
    storage.kind === 'sqlite'
      ? existsSync(join(storage.folder, 'restore.partial/foyer.db'))
      : (await connectionsTo(storage)).some(({ query }) => query.startsWith('insert into'))

  async function connectionsTo(storage: StorageTarget): Promise<{ query: string }[]> {
    if (storage.kind === 'sqlite') return []
    const { rows } = await watching.query<{ query: string }>(
      'select query from pg_stat_activity where application_name = $1',
      [`foyer ${storage.schema}`],
    )
    return rows
  }

  const run = (storage: StorageTarget): Child =>
    new Child(
      process.execPath,
      ['scripts/restore.ts', archive, '--replace'],
      childEnvironment({ storage }),
    )

  /** An installation in which something was said, and what it holds. */
  async function lived(): Promise<{ storage: StorageTarget; state: Content }> {
    const storage = await places.empty(engine)
    const app = await createApp(testConfig(storage, ALONE))
    await (await newVisitor(new TestServer(app))).say('before')
    await app.close()
    return { storage, state: await places.stateOf(storage) }
  }

  /**
   * Kills a restore while it works and finds the old data. False where the kill came too late, on
   * a machine that was busy with something else: then all of the new data is there.
   */
  async function killed(storage: StorageTarget, state: Content): Promise<boolean> {
    const child = run(storage)
    await working(storage, child)
    const { code, signal } = await child.kill('SIGKILL')
    assert.ok(signal === 'SIGKILL' || code === 0, child.stderr)
    const now = await places.stateOf(storage)
    const gone = async (): Promise<boolean> => (await connectionsTo(storage)).length === 0
    await until('the database has noticed', gone)
    if (signal !== null && isDeepStrictEqual(now, state)) return true
    assert.deepEqual(now.tables['counter'], restored.tables['counter'])
    return false
  }

  test('[P13] a restore killed in its middle leaves the old data, and can be run again', async (t) => {
    let { storage, state } = await lived()
    let kills = 0
    let attempts = 0
    while (kills < KILLS) {
      assert.ok(++attempts <= ATTEMPTS, 'a restore can be killed in its middle')
      if (await killed(storage, state)) kills++
      else {
        kills = 0
        ;({ storage, state } = await lived())
      }
    }
    t.diagnostic(`${attempts} attempts for ${KILLS} kills`)
    const server = await ChildServer.start({ storage })
    await server.stop()
    if (storage.kind === 'sqlite') {
      const left = await readdir(storage.folder)
      assert.deepEqual(
        left.filter((name) => name.startsWith('restore')),
        [],
      )
    }
    const last = run(storage)
    assert.deepEqual(await last.exited, { code: 0, signal: null }, last.stderr)
    assert.match(last.stdout, /^Restored 10\d+ rows/)
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
