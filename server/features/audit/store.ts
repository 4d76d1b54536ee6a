import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import type { AuditAction } from './contract.ts'

/** Who did it; a caller is one. */
export interface AuditActor {
  userId: string
  username: string
  ip?: string | undefined
}

/** Something that was done, and to what. */
export interface AuditEntry {
  /** Absent: nobody who is known. */
  by?: AuditActor | undefined
  action: AuditAction
  /** Id of what was changed: a user, a role, a setting ... */
  target: string
  /** Never a secret: no password, no token, no text of a setting. */
  details?: Record<string, unknown>
  /** Where it came from, when `by` does not say. */
  ip?: string
}

const MAX_IP = 64

/** Adds to the audit trail, in the transaction of what it tells: both happen, or neither. */
export const recordAudit = (tx: Tx, now: number, entry: AuditEntry): Promise<void> =>
  tx.insertRows('audit', [
    {
      id: newId(now),
      at: isoTime(now),
      actor_id: entry.by?.userId ?? null,
      actor_username: entry.by?.username ?? null,
      action: entry.action,
      target: entry.target,
      details: JSON.stringify(entry.details ?? {}),
      ip: (entry.ip ?? entry.by?.ip)?.slice(0, MAX_IP) ?? null,
    },
  ])

/** Which entries are wanted. */
export interface AuditFilter {
  /** Id or username. */
  actor: string | undefined
  action: string | undefined
  /** ISO times, both included. */
  from: string | undefined
  to: string | undefined
}

/** A page of the audit trail, newest first, and how many entries match. */
export async function listAudit(
  reader: Reader,
  filter: AuditFilter,
  page: { offset: number; limit: number | undefined },
): Promise<{ entries: Row<'audit'>[]; total: number }> {
  const entries = await matching(reader, filter)
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .execute()
  const { total } = await matching(reader, filter)
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { entries, total }
}

function matching(reader: Reader, { actor, action, from, to }: AuditFilter) {
  let query = reader.q.selectFrom('audit')
  if (actor !== undefined) {
    query = query.where((where) =>
      where.or([where('actor_id', '=', actor), where('actor_username', '=', actor)]),
    )
  }
  if (action !== undefined) query = query.where('action', '=', action)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<=', to)
  return query
}
