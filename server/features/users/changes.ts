import { ApiError } from '../../contract/errors.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'

/** A user who does not exist yet. */
export interface NewUser {
  id: string
  username: string
  name: string
  type: 'user' | 'bot'
  passwordHash: string | null
  roles: readonly string[]
  email: { address: string; verified: boolean } | undefined
  /** ISO time. */
  now: string
  more?: Partial<Row<'user'>>
}

export async function insertUser(tx: Tx, user: NewUser): Promise<void> {
  await tx.insertRows('user', [
    {
      id: user.id,
      username: user.username,
      username_key: user.username.toLowerCase(),
      name: user.name,
      password_hash: user.passwordHash,
      active: 1,
      type: user.type,
      status: user.type === 'bot' ? 'online' : 'offline',
      status_text: '',
      availability: user.roles.includes('livechat-agent') ? 'available' : null,
      require_password_change: 0,
      created_at: user.now,
      updated_at: user.now,
      ...user.more,
    },
  ])
  await tx.insertRows(
    'user_role',
    user.roles.map((role) => ({ user_id: user.id, role_id: role })),
  )
  if (user.email !== undefined) await insertEmail(tx, user.id, user.email)
}

const insertEmail = (
  tx: Tx,
  userId: string,
  { address, verified }: { address: string; verified: boolean },
): Promise<void> =>
  tx.insertRows('user_email', [
    { address: address.toLowerCase(), user_id: userId, verified: verified ? 1 : 0 },
  ])

/** Gives a user one address instead of those he had. */
export async function replaceEmail(
  tx: Tx,
  userId: string,
  email: { address: string; verified: boolean },
): Promise<void> {
  await tx.q.deleteFrom('user_email').where('user_id', '=', userId).execute()
  tx.ring(`user:${userId}`)
  await insertEmail(tx, userId, email)
}

export async function markEmailVerified(tx: Tx, userId: string, verified: boolean): Promise<void> {
  await tx.q
    .updateTable('user_email')
    .set({ verified: verified ? 1 : 0 })
    .where('user_id', '=', userId)
    .execute()
}

/** Changes a user. A status that is said here is a choice of his, and kept as such. */
export function updateUser(
  tx: Tx,
  id: string,
  changes: Partial<Row<'user'>> & { updated_at: string },
): Promise<void> {
  const chosen = changes.status === undefined ? {} : { chosen_status: changes.status }
  return tx.updateRows('user', [{ ...changes, ...chosen, id }])
}

/**
 * Gives a user exactly these roles. An agent is available from the start; who is none any more has
 * no availability.
 */
export async function replaceRoles(
  tx: Tx,
  user: { id: string; roles: readonly string[]; availability: Row<'user'>['availability'] },
  roles: readonly string[],
  now: string,
): Promise<void> {
  const removed = user.roles.filter((role) => !roles.includes(role))
  const added = roles.filter((role) => !user.roles.includes(role))
  if (removed.length > 0) {
    await tx.q
      .deleteFrom('user_role')
      .where('user_id', '=', user.id)
      .where('role_id', 'in', removed)
      .execute()
  }
  await tx.insertRows(
    'user_role',
    added.map((role) => ({ user_id: user.id, role_id: role })),
  )
  const agent = roles.includes('livechat-agent')
  await updateUser(tx, user.id, {
    availability: agent ? (user.availability ?? 'available') : null,
    updated_at: now,
  })
}

/** Removes a user and everything that is only his. What he wrote keeps its author's username. */
export async function removeUser(tx: Tx, id: string): Promise<void> {
  tx.ring(`user:${id}`)
  await tx.q.deleteFrom('subscription').where('user_id', '=', id).execute()
  await tx.q.deleteFrom('session').where('user_id', '=', id).execute()
  await tx.q.deleteFrom('user_email').where('user_id', '=', id).execute()
  await tx.q.deleteFrom('user_role').where('user_id', '=', id).execute()
  await tx.q.deleteFrom('user').where('id', '=', id).execute()
}

/** How many active people are administrators. */
export async function countActiveAdmins(reader: Reader): Promise<number> {
  const { count } = await reader.q
    .selectFrom('user_role')
    .innerJoin('user', 'user.id', 'user_role.user_id')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('role_id', '=', 'admin')
    .where('active', '=', 1)
    .where('type', '=', 'user')
    .executeTakeFirstOrThrow()
  return count
}

/**
 * Makes sure that a username and an address are nobody else's.
 * @throws ApiError `error-field-unavailable`
 */
export async function refuseTaken(
  reader: Reader,
  wanted: { username?: string | undefined; email?: string | undefined },
  exceptUserId?: string,
): Promise<void> {
  if (wanted.username !== undefined) {
    const holder = await reader.q
      .selectFrom('user')
      .select('id')
      .where('username_key', '=', wanted.username.toLowerCase())
      .executeTakeFirst()
    if (holder !== undefined && holder.id !== exceptUserId) throw unavailable(wanted.username)
  }
  if (wanted.email !== undefined) {
    const holder = await reader.q
      .selectFrom('user_email')
      .select('user_id')
      .where('address', '=', wanted.email.toLowerCase())
      .executeTakeFirst()
    if (holder !== undefined && holder.user_id !== exceptUserId) throw unavailable(wanted.email)
  }
}

export const unavailable = (value: string): ApiError =>
  new ApiError('error-field-unavailable', { reason: `${value} is already in use :(` })
