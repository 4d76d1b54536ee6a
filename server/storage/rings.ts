import type { Topic } from '../lib/topics.ts'
import type { Row, Tables } from './tables.ts'

type Ringing = { [Name in keyof Tables]?: (row: Partial<Row<Name>>) => Topic | undefined }

const room = (id: string | undefined): Topic | undefined =>
  id === undefined ? undefined : `room:${id}`
const user = (id: string | undefined): Topic | undefined =>
  id === undefined ? undefined : `user:${id}`

/**
 * What a row written by `insertRows` or `updateRows` moves. Writes made with the query builder say
 * it themselves with `ring`.
 */
const RINGING: Ringing = {
  room: (row) => room(row.id),
  subscription: (row) => room(row.room_id),
  user: (row) => user(row.id),
  user_role: (row) => user(row.user_id),
  role: () => 'roles',
  permission: () => 'permissions',
}

/** Adds to `topics` what writing `rows` of `table` moves. */
export function ringRows<Name extends keyof Tables>(
  topics: Set<Topic>,
  table: Name,
  rows: readonly Partial<Row<Name>>[],
): void {
  const topicOf = RINGING[table]
  if (topicOf === undefined) return
  for (const row of rows) {
    const topic = topicOf(row)
    if (topic !== undefined) topics.add(topic)
  }
}
