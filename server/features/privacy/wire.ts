import type { Row } from '../../storage/tables.ts'
import { downloadPath } from '../files/file-name.ts'
import { toWireRoom } from '../rooms/wire.ts'
import type { RoomWithVisitor } from '../rooms/store.ts'
import { toWireVisitor } from '../visitors/wire.ts'

/** A room of an export; the visitor's own leaves out what only the staff sees. */
export function toExportedRoom(room: RoomWithVisitor, own: boolean): unknown {
  // As the staff sees it: a file that is handed around must not hold the visitor's token.
  const { metrics, transcriptRequest, ...shared } = toWireRoom(room, undefined, { type: 'staff' })
  if (own) return shared
  // What the receiver of the webhooks answered, which may be about the visitor.
  const crmData = room.crm_data === null ? {} : { crmData: room.crm_data }
  return { ...shared, metrics, transcriptRequest, ...crmData }
}

/** The visitor's record, with what no other answer tells. */
export const toExportedVisitor = (visitor: Row<'visitor'>): unknown => ({
  ...toWireVisitor(visitor, { type: 'staff' }),
  ...(visitor.language === null ? {} : { language: visitor.language }),
})

/** What the visitor said of a conversation; nothing where he did not. */
export const toExportedRatings = ({ id, survey }: RoomWithVisitor): unknown[] =>
  survey === null ? [] : [{ rid: id, ...(JSON.parse(survey) as object) }]

/** A kept copy of a text that was changed. */
export const toExportedCopy = (row: Row<'message_history'>): unknown => ({
  _id: row.id,
  messageId: row.message_id,
  rid: row.room_id,
  msg: row.text,
  change: row.change,
  by: row.by_type,
  ts: row.at,
})

/** A page that the visitor looked at. */
export const toExportedVisit = (row: Row<'page_visit'>): unknown => ({
  _id: row.id,
  rid: row.room_id,
  ts: row.at,
  change: row.change,
  title: row.title,
  location: { href: row.href },
})

/** A file, without its bytes. */
export const toExportedFile = (row: Row<'file'>): unknown => ({
  _id: row.id,
  rid: row.room_id,
  messageId: row.message_id,
  name: row.name,
  type: row.type,
  size: row.size,
  by: row.owner_type,
  ts: row.created_at,
  path: downloadPath(row.id, row.name),
})
