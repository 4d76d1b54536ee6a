import type { Database, Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { ApiError } from '../../contract/errors.ts'
import { hashSecret } from '../../lib/hash.ts'
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
    return this.#known.get(hashSecret(token))
  }

  /** Looks the token up in the database and remembers the answer. */
  async find(db: Database, token: string): Promise<VisitorIdentity | undefined> {
    const tokenHash = hashSecret(token)
    const [row] = await db.read((reader) =>
      reader.rows<VisitorIdentity>('select id, username from visitor where token_hash = $1', [
        tokenHash,
      ]),
    )
    if (row === undefined) this.#known.delete(tokenHash)
    else this.#known.set(tokenHash, { id: row.id, username: row.username })
    return row
  }

  forget(tokenHash: string): void {
    this.#known.delete(tokenHash)
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
