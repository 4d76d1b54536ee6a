import type { Reader } from '../../storage/database.ts'
import { roomsWithVisitor, type RoomWithVisitor } from '../rooms/store.ts'

/** Rooms that a user is a member of, or only those that changed, or that he joined, since a time. */
export function listRoomsOfMember(
  reader: Reader,
  userId: string,
  since: string | undefined,
): Promise<RoomWithVisitor[]> {
  let query = roomsWithVisitor(reader)
    .innerJoin('subscription', 'subscription.room_id', 'room.id')
    .where('subscription.user_id', '=', userId)
    .where('subscription.ended_at', 'is', null)
    .orderBy('room.created_at')
    .orderBy('room.id')
  if (since !== undefined) {
    query = query.where((where) =>
      where.or([
        where('room.updated_at', '>', since),
        where('subscription.updated_at', '>', since),
      ]),
    )
  }
  return query.execute()
}
