import type { Settings } from '../../context.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Database } from '../../storage/database.ts'
import { recordAudit } from '../audit/store.ts'
import { endAllSessions } from '../sessions/store.ts'
import { updateUser } from '../users/changes.ts'
import { findUser, lockUser, SYSTEM_USER_ID } from '../users/store.ts'
import { requirePolicy } from './password-policy.ts'
import { hashPassword, passwordDigest } from './passwords.ts'

/** Nobody with this name can have a password. */
class NoSuchUserError extends Error {
  override readonly name = 'NoSuchUserError'
}

/**
 * Gives a user a new password and ends his sessions and personal tokens, for the operator at the
 * machine. It is told in the audit trail.
 * @throws NoSuchUserError, ApiError `error-password-policy-not-met`
 */
export async function resetPassword(
  { db, settings }: { db: Database; settings: Settings },
  input: { username: string; password: string; now: number },
): Promise<void> {
  requirePolicy(settings, input.password)
  const found = await db.read((reader) => findUser(reader, { username: input.username }))
  if (found === undefined || found.id === SYSTEM_USER_ID) {
    throw new NoSuchUserError(`there is no user "${input.username}" who can log in`)
  }
  const password_hash = await hashPassword(passwordDigest(input.password))
  await db.transact(async (tx) => {
    const user = await lockUser(tx, found.id)
    if (user === undefined) throw new NoSuchUserError(`there is no user "${input.username}"`)
    const updated_at = isoTime(input.now)
    await updateUser(tx, user.id, { password_hash, require_password_change: 0, updated_at })
    await endAllSessions(tx, user.id)
    const details = { fields: ['password'], from: 'command line' }
    await recordAudit(tx, input.now, { action: 'user.changed', target: user.id, details })
  })
}
