import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** A room with what its visitor's record says now. */
export type RoomWithVisitor = Row<'room'> & {
  visitor_username: string
  visitor_name: string | null
  visitor_phone: string | null
  visitor_token_hash: string
}

/** Rooms joined with their visitor. */
export const roomsWithVisitor = (reader: Reader) =>
  reader.q
    .selectFrom('room')
    .innerJoin('visitor', 'visitor.id', 'room.visitor_id')
    .selectAll('room')
    .select([
      'visitor.username as visitor_username',
      'visitor.name as visitor_name',
      'visitor.phone as visitor_phone',
      'visitor.token_hash as visitor_token_hash',
    ])

/** A room by id, with its visitor. Callers go through `access.ts`. */
export async function findRoom(
  reader: Reader,
  roomId: string,
): Promise<RoomWithVisitor | undefined> {
  const [room] = await reader.rows<RoomWithVisitor>(
    `select room.*, visitor.username as visitor_username, visitor.name as visitor_name,
       visitor.phone as visitor_phone, visitor.token_hash as visitor_token_hash
     from room join visitor on visitor.id = room.visitor_id
     where room.id = $1`,
    [roomId],
  )
  return room
}

/** Reads and locks a whole room row. */
export async function lockRoom(tx: Tx, roomId: string): Promise<Row<'room'> | undefined> {
  const query = tx.q.selectFrom('room').selectAll().where('id', '=', roomId)
  return tx.lock(query).executeTakeFirst()
}

/** The visitor's one open room. */
export async function findOpenRoom(
  reader: Reader,
  visitorId: string,
): Promise<Row<'room'> | undefined> {
  const [room] = await reader.rows<Row<'room'>>(
    'select * from room where visitor_id = $1 and closed_at is null',
    [visitorId],
  )
  return room
}

/** Changes columns of one room. */
export const updateRoom = (tx: Tx, room: Partial<Row<'room'>> & { id: string }): Promise<void> =>
  tx.updateRows('room', [room])
