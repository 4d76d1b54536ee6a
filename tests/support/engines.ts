import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import { Client } from 'pg'
import type { StorageTarget } from '../../server/storage/open.ts'

/** How long after the last test a file may take to close what it uses. */
const LEFT_OPEN_MS = 60_000

/** A storage engine that tests run on. */
export interface TestEngine {
  name: 'sqlite' | 'postgres'
  /** A fresh, empty place for an installation, and how to remove it. */
  create(): Promise<{ storage: StorageTarget; remove: () => Promise<void> }>
}

const sqlite: TestEngine = {
  name: 'sqlite',
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'foyer-test-'))
    return {
      storage: { kind: 'sqlite', folder },
      remove: () => rm(folder, { recursive: true, force: true }),
    }
  },
}

const postgres: TestEngine = {
  name: 'postgres',
  create: async () => {
    const url = process.env['TEST_POSTGRES_URL']
    if (url === undefined) throw new Error('run the tests with npm test, which starts PostgreSQL')
    const schema = `test_${randomBytes(6).toString('hex')}`
    await runSql(url, `create schema ${schema}`)
    return {
      storage: { kind: 'postgres', url, schema },
      remove: () => runSql(url, `drop schema ${schema} cascade`),
    }
  },
}

/** Both engines. */
export const ENGINES: readonly TestEngine[] = [sqlite, postgres]

/** Defines the same tests for each engine. */
export function forEachEngine(define: (engine: TestEngine) => void): void {
  for (const engine of ENGINES) describe(engine.name, () => define(engine))
}

// A test that failed may have left a server or a connection open. The run shall end and tell.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  after(() => {
    const giveUp = (): never => {
      process.stderr.write('All tests have ended, but something is still open.\n')
      process.exit(1)
    }
    setTimeout(giveUp, LEFT_OPEN_MS).unref()
  })
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
