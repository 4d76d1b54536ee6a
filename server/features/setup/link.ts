import { hashSecret } from '../../lib/hash.ts'
import { newSecret } from '../../lib/ids.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import { findUser, type User } from '../users/store.ts'

/** Where the link's hash is kept; hidden, so that no endpoint tells or changes it. */
export const SETUP_LINK = 'Foyer_setup_link'

/** The user whom the link is for, in his present state. */
interface LinkOwner {
  id: string
  passwordHash: string
}

/** The hash covers the password's, so that a new password ends the link by itself. */
const hashOf = (secret: string, owner: LinkOwner): string =>
  `${owner.id} ${hashSecret(`${secret} ${owner.passwordHash}`)}`

/** Makes up the secret of a set-up link and keeps its hash. */
export async function createSetupLink(tx: Tx, owner: LinkOwner, now: string): Promise<string> {
  const secret = newSecret()
  await tx.q
    .insertInto('setting')
    .values({ id: SETUP_LINK, value: JSON.stringify(hashOf(secret, owner)), updated_at: now })
    .execute()
  return secret
}

/** The administrator whom a link lets set up; undefined when it is wrong or has ended. */
export async function findSetupOwner(reader: Reader, secret: string): Promise<User | undefined> {
  const row = await reader.q
    .selectFrom('setting')
    .select('value')
    .where('id', '=', SETUP_LINK)
    .executeTakeFirst()
  const stored = row === undefined ? '' : String(JSON.parse(row.value))
  const user = await findUser(reader, { id: stored.split(' ')[0] ?? '' })
  if (user === undefined || user.password_hash === null) return undefined
  if (user.active === 0 || user.last_login_at !== null) return undefined
  // Both sides are hashes of 256 random bits: their comparison tells nothing.
  const matches = hashOf(secret, { id: user.id, passwordHash: user.password_hash }) === stored
  return matches ? user : undefined
}
