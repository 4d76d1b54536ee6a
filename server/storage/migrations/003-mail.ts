import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** What became of the e-mail of an offline message, and the language a visitor reads. */
export const mail: Migration = async (db, { text }) => {
  await sql
    .raw(`alter table offline_message add column mail ${text} not null default 'off'`)
    .execute(db)
  await sql.raw(`alter table visitor add column language ${text}`).execute(db)
}
