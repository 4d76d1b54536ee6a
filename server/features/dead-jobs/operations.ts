import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { discardDead, listDead, replayDead, type DeadChoice } from '../../jobs/dead.ts'
import type { Row } from '../../storage/tables.ts'
import { recordAudit } from '../audit/store.ts'

/** Which dead jobs are meant; all of them only when that is said. */
export interface Chosen extends DeadChoice {
  all?: true | undefined
}

/** A page of the dead jobs, those that died last first. */
export function readDeadJobs(
  ctx: AppContext,
  query: Omit<PageQuery, 'sort'> & { kind?: string },
): Promise<{ jobs: Row<'job'>[]; offset: number; total: number }> {
  const page = pageOf(ctx.settings, query, { allowed: {}, default: [] })
  return ctx.db.snapshot(async (reader) => ({
    ...(await listDead(reader, { kind: query.kind }, page)),
    offset: page.offset,
  }))
}

/** Tries dead jobs again, each before what came after it in its order. @throws ApiError */
export function replayDeadJobs(ctx: AppContext, caller: Caller, chosen: Chosen): Promise<number> {
  const choice = requireChoice(chosen)
  return ctx.db.transact(async (tx) => {
    const now = ctx.clock.now()
    const count = await replayDead(tx, now, choice)
    if (count === 0) return 0
    ctx.jobs.announce(tx)
    const details = { ...chosen, count }
    await recordAudit(tx, now, { by: caller, action: 'job.replayed', target: 'jobs', details })
    return count
  })
}

/** Removes dead jobs for good. @throws ApiError */
export function discardDeadJobs(ctx: AppContext, caller: Caller, chosen: Chosen): Promise<number> {
  const choice = requireChoice(chosen)
  return ctx.db.transact(async (tx) => {
    const count = await discardDead(tx, choice)
    if (count === 0) return 0
    const details = { ...chosen, count }
    const entry = { by: caller, action: 'job.discarded', target: 'jobs', details } as const
    await recordAudit(tx, ctx.clock.now(), entry)
    return count
  })
}

function requireChoice({ ids, kind, all }: Chosen): DeadChoice {
  if (ids === undefined && kind === undefined && all === undefined) {
    throw new ApiError('invalid-params', { reason: 'Name the jobs: ids, a kind, or "all": true' })
  }
  return { ids, kind }
}
