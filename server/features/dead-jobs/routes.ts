import type { RouteParts } from '../../route-parts.ts'
import type { Row } from '../../storage/tables.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'

/** What was given up, for who looks after the webhook. */
export function deadJobRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.listDeadJobs, async ({ query }) => {
    const { jobs, offset, total } = await operations.readDeadJobs(ctx, query)
    return { jobs: jobs.map(toWireDeadJob), count: jobs.length, offset, total }
  })
  router.add(contract.replayDeadJobs, async ({ body }, { caller }) => ({
    replayed: await operations.replayDeadJobs(ctx, caller, body),
  }))
  router.add(contract.discardDeadJobs, async ({ body }, { caller }) => ({
    discarded: await operations.discardDeadJobs(ctx, caller, body),
  }))
}

/** The payload stays inside; of it only the name of an event is told. */
function toWireDeadJob(row: Row<'job'>): contract.WireDeadJob {
  const { type } = JSON.parse(row.payload) as { type?: unknown }
  return {
    _id: row.id,
    kind: row.kind,
    ...(typeof type === 'string' ? { type } : {}),
    ...(row.room_id === null ? {} : { rid: row.room_id }),
    attempts: row.attempts,
    ...(row.last_error === null ? {} : { error: row.last_error }),
    createdAt: row.created_at,
    diedAt: row.updated_at,
  }
}
