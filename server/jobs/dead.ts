import { isoTime } from '../lib/clock.ts'
import type { Reader, Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'
import { lockJobs } from './store.ts'

/** What waits to be done, how long the oldest of it has been due, and what was given up. */
export async function readJobFigures(
  reader: Reader,
  now: number,
): Promise<{ due: number; oldestDueSeconds: number; dead: number }> {
  const [row] = await reader.rows<{ due: number; oldest: string | null; dead: number }>(
    `select count(*) as due, min(due_at) as oldest,
            (select count(*) from job where state = 'dead') as dead
       from job
      where state in ('pending', 'waiting') and due_at <= $1 and lease_until is null`,
    [isoTime(now)],
  )
  const oldest = row?.oldest ?? null
  return {
    due: row?.due ?? 0,
    oldestDueSeconds: oldest === null ? 0 : (now - Date.parse(oldest)) / 1000,
    dead: row?.dead ?? 0,
  }
}

/** Which dead jobs are meant: listed ones, or all of a kind, or all. */
export interface DeadChoice {
  ids?: readonly string[] | undefined
  kind?: string | undefined
}

const chosen = (reader: Reader, { ids, kind }: DeadChoice) => {
  let query = reader.q.selectFrom('job').where('state', '=', 'dead')
  if (ids !== undefined) query = query.where('id', 'in', [...ids])
  if (kind !== undefined) query = query.where('kind', '=', kind)
  return query
}

/** Brings dead jobs back to their places in their order, as if never tried. @returns how many */
export async function replayDead(tx: Tx, now: number, choice: DeadChoice): Promise<number> {
  await lockJobs(tx)
  const rows = await chosen(tx, choice).select('id').execute()
  const at = isoTime(now)
  await tx.updateRows(
    'job',
    rows.map(({ id }) => ({
      id,
      state: 'pending' as const,
      due_at: at,
      attempts: 0,
      lease_until: null,
      updated_at: at,
    })),
  )
  return rows.length
}

/** Removes dead jobs for good. @returns how many */
export async function discardDead(tx: Tx, choice: DeadChoice): Promise<number> {
  await lockJobs(tx)
  const rows = await chosen(tx, choice).select('id').execute()
  for (const { id } of rows) await tx.q.deleteFrom('job').where('id', '=', id).execute()
  return rows.length
}

/** A page of the dead jobs, newest first, and how many there are. */
export async function listDead(
  reader: Reader,
  choice: DeadChoice,
  page: { offset: number; limit: number | undefined },
): Promise<{ jobs: Row<'job'>[]; total: number }> {
  const jobs = await chosen(reader, choice)
    .selectAll()
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit ?? Number.MAX_SAFE_INTEGER)
    .execute()
  const { total } = await chosen(reader, choice)
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { jobs, total }
}
