import type { Migration } from './migration.ts'
import { initialSchema } from './001-initial-schema.ts'
import { filesJobsAudit } from './002-files-jobs-audit.ts'
import { mail } from './003-mail.ts'
import { jobOrder } from './004-job-order.ts'
import { pruning } from './005-pruning.ts'
import { nodes } from './006-nodes.ts'
import { push } from './007-push.ts'

/** Every migration by name; names sort in the order in which they run. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-initial-schema': initialSchema,
  '002-files-jobs-audit': filesJobsAudit,
  '003-mail': mail,
  '004-job-order': jobOrder,
  '005-pruning': pruning,
  '006-nodes': nodes,
  '007-push': push,
}
