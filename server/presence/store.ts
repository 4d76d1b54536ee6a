import { isoTime } from '../lib/clock.ts'
import type { Reader, Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'

/** How somebody is there: at least one of his connections is in use, or all are idle. */
export type Connected = Row<'presence'>['state']

/** What one process says of somebody; `gone`: he has no connection to it any more. */
export interface Claim {
  id: string
  nodeId: string
  state: Connected | 'gone'
}

/** The two kinds of people who have connections. */
export type Kind = 'user' | 'visitor'

const subjectOf = (kind: Kind, id: string): string => `${kind}:${id}`

/** Notes what processes say. The caller holds the rows of those it is about. */
export async function writeClaims(tx: Tx, kind: Kind, claims: readonly Claim[]): Promise<void> {
  const rows = claims.flatMap(({ id, nodeId, state }) =>
    state === 'gone' ? [] : [{ subject: subjectOf(kind, id), node_id: nodeId, state }],
  )
  if (rows.length > 0) {
    await tx.q
      .insertInto('presence')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['subject', 'node_id'])
          .doUpdateSet({ state: (select) => select.ref('excluded.state') }),
      )
      .execute()
  }
  for (const nodeId of new Set(claims.map((claim) => claim.nodeId))) {
    const gone = claims.filter((claim) => claim.state === 'gone' && claim.nodeId === nodeId)
    if (gone.length === 0) continue
    await tx.q
      .deleteFrom('presence')
      .where('node_id', '=', nodeId)
      .where(
        'subject',
        'in',
        gone.map(({ id }) => subjectOf(kind, id)),
      )
      .execute()
  }
}

/** The best that any process says of each; who has no connection anywhere is absent. */
export async function connectedOf(
  reader: Reader,
  kind: Kind,
  ids: readonly string[],
): Promise<Map<string, Connected>> {
  const rows = await reader.q
    .selectFrom('presence')
    .select((select) => ['subject', select.fn.max<Connected>('state').as('state')])
    .where(
      'subject',
      'in',
      ids.map((id) => subjectOf(kind, id)),
    )
    .groupBy('subject')
    .execute()
  // `online` comes after `away`, also in the alphabet.
  return new Map(rows.map(({ subject, state }) => [subject.slice(kind.length + 1), state]))
}

/** Some of those who have connections to a process. */
export async function subjectsAt(
  reader: Reader,
  nodeId: string,
  limit: number,
): Promise<{ users: string[]; visitors: string[] }> {
  const rows = await reader.q
    .selectFrom('presence')
    .select('subject')
    .where('node_id', '=', nodeId)
    .orderBy('subject')
    .limit(limit)
    .execute()
  const of = (kind: Kind) =>
    rows.flatMap(({ subject }) =>
      subject.startsWith(`${kind}:`) ? [subject.slice(kind.length + 1)] : [],
    )
  return { users: of('user'), visitors: of('visitor') }
}

/** Removes what is said of people who do not exist any more. */
export async function forget(tx: Tx, kind: Kind, id: string): Promise<void> {
  await tx.rows('delete from presence where subject = $1', [subjectOf(kind, id)])
}

/**
 * Shows visitors as there or gone, in their records and their open conversations. One who said that
 * he is away stays so while he is connected.
 */
export async function showVisitors(
  tx: Tx,
  ids: readonly string[],
  there: boolean,
  now: number,
): Promise<void> {
  if (ids.length === 0) return
  const status = there ? 'online' : 'offline'
  const updated_at = isoTime(now)
  await tx.q
    .updateTable('visitor')
    .set({ status, updated_at })
    .where('id', 'in', [...ids])
    .where('status', there ? '=' : '<>', 'offline')
    .execute()
  const rooms = await tx.q
    .updateTable('room')
    .set({ visitor_status: status, updated_at })
    .where('visitor_id', 'in', [...ids])
    .where('closed_at', 'is', null)
    .where('visitor_status', there ? '=' : '<>', 'offline')
    .returning('id')
    .execute()
  for (const { id } of rooms) tx.ring(`room:${id}`)
}
