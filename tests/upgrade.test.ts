import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createApp } from '../server/app.ts'
import { MIGRATIONS } from '../server/storage/migrations/index.ts'
import { openDatabase, type StorageTarget } from '../server/storage/open.ts'
import { usePlaces } from './support/archives.ts'
import { Child, childEnvironment } from './support/child-server.ts'
import { ENGINES, forEachEngine } from './support/engines.ts'
import { testConfig, TestServer } from './support/test-server.ts'
import { ALONE, newVisitor } from './support/visitor.ts'

const DAY_MS = 86_400_000

/** A server's life on a place, with something said. */
async function live(storage: StorageTarget, text: string): Promise<void> {
  const app = await createApp(testConfig(storage, ALONE))
  try {
    await (await newVisitor(new TestServer(app))).say(text)
  } finally {
    await app.close()
  }
}

forEachEngine((engine) => {
  const places = usePlaces()

  test('[P13] a process killed in the middle of a migration leaves the old database', async () => {
    const storage = await places.empty(engine)
    await live(storage, 'before the upgrade')
    const state = await places.stateOf(storage)
    const environment = childEnvironment({ storage })
    const child = new Child(process.execPath, ['tests/support/crashing-migration.ts'], environment)
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGKILL' }, child.stderr)
    assert.deepEqual(await places.stateOf(storage), state)
    await live(storage, 'after the crash')
    if (storage.kind === 'sqlite') {
      const copies = await readdir(join(storage.folder, 'backups'))
      assert.equal(copies.length, 1, 'the copy from before the migration')
    }
  })
})

const places = usePlaces()
const sqlite = ENGINES.find(({ name }) => name === 'sqlite')!
const names = Object.keys(MIGRATIONS).sort()

/** A database of an earlier release, with a counter in it. */
async function oldDatabase(): Promise<string> {
  const storage = await places.empty(sqlite)
  assert.ok(storage.kind === 'sqlite')
  const later = names.slice(1).map((name) => [name, MIGRATIONS[name]!] as const)
  for (const [name] of later) delete (MIGRATIONS as Record<string, unknown>)[name]
  try {
    const db = await openDatabase(storage, {})
    await db.transact((tx) => tx.insertRows('counter', [{ id: 'kept', value: 42 }]))
    await db.close()
  } finally {
    Object.assign(MIGRATIONS, Object.fromEntries(later))
  }
  return storage.folder
}

test('[P13] a database is copied before it is migrated, and the copy is a whole database', async () => {
  const folder = await oldDatabase()
  const copies = join(folder, 'backups')
  const db = await openDatabase({ kind: 'sqlite', folder }, {})
  await db.close()
  const [copy, ...more] = await readdir(copies)
  assert.deepEqual(more, [])
  assert.match(copy ?? '', /^before-migration-.*-001-initial-schema\.db$/)
  const raw = new DatabaseSync(join(copies, copy!), { readOnly: true })
  const run = raw.prepare('select name from kysely_migration').all()
  assert.deepEqual(
    run.map((row) => row['name']),
    names.slice(0, 1),
  )
  assert.deepEqual({ ...raw.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  raw.close()

  const again = await mkdtemp(join(tmpdir(), 'foyer-copy-'))
  try {
    await cp(join(copies, copy!), join(again, 'foyer.db'))
    const revived = await openDatabase({ kind: 'sqlite', folder: again }, {})
    const row = await revived.read(({ q }) =>
      q.selectFrom('counter').select('value').where('id', '=', 'kept').executeTakeFirst(),
    )
    await revived.close()
    assert.equal(row?.value, 42)
  } finally {
    await rm(again, { recursive: true, force: true })
  }

  await (await openDatabase({ kind: 'sqlite', folder }, {})).close()
  assert.deepEqual(await readdir(copies), [copy], 'a start without migrations copies nothing')
})

test('[P14] copies made before migrations go after 14 days', async () => {
  const folder = await oldDatabase()
  const copies = join(folder, 'backups')
  const start = async (): Promise<string[]> => {
    await (await openDatabase({ kind: 'sqlite', folder }, {})).close()
    return readdir(copies)
  }
  const [copy] = await start()
  const aged = async (days: number): Promise<string[]> => {
    const time = new Date(Date.now() - days * DAY_MS)
    await utimes(join(copies, copy!), time, time)
    return start()
  }
  assert.deepEqual(await aged(13.9), [copy])
  assert.deepEqual(await aged(14.1), [])
})
