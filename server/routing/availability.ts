import type { AppContext } from '../context.ts'
import type { Tx } from '../storage/database.ts'

/**
 * To be called in the transaction that changed a user's status, availability, roles or activity.
 * A user who is no active agent any more loses his conversations to the queue at once; one who
 * went offline starts the leave timer; one who became available draws from the queue.
 */
export async function availabilityChanged(
  _ctx: AppContext,
  _tx: Tx,
  _userId: string,
): Promise<void> {}
