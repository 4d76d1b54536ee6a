import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** Keeps what a login wants to be told by, instead of what it had. */
export async function replaceSubscription(tx: Tx, row: Row<'push_subscription'>): Promise<void> {
  await removeSubscription(tx, row.session_id)
  await tx.insertRows('push_subscription', [row])
}

export async function removeSubscription(tx: Tx, sessionId: string): Promise<void> {
  await tx.q.deleteFrom('push_subscription').where('session_id', '=', sessionId).execute()
}

/** Forgets what belongs to logins that have ended. */
export async function removeOrphans(tx: Tx, now: string): Promise<void> {
  await tx.q
    .deleteFrom('push_subscription')
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('session')
            .select('session.id')
            .whereRef('session.id', '=', 'push_subscription.session_id')
            .where((live) =>
              live.or([live('expires_at', 'is', null), live('expires_at', '>', now)]),
            ),
        ),
      ),
    )
    .execute()
}

/** Browsers of one agent, or of all agents who take conversations. */
export function listSubscriptionIds(
  reader: Reader,
  userId: string | undefined,
): Promise<{ id: string }[]> {
  let query = reader.q
    .selectFrom('push_subscription')
    .innerJoin('user', 'user.id', 'push_subscription.user_id')
    .select('push_subscription.id as id')
    .where('user.active', '=', 1)
    .where('user.availability', '=', 'available')
  if (userId !== undefined) query = query.where('user.id', '=', userId)
  return query.execute()
}

/** A browser to tell, while its login lives. */
export const findSubscription = (
  reader: Reader,
  id: string,
): Promise<Row<'push_subscription'> | undefined> =>
  reader.q
    .selectFrom('push_subscription')
    .innerJoin('session', 'session.id', 'push_subscription.session_id')
    .selectAll('push_subscription')
    .where('push_subscription.id', '=', id)
    .executeTakeFirst()

/** What a notification says of a conversation. */
export const findNotice = (
  reader: Reader,
  roomId: string,
): Promise<Pick<Row<'room'>, 'state' | 'label' | 'served_by_id'> | undefined> =>
  reader.q
    .selectFrom('room')
    .select(['state', 'label', 'served_by_id'])
    .where('id', '=', roomId)
    .executeTakeFirst()
