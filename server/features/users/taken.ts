import type { AppContext } from '../../context.ts'
import { isUniqueViolation } from '../../storage/database.ts'
import { refuseTaken } from './changes.ts'

/**
 * Runs a write of a username or an address. When another request took it in between, the refusal
 * is the one of the check that came too early.
 * @throws ApiError `error-field-unavailable`
 */
export async function orTaken<Result>(
  ctx: AppContext,
  wanted: { username?: string | undefined; email?: string | undefined },
  write: () => Promise<Result>,
  exceptUserId?: string,
): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    if (isUniqueViolation(error)) {
      await ctx.db.read((reader) => refuseTaken(reader, wanted, exceptUserId))
    }
    throw error
  }
}
