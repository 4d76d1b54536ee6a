/**
 * What a committed change may have moved. A topic is a hint to look again and carries no data, so
 * telling one too often costs a read and never a wrong screen.
 * - `room:<id>`: messages, read positions, state, participants or visitor of a conversation.
 * - `user:<id>`: a user, his status, roles, presence or sessions.
 * - `erased:<token hash>`: a visitor who is to be forgotten, also by what is only in memory.
 * - `settings`, `permissions`, `roles`: the tables that every process holds in memory.
 */
export type Topic =
  | `room:${string}`
  | `user:${string}`
  | `erased:${string}`
  | 'settings'
  | 'permissions'
  | 'roles'

/** The id behind a topic of one kind; `undefined` for topics of other kinds. */
export function idOf(kind: 'room' | 'user' | 'erased', topic: Topic): string | undefined {
  return topic.startsWith(`${kind}:`) ? topic.slice(kind.length + 1) : undefined
}
