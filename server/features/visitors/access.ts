import type { AppContext } from '../../context.ts'
import type { Database, Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { ApiError } from '../../contract/errors.ts'
import { digestIn, digestOf, hashSecret } from '../../lib/hash.ts'
import { LruCache } from '../../lib/lru-cache.ts'

const REMEMBERED = 20_000

/** What never changes about a visitor while he exists. */
export interface VisitorIdentity {
  id: string
  username: string
}

/**
 * Who a token belongs to, remembered because it is asked with every message. An erased visitor is
 * forgotten by every process that hears of it; where one does not, his identity owns no room.
 */
export class VisitorIdentities {
  readonly #known = new LruCache<string, VisitorIdentity>(REMEMBERED)

  remembered(token: string): VisitorIdentity | undefined {
    return this.#known.get(digestOf(token))
  }

  /** Looks the token up in the database and remembers the answer. */
  async find(db: Database, token: string): Promise<VisitorIdentity | undefined> {
    const tokenHash = hashSecret(token)
    const [row] = await db.read((reader) =>
      reader.rows<VisitorIdentity>('select id, username from visitor where token_hash = $1', [
        tokenHash,
      ]),
    )
    const key = digestIn(tokenHash)
    if (row === undefined) this.#known.delete(key)
    else this.#known.set(key, { id: row.id, username: row.username })
    return row
  }

  forget(tokenHash: string): void {
    this.#known.delete(digestIn(tokenHash))
  }
}

/**
 * Does something as the visitor of a token, who is remembered: one look-up less for each of his
 * calls. `work` must ask in the database whether the room is his.
 * @throws ApiError `invalid-token`, and what `work` throws
 */
export async function asVisitor<Result>(
  { db, remembered: { identities } }: Pick<AppContext, 'db' | 'remembered'>,
  token: string,
  work: (visitor: VisitorIdentity) => Promise<Result>,
): Promise<Result> {
  const remembered = identities.remembered(token)
  const identity = remembered ?? (await identities.find(db, token))
  if (identity === undefined) throw new ApiError('invalid-token')
  try {
    return await work(identity)
  } catch (error) {
    const stale =
      remembered !== undefined && error instanceof ApiError && error.code === 'invalid-room'
    if (!stale) throw error
    // The visitor may have been erased on another node and have registered anew since.
    const present = await identities.find(db, token)
    if (present === undefined) throw new ApiError('invalid-token')
    if (present.id === identity.id) throw error
    return work(present)
  }
}

/**
 * The visitor of a token.
 * @throws ApiError `invalid-token`, alike for absent and malformed ones
 */
export async function accessVisitor(
  reader: Pick<Reader, 'rows'>,
  token: string,
): Promise<Row<'visitor'>> {
  const [visitor] = await reader.rows<Row<'visitor'>>(
    'select * from visitor where token_hash = $1',
    [hashSecret(token)],
  )
  if (visitor === undefined) throw new ApiError('invalid-token')
  return visitor
}
