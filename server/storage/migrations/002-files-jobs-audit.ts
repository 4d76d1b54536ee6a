import { sql } from 'kysely'
import type { Migration, MigrationTypes } from './migration.ts'

/**
 * What a livechat keeps beside its conversations: files, work that is done later, offline
 * messages, custom fields, an audit trail, and the ids of whom it has erased.
 */
export const filesJobsAudit: Migration = async (db, types) => {
  for (const statement of statements(types)) await sql.raw(statement).execute(db)
}

const statements = ({ text, bytes }: MigrationTypes): string[] => [
  `create table file (
    id ${text} not null,
    room_id ${text} not null,
    owner_type ${text} not null,
    owner_id ${text} not null,
    visitor_id ${text} not null,
    message_id ${text},
    name ${text} not null,
    type ${text} not null,
    size bigint not null,
    width bigint,
    height bigint,
    store ${text} not null,
    created_at ${text} not null,
    expires_at ${text},
    primary key (id)
  )`,
  'create index file_room on file (room_id)',
  'create index file_visitor on file (visitor_id, created_at)',
  'create index file_expiry on file (expires_at) where expires_at is not null',
  `create table file_chunk (
    file_id ${text} not null,
    part bigint not null,
    data ${bytes} not null,
    primary key (file_id, part)
  )`,
  `create table job (
    id ${text} not null,
    kind ${text} not null,
    order_key ${text} not null,
    state ${text} not null,
    due_at ${text} not null,
    attempts bigint not null,
    lease_until ${text},
    payload ${text} not null,
    room_id ${text},
    visitor_id ${text},
    last_error ${text},
    created_at ${text} not null,
    updated_at ${text} not null,
    primary key (id)
  )`,
  "create index job_due on job (due_at) where state = 'pending'",
  'create index job_order on job (order_key, id)',
  'create index job_visitor on job (visitor_id) where visitor_id is not null',
  `create table offline_message (
    id ${text} not null,
    name ${text} not null,
    email ${text} not null,
    message ${text} not null,
    department ${text},
    host ${text},
    language ${text},
    created_at ${text} not null,
    primary key (id)
  )`,
  'create index offline_message_created on offline_message (created_at)',
  `create table custom_field (
    id ${text} not null,
    label ${text} not null,
    scope ${text} not null,
    visibility ${text} not null,
    type ${text} not null,
    pattern ${text} not null,
    required bigint not null,
    default_value ${text} not null,
    options ${text} not null,
    public bigint not null,
    searchable bigint not null,
    updated_at ${text} not null,
    primary key (id)
  )`,
  `create table audit (
    id ${text} not null,
    at ${text} not null,
    actor_id ${text},
    actor_username ${text},
    action ${text} not null,
    target ${text} not null,
    details ${text} not null,
    ip ${text},
    primary key (id)
  )`,
  'create index audit_at on audit (at)',
  `create table erasure (
    id ${text} not null,
    kind ${text} not null,
    at ${text} not null,
    primary key (id)
  )`,
  `alter table room add column transcript_request ${text}`,
  `alter table room add column crm_data ${text}`,
]
