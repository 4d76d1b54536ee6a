import type { Row } from '../../storage/tables.ts'
import type { WireRoom } from '../rooms/contract.ts'
import { toWireRoom } from '../rooms/wire.ts'
import type { RoomView } from './operations.ts'

/** Fields of a whole record that lists and events do not publish (wire contract, section 1.4). */
const UNPUBLISHED: ReadonlySet<string> = new Set([
  'closedAt',
  'closedBy',
  'closer',
  'responseBy',
  'satisfaction',
  'agentKnowledge',
  'agentResposiveness',
  'agentFriendliness',
  'additionalFeedback',
])

/** A whole record as agents see it: without the visitor's token (S2). */
export const toWholeRoom = ({ room, lastMessage }: RoomView): WireRoom =>
  toWireRoom(room, lastMessage, { type: 'staff' })

/** The published fields of a room. */
export const toPublishedRoom = (view: RoomView): WireRoom =>
  Object.fromEntries(
    Object.entries(toWholeRoom(view)).filter(([name]) => !UNPUBLISHED.has(name)),
  ) as WireRoom

/** What is left to tell of a room that a member has left. */
export const toRemovedRoom = (row: Row<'subscription'>): { _id: string; _deletedAt: string } => ({
  _id: row.room_id,
  _deletedAt: row.ended_at ?? row.updated_at,
})
