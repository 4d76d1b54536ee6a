import type { RouteParts } from '../../route-parts.ts'
import { listAudit } from './contract.ts'
import { readAudit } from './operations.ts'
import { toWireAudit } from './wire.ts'

/** The audit trail, for administrators. */
export function auditRoutes({ router, ctx }: RouteParts): void {
  router.add(listAudit, async ({ query }) => {
    const { entries, offset, total } = await readAudit(ctx, query)
    return { entries: entries.map(toWireAudit), count: entries.length, offset, total }
  })
}
