import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/**
 * Makes an agent a member of a room. Somebody who was a member before is one again, with
 * everything unread since.
 * @returns false when he already was one
 */
export async function subscribe(
  tx: Tx,
  roomId: string,
  userId: string,
  now: number,
): Promise<boolean> {
  const at = isoTime(now)
  const known = await findMembership(tx, roomId, userId)
  if (known === undefined) {
    await tx.insertRows('subscription', [
      {
        id: newId(now),
        room_id: roomId,
        user_id: userId,
        read_seq: 0,
        alert: 1,
        created_at: at,
        updated_at: at,
      },
    ])
    return true
  }
  if (known.ended_at === null) return false
  await tx.updateRows('subscription', [{ id: known.id, ended_at: null, alert: 1, updated_at: at }])
  return true
}

/** The membership of an agent in a room, ended ones included. */
export const findMembership = (
  tx: Pick<Tx, 'q'>,
  roomId: string,
  userId: string,
): Promise<Row<'subscription'> | undefined> =>
  tx.q
    .selectFrom('subscription')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .executeTakeFirst()

/** Whether the agent is a member of the room now. */
export async function isMember(
  reader: Pick<Tx, 'q'>,
  roomId: string,
  userId: string,
): Promise<boolean> {
  const membership = await findMembership(reader, roomId, userId)
  return membership !== undefined && membership.ended_at === null
}

/** Ends memberships of a room: of everybody, or of one agent. */
export async function unsubscribe(
  tx: Tx,
  roomId: string,
  userId: string | undefined,
  now: number,
): Promise<void> {
  const at = isoTime(now)
  let query = tx.q
    .updateTable('subscription')
    .set({ ended_at: at, updated_at: at, alert: 0 })
    .where('room_id', '=', roomId)
    .where('ended_at', 'is', null)
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  await query.execute()
}
