import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * Indexes for what is asked of jobs all the time: what of a kind is due, what is at work, what is
 * dead, what belongs to a room; and for reading the audit trail backwards by actor or action.
 */
export const jobOrder: Migration = async (db) => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  'drop index job_due',
  "create index job_due on job (kind, due_at, id) where state = 'pending'",
  'create index job_leased on job (order_key) where lease_until is not null',
  "create index job_dead on job (updated_at, id) where state = 'dead'",
  'create index job_room on job (room_id) where room_id is not null',
  'create index audit_actor on audit (actor_id, at)',
  'create index audit_action on audit (action, at)',
]
