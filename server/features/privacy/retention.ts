import type { AppContext } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Tx } from '../../storage/database.ts'
import { removeFilesBefore } from '../files/store.ts'
import { pruneTombstones } from '../messages/pruning.ts'
import { removeOfflineMessagesBefore } from '../offline-messages/store.ts'
import { closedRooms, removeRoom } from '../rooms/removal.ts'

const DAY_MS = 24 * 3_600_000
/** Rows of one transaction, which everybody else waits for. */
const ROWS = 200

type RetentionSetting =
  | 'Foyer_retention_closed_rooms_days'
  | 'Foyer_retention_page_visits_days'
  | 'Foyer_retention_files_days'
  | 'Foyer_retention_offline_messages_days'
  | 'Foyer_retention_audit_days'
  | 'Foyer_log_days'

/** One kind of what is kept for a time only. */
export interface RetentionRule {
  /** Days; 0 and less keep for ever. */
  setting: RetentionSetting
  /** Removes a little of what is from before a time. @returns how much; 0 when nothing is left */
  step(ctx: AppContext, tx: Tx, before: string): Promise<number>
}

/** Everything that a setting bounds in time. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  {
    setting: 'Foyer_retention_closed_rooms_days',
    step: async (ctx, tx, before) => {
      // A conversation may be long: one at a time.
      const [id] = await closedRooms(tx, { before }, 1)
      if (id === undefined) return 0
      await removeRoom(tx, ctx.jobs, id)
      return 1
    },
  },
  {
    setting: 'Foyer_retention_files_days',
    step: (ctx, tx, before) => removeFilesBefore(tx, ctx.jobs, before, ROWS),
  },
  {
    setting: 'Foyer_retention_page_visits_days',
    step: (_ctx, tx, before) => removeRowsBefore(tx, 'page_visit', before),
  },
  {
    setting: 'Foyer_retention_offline_messages_days',
    step: (_ctx, tx, before) => removeOfflineMessagesBefore(tx, before, ROWS),
  },
  {
    setting: 'Foyer_retention_audit_days',
    step: (_ctx, tx, before) => removeRowsBefore(tx, 'audit', before),
  },
  {
    setting: 'Foyer_log_days',
    step: (_ctx, tx, before) => pruneTombstones(tx, before, ROWS),
  },
]

/** From before when a rule removes; undefined: it keeps everything. */
export function boundOf(ctx: AppContext, { setting }: RetentionRule): string | undefined {
  const days = ctx.settings.get(setting)
  const before = ctx.clock.now() - days * DAY_MS
  // Days beyond all calendars keep everything, too.
  return days > 0 && before > 0 ? isoTime(before) : undefined
}

async function removeRowsBefore(
  tx: Tx,
  table: 'page_visit' | 'audit',
  before: string,
): Promise<number> {
  const { numDeletedRows } = await tx.q
    .deleteFrom(table)
    .where('id', 'in', (select) =>
      select.selectFrom(table).select('id').where('at', '<', before).orderBy('at').limit(ROWS),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
