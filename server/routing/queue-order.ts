import type { Order } from '../contract/paging.ts'

/** What the queue can be ordered by: columns of the room that waits. */
export type QueueColumn = 'created_at' | 'updated_at' | 'id'

/**
 * Who waits first, by the setting `Omnichannel_sorting_mechanism`. Priorities and service levels
 * have no columns yet; every room has the same, so that the time decides.
 */
const ORDERS: Readonly<Record<string, readonly Order<QueueColumn>[]>> = {
  Timestamp: [['created_at', 'asc']],
}

/** The order in which waiting rooms are listed and served; total, since ids differ. */
export const queueOrder = (mechanism: string): readonly Order<QueueColumn>[] => [
  ...(ORDERS[mechanism] ?? [['created_at', 'asc']]),
  ['id', 'asc'],
]
