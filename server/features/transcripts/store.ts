import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { visible } from '../messages/store.ts'

/** Longest transcript; of a longer conversation the newest messages count. */
const MOST_MESSAGES = 2000

/** What a transcript needs to know of the conversation's visitor. */
export type TranscriptVisitor = Pick<Row<'visitor'>, 'id' | 'email' | 'language'>

/** The visitor of a room. */
export const findVisitorOf = (
  reader: Reader,
  room: { visitor_id: string },
): Promise<TranscriptVisitor | undefined> =>
  reader.q
    .selectFrom('visitor')
    .select(['id', 'email', 'language'])
    .where('id', '=', room.visitor_id)
    .executeTakeFirst()

/**
 * The newest messages of a room up to a place, oldest first: what people wrote, and with `kinds`
 * system messages of these types.
 */
export async function listUpTo(
  reader: Reader,
  roomId: string,
  seq: number,
  kinds: readonly string[],
): Promise<{ messages: Row<'message'>[]; shortened: boolean }> {
  const rows = await visible(reader, roomId)
    .selectAll()
    .where('seq', '<=', seq)
    .where('deleted', '=', 0)
    .where((where) =>
      kinds.length === 0
        ? where('kind', 'is', null)
        : where.or([where('kind', 'is', null), where('kind', 'in', [...kinds])]),
    )
    .orderBy('seq', 'desc')
    .limit(MOST_MESSAGES + 1)
    .execute()
  return {
    messages: rows.slice(0, MOST_MESSAGES).reverse(),
    shortened: rows.length > MOST_MESSAGES,
  }
}
