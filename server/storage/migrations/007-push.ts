import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Browsers that want to be told while the desk is closed; each belongs to a login. */
export const push: Migration = async (db, { text }) => {
  for (const statement of statements(text)) await sql.raw(statement).execute(db)
}

const statements = (text: string): string[] => [
  `create table push_subscription (
    id ${text} not null,
    session_id ${text} not null,
    user_id ${text} not null,
    endpoint ${text} not null,
    public_key ${text} not null,
    auth_secret ${text} not null,
    created_at ${text} not null,
    primary key (id)
  )`,
  'create unique index push_subscription_session on push_subscription (session_id)',
  'create index push_subscription_user on push_subscription (user_id)',
]
