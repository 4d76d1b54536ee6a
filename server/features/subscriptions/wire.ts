import type { Settings } from '../../context.ts'
import type { Row } from '../../storage/tables.ts'
import type { WireSubscription } from './contract.ts'
import type { MembershipWithRoom } from './store.ts'

/**
 * Row to wire. What is unread is counted, never stored, so that it cannot drift. The visitor's
 * token is not told (S2).
 */
export function toWireSubscription(
  settings: Settings,
  user: { userId: string; username: string; name: string },
  row: MembershipWithRoom,
): WireSubscription {
  // Being given a conversation counts as being mentioned in it.
  const given = row.alert
  const countsAll = settings.get('Unread_Count_Omni') === 'all_messages'
  return {
    _id: row.id,
    rid: row.room_id,
    t: 'l',
    name: row.room_label,
    fname: row.room_label,
    u: { _id: user.userId, username: user.username, name: user.name },
    v: {
      _id: row.visitor_id,
      username: row.visitor_username,
      status: row.visitor_status,
      ...(row.visitor_name === null ? {} : { name: row.visitor_name }),
    },
    open: true,
    alert: given === 1 || row.unread > 0,
    unread: countsAll ? row.unread : given,
    userMentions: given,
    groupMentions: 0,
    ts: row.created_at,
    ...(row.seen_at === null ? {} : { ls: row.seen_at }),
    ...(row.replied_at === null ? {} : { lr: row.replied_at }),
    readSeq: row.read_seq,
    ...(row.room_department_id === null ? {} : { department: row.room_department_id }),
    ...(row.room_state === 'onhold' ? { onHold: true as const } : {}),
    roles: [],
    f: false,
    _updatedAt: row.updated_at > row.room_updated_at ? row.updated_at : row.room_updated_at,
  }
}

/** What is left to tell of a membership that ended. */
export const toRemoved = (row: Row<'subscription'>): { _id: string; _deletedAt: string } => ({
  _id: row.id,
  _deletedAt: row.ended_at ?? row.updated_at,
})
