import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

const NAVIGATION = 'livechat_navigation_history'
const CLOSING = 'livechat-close'
/** The newest of a longer conversation are sent. */
const MAX_MESSAGES = 1000

/** A conversation as an event tells of it. */
export interface RoomFacts {
  room: Row<'room'>
  visitor: Row<'visitor'>
  agent: AgentFacts | undefined
}

/** Who serves a conversation. */
export type AgentFacts = Pick<Row<'user'>, 'id' | 'username' | 'name' | 'custom_fields'> & {
  email: string | null
}

/** A conversation with its people; undefined once it was erased. */
export async function findRoomFacts(
  reader: Reader,
  roomId: string,
): Promise<RoomFacts | undefined> {
  const { q } = reader
  const room = await q.selectFrom('room').selectAll().where('id', '=', roomId).executeTakeFirst()
  if (room === undefined) return undefined
  const visitor = await q
    .selectFrom('visitor')
    .selectAll()
    .where('id', '=', room.visitor_id)
    .executeTakeFirst()
  if (visitor === undefined) return undefined
  const agent =
    room.served_by_id === null
      ? undefined
      : await q
          .selectFrom('user')
          .leftJoin('user_email', 'user_email.user_id', 'user.id')
          .select(['user.id', 'username', 'name', 'custom_fields', 'user_email.address as email'])
          .where('user.id', '=', room.served_by_id)
          .orderBy('user_email.address')
          .limit(1)
          .executeTakeFirst()
  return { room, visitor, agent }
}

/** A message that can still be told; undefined once it was deleted or erased. */
export const findTellable = (
  reader: Reader,
  messageId: string,
): Promise<Row<'message'> | undefined> =>
  reader.q
    .selectFrom('message')
    .selectAll()
    .where('id', '=', messageId)
    .where('deleted', '=', 0)
    .where('hidden', '=', 0)
    .executeTakeFirst()

/** What people said in a room and its closing words, oldest first; page visits when asked for. */
export async function listTellable(
  reader: Reader,
  roomId: string,
  withNavigation: boolean,
): Promise<Row<'message'>[]> {
  const rows = await reader.q
    .selectFrom('message')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('deleted', '=', 0)
    .where((where) =>
      where.or([
        where.and([
          where('hidden', '=', 0),
          where.or([where('kind', 'is', null), where('kind', '=', CLOSING)]),
        ]),
        ...(withNavigation ? [where('kind', '=', NAVIGATION)] : []),
      ]),
    )
    .orderBy('seq', 'desc')
    .limit(MAX_MESSAGES)
    .execute()
  return rows.reverse()
}

export const findOfflineMessage = (
  reader: Reader,
  id: string,
): Promise<Row<'offline_message'> | undefined> =>
  reader.q.selectFrom('offline_message').selectAll().where('id', '=', id).executeTakeFirst()

/** Keeps what the receiver answered, with the room. */
export const saveCrmData = (tx: Tx, roomId: string, text: string): Promise<void> =>
  tx.updateRows('room', [{ id: roomId, crm_data: text }])
