import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { textContains, visible } from './store.ts'

/** The newest message of a room that somebody else than this user wrote. */
export const newestByOthers = (
  reader: Reader,
  roomId: string,
  userId: string,
): Promise<Row<'message'> | undefined> =>
  visible(reader, roomId)
    .selectAll()
    .where('author_id', '<>', userId)
    .where('kind', 'is', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()

/** Which messages a client wants that keeps a copy by time. */
export interface ChangePage {
  /** Visible messages, or those deleted without a mark. */
  type: 'updated' | 'deleted'
  /** Only changes after this time. */
  after?: string | undefined
  /** Only changes before this time. */
  before?: string | undefined
  limit: number
}

/** Messages of a room by the time of their last change: ascending, or backwards from `before`. */
export function listChangedBetween(
  reader: Reader,
  roomId: string,
  { type, after, before, limit }: ChangePage,
): Promise<Row<'message'>[]> {
  let query =
    type === 'updated'
      ? visible(reader, roomId)
      : reader.q
          .selectFrom('message')
          .where('room_id', '=', roomId)
          .where('deleted', '=', 1)
          .where((where) => where.or([where('kind', 'is', null), where('kind', '<>', 'rm')]))
  if (after !== undefined) query = query.where('changed_at', '>', after)
  if (before !== undefined) query = query.where('changed_at', '<', before)
  return query
    .selectAll()
    .orderBy('changed_at', before === undefined ? 'asc' : 'desc')
    .limit(limit)
    .execute()
}

/** What people wrote in a room that contains the text, newest first. */
export const searchMessages = (
  reader: Reader,
  roomId: string,
  text: string,
  page: { limit: number; offset: number },
): Promise<Row<'message'>[]> =>
  visible(reader, roomId)
    .selectAll()
    .where('kind', 'is', null)
    .where(textContains(text))
    .orderBy('seq', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
