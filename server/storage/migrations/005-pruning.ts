import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * How far tombstones of deleted messages have been removed from a room, and indexes by which what
 * has been kept long enough is found.
 */
export const pruning: Migration = async (db) => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  'alter table room add column pruned_seq bigint not null default 0',
  'create index room_closed on room (closed_at) where closed_at is not null',
  `create index message_tombstone on message (changed_at)
    where deleted = 1 and (kind is null or kind <> 'rm')`,
  'create index page_visit_at on page_visit (at)',
  'create index file_created on file (created_at)',
  'create index offline_message_email on offline_message (lower(email))',
]
