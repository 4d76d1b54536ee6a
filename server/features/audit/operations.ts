import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import { sinceOf } from '../../contract/since.ts'
import type { Row } from '../../storage/tables.ts'
import { listAudit, type AuditFilter } from './store.ts'

/** A page of the audit trail. @throws ApiError `invalid-params` for what is no date */
export function readAudit(
  ctx: AppContext,
  query: Omit<PageQuery, 'sort'> & { [Key in keyof AuditFilter]?: string },
): Promise<{ entries: Row<'audit'>[]; offset: number; total: number }> {
  const page = pageOf(ctx.settings, query, { allowed: {}, default: [] })
  const filter: AuditFilter = {
    actor: query.actor,
    action: query.action,
    from: sinceOf(query.from, () => noDate('from')),
    to: sinceOf(query.to, () => noDate('to')),
  }
  return ctx.db.snapshot(async (reader) => ({
    ...(await listAudit(reader, filter, page)),
    offset: page.offset,
  }))
}

const noDate = (name: string): ApiError =>
  new ApiError('invalid-params', { reason: `${name} must be a valid date` })
