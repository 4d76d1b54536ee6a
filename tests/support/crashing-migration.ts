/**
 * Opens the database of the environment with one more migration, which dies in its middle.
 * Run as a process of its own.
 */
import { sql } from 'kysely'
import { readConfig } from '../../server/config.ts'
import { MIGRATIONS } from '../../server/storage/migrations/index.ts'
import { openDatabase } from '../../server/storage/open.ts'

Object.assign(MIGRATIONS, {
  '998-done': async (db: Parameters<(typeof MIGRATIONS)[string]>[0]) => {
    await sql`create table done_before (id bigint)`.execute(db)
  },
  '999-dies': async (db: Parameters<(typeof MIGRATIONS)[string]>[0]) => {
    await sql`alter table visitor add column never bigint`.execute(db)
    await sql`update setting set value = '"half done"'`.execute(db)
    process.kill(process.pid, 'SIGKILL')
  },
})
await openDatabase(readConfig(process.env).storage, {})
