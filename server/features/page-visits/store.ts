import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { PageVisit } from './recent.ts'

/** Writes the pages a visitor has seen into the history of his room. */
export const insertPageVisits = (
  tx: Tx,
  visitorId: string,
  roomId: string,
  visits: readonly PageVisit[],
): Promise<void> =>
  tx.insertRows(
    'page_visit',
    visits.map(({ change, title, href, at }) => ({
      id: newId(at),
      visitor_id: visitorId,
      room_id: roomId,
      change,
      title,
      href,
      at: isoTime(at),
    })),
  )
