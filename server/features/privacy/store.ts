import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { visible } from '../messages/store.ts'
import { roomsWithVisitor, type RoomWithVisitor } from '../rooms/store.ts'

/** A visitor by id; callers hold the permission to see all of them. */
export const findVisitor = (
  reader: Reader,
  visitorId: string,
): Promise<Row<'visitor'> | undefined> =>
  reader.q.selectFrom('visitor').selectAll().where('id', '=', visitorId).executeTakeFirst()

/** Rows of one page of an export. */
export const PAGE = 200

/** A page of a visitor's rooms, by id. */
export const roomsAfter = (
  reader: Reader,
  visitorId: string,
  after: string,
): Promise<RoomWithVisitor[]> =>
  roomsWithVisitor(reader)
    .where('room.visitor_id', '=', visitorId)
    .where('room.id', '>', after)
    .orderBy('room.id')
    .limit(PAGE)
    .execute()

/** A page of what can be seen in a room, in its order. */
export const messagesAfter = (
  reader: Reader,
  roomId: string,
  afterSeq: number,
): Promise<Row<'message'>[]> =>
  visible(reader, roomId)
    .selectAll()
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(PAGE)
    .execute()

/** A page of the copies of changed texts in a room; those that its visitor changed, or all. */
export function historyAfter(
  reader: Reader,
  roomId: string,
  own: boolean,
  after: string,
): Promise<Row<'message_history'>[]> {
  const query = reader.q
    .selectFrom('message_history')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAGE)
  return (own ? query.where('by_type', '=', 'visitor') : query).execute()
}

/** A page of the pages that a visitor looked at. */
export const pageVisitsAfter = (
  reader: Reader,
  visitorId: string,
  after: string,
): Promise<Row<'page_visit'>[]> =>
  reader.q
    .selectFrom('page_visit')
    .selectAll()
    .where('visitor_id', '=', visitorId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAGE)
    .execute()

/** A page of the files in a visitor's rooms that messages carry. */
export const filesAfter = (
  reader: Reader,
  visitorId: string,
  after: string,
): Promise<Row<'file'>[]> =>
  reader.q
    .selectFrom('file')
    .selectAll()
    .where('visitor_id', '=', visitorId)
    .where('message_id', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAGE)
    .execute()

/** A page of the offline messages that carry an e-mail address. */
export const offlineMessagesAfter = (
  reader: Reader,
  email: string,
  after: string,
): Promise<Row<'offline_message'>[]> =>
  reader.rows(
    'select * from offline_message where lower(email) = $1 and id > $2 order by id limit $3',
    [email.toLowerCase(), after, PAGE],
  )
