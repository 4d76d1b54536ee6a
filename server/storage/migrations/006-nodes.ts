import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * The processes of an installation, who is connected to which of them, and the status that a user
 * has chosen, apart from the one that holds.
 */
export const nodes: Migration = async (db, { text }) => {
  for (const statement of statements(text)) await sql.raw(statement).execute(db)
}

const statements = (text: string): string[] => [
  `create table node (
    id ${text} not null,
    name ${text} not null,
    beat bigint not null,
    beat_at ${text} not null,
    bus ${text} not null,
    leaving bigint not null,
    started_at ${text} not null,
    primary key (id)
  )`,
  `create table presence (
    subject ${text} not null,
    node_id ${text} not null,
    state ${text} not null,
    primary key (subject, node_id)
  )`,
  'create index presence_node on presence (node_id)',
  `alter table "user" add column chosen_status ${text}`,
]
