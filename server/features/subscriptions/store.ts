import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import { ofMany } from '../../storage/many.ts'
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
  tx.ring(`room:${roomId}`)
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
  tx.ring(`room:${roomId}`)
}

/** Moves the memberships of authors on: who writes has read what stands above. */
export async function markReplied(
  tx: Tx,
  messages: readonly Pick<Row<'message'>, 'room_id' | 'author_id' | 'seq' | 'ts'>[],
): Promise<void> {
  if (messages.length === 0) return
  const last = new Map(
    messages.map((message) => [placeOf(message.room_id, message.author_id), message]),
  )
  const memberships = await tx.q
    .selectFrom('subscription')
    .select(['id', 'room_id', 'user_id'])
    .where('room_id', 'in', [...new Set(messages.map(({ room_id }) => room_id))])
    .where('user_id', 'in', [...new Set(messages.map(({ author_id }) => author_id))])
    .where('ended_at', 'is', null)
    .execute()
  await tx.updateRows(
    'subscription',
    memberships.flatMap(({ id, room_id, user_id }) => {
      const message = last.get(placeOf(room_id, user_id))
      if (message === undefined) return []
      const { seq, ts } = message
      return [{ id, read_seq: seq, seen_at: ts, replied_at: ts, alert: 0 as const, updated_at: ts }]
    }),
  )
}

const placeOf = (roomId: string, userId: string): string => `${roomId} ${userId}`

/** Moves a member's read position: on when he reads, back when he marks something unread. */
export const moveReadPosition = (
  tx: Tx,
  membership: { id: string },
  position: { read_seq: number; seen_at: string; alert: 0 | 1; updated_at: string },
): Promise<void> => tx.updateRows('subscription', [{ id: membership.id, ...position }])

/** Memberships of one user with what their rooms say now. */
export type MembershipWithRoom = Row<'subscription'> & {
  room_label: string
  room_state: Row<'room'>['state']
  room_department_id: string | null
  room_updated_at: string
  visitor_id: string
  visitor_username: string
  visitor_name: string | null
  visitor_status: string
  /** What others have written since his read position. */
  unread: number
}

/** The live memberships of a user, of all his rooms or of one; oldest first. */
export function listMemberships(
  reader: Pick<Tx, 'q'>,
  userId: string,
  filter: { roomId?: string | undefined; changedSince?: string | undefined } = {},
): Promise<MembershipWithRoom[]> {
  const { roomId, changedSince } = filter
  let query = selectMemberships(reader).where('s.user_id', '=', userId)
  if (roomId !== undefined) query = query.where('s.room_id', '=', roomId)
  if (changedSince !== undefined) {
    query = query.where((where) =>
      where.or([
        where('s.updated_at', '>', changedSince),
        where('r.updated_at', '>', changedSince),
      ]),
    )
  }
  return query.execute()
}

/** The live memberships of these users in these rooms. */
export const membershipsIn = (
  reader: Pick<Tx, 'q'>,
  userIds: readonly string[],
  roomIds: readonly string[],
): Promise<MembershipWithRoom[]> =>
  selectMemberships(reader)
    .where('s.user_id', 'in', [...userIds])
    .where('s.room_id', 'in', [...roomIds])
    .execute()

const selectMemberships = (reader: Pick<Tx, 'q'>) =>
  reader.q
    .selectFrom('subscription as s')
    .innerJoin('room as r', 'r.id', 's.room_id')
    .innerJoin('visitor as v', 'v.id', 'r.visitor_id')
    .selectAll('s')
    .select([
      'r.label as room_label',
      'r.state as room_state',
      'r.department_id as room_department_id',
      'r.updated_at as room_updated_at',
      'r.visitor_status as visitor_status',
      'v.id as visitor_id',
      'v.username as visitor_username',
      'v.name as visitor_name',
    ])
    .select((where) =>
      where
        .selectFrom('message as m')
        .select((count) => count.fn.countAll<number>().as('unread'))
        .whereRef('m.room_id', '=', 's.room_id')
        .whereRef('m.seq', '>', 's.read_seq')
        .whereRef('m.author_id', '<>', 's.user_id')
        .where('m.kind', 'is', null)
        .where('m.deleted', '=', 0)
        .where('m.hidden', '=', 0)
        .$asScalar()
        .$notNull()
        .as('unread'),
    )
    .where('s.ended_at', 'is', null)
    .orderBy('s.created_at')
    .orderBy('s.id')

/** Memberships of a user that ended after a time. */
export const endedMemberships = (
  reader: Pick<Tx, 'q'>,
  userId: string,
  since: string,
): Promise<Row<'subscription'>[]> =>
  reader.q
    .selectFrom('subscription')
    .selectAll()
    .where('user_id', '=', userId)
    .where('ended_at', '>', since)
    .orderBy('ended_at')
    .execute()

/** Who is a member now, by room and user. */
export async function livingMemberships(
  reader: Pick<Tx, 'rows'>,
  roomIds: readonly string[],
): Promise<Map<string, Map<string, Row<'subscription'>>>> {
  const rows = await livingIn(
    reader,
    roomIds.map((id) => [id]),
  )
  const rooms = new Map<string, Map<string, Row<'subscription'>>>()
  for (const row of rows) {
    const members = rooms.get(row.room_id)
    if (members === undefined) rooms.set(row.room_id, new Map([[row.user_id, row]]))
    else members.set(row.user_id, row)
  }
  return rooms
}

const livingIn = ofMany<Row<'subscription'>>(
  (rooms) => `select * from subscription where ended_at is null and room_id in (${rooms.join()})`,
)
