import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { listChanges, listMessages } from './store.ts'

/** What changed in a room after a place in its order. */
export interface Changes {
  /** Ascending by last change, like `deleted`. */
  messages: Row<'message'>[]
  deleted: Row<'message'>[]
  /** Go on from here. */
  seq: number
  more: boolean
  /**
   * What changed after the reader's place cannot all be told: the place is unknown, or tombstones
   * of later deletions were removed. He has to forget what he knows; `messages` are the newest.
   */
  limited: boolean
}

/** Whether a row stands for a message that nobody sees any more. */
export const isGone = (row: Pick<Row<'message'>, 'deleted' | 'kind'>): boolean =>
  row.deleted === 1 && row.kind !== 'rm'

/**
 * Up to `size` changes of a room after `afterSeq`, without a gap (P4). The room's row and the
 * reader show one moment.
 */
export async function readChanges(
  reader: Reader,
  room: Pick<Row<'room'>, 'id' | 'seq' | 'pruned_seq'>,
  afterSeq: number,
  size: number,
): Promise<Changes> {
  // Who knows nothing yet has nothing that was deleted since.
  const pruned = afterSeq > 0 && afterSeq < room.pruned_seq
  if (afterSeq > room.seq || pruned) {
    // Not page by page from the first: a place on that way would be as old as this one.
    const newest = await listMessages(reader, room.id, { limit: size })
    const messages = newest.reverse()
    return { messages, deleted: [], seq: room.seq, more: false, limited: true }
  }
  const rows = await listChanges(reader, room.id, afterSeq, size + 1)
  const more = rows.length > size
  const page = rows.slice(0, size)
  const last = page.at(-1)
  return {
    messages: page.filter((row) => !isGone(row) && row.hidden === 0),
    deleted: page.filter(isGone),
    // What was filtered away is passed, too: the cursor moves to the end of the page.
    seq: more && last !== undefined ? last.changed_seq : room.seq,
    more,
    limited: false,
  }
}
