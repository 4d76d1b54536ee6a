import type { Settings } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import type { Row } from '../../storage/tables.ts'

/** What a user can say of himself. */
export type Status = Row<'user'>['status']

const STATUSES: ReadonlySet<string> = new Set<Status>(['online', 'away', 'busy', 'offline'])

/** @throws ApiError `error-invalid-status`, or `error-status-not-allowed` for invisibility */
export function checkStatus(settings: Settings, text: string): Status {
  if (!STATUSES.has(text)) throw new ApiError('error-invalid-status')
  if (text === 'offline' && !settings.get('Accounts_AllowInvisibleStatusOption')) {
    throw new ApiError('error-status-not-allowed')
  }
  return text as Status
}
