import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { isUniqueViolation, type Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { knownLanguage } from '../../texts/texts.ts'
import { accessVisitor } from './access.ts'
import { eraseVisitor, insertVisitor } from './store.ts'

const EMAIL = /^[^\s@<>"(),:;]{1,64}@[^\s@<>"(),:;]+\.[^\s@<>"(),:;.]{2,}$/

/** What a visitor tells about himself; absent fields stay as they are. */
export interface Registration {
  token: string
  name: string | undefined
  email: string | undefined
  phone: string | undefined
  department: string | undefined
  /** Kept only where the site allows collecting them. */
  connection: { userAgent: string; ip: string; host: string }
  /** What his browser asks for (Accept-Language). */
  language?: string | undefined
}

/**
 * Registers the visitor of a token or changes what is known about him. Only the token finds a
 * record: an unverified e-mail or telephone number never does (S2).
 */
export async function registerVisitor(
  ctx: AppContext,
  registration: Registration,
): Promise<Row<'visitor'>> {
  const fields = fieldsOf(ctx, registration)
  const register = () => ctx.db.transact((tx) => writeVisitor(ctx, tx, registration.token, fields))
  try {
    return await register()
  } catch (error) {
    // The same token was registered at this very moment: now it is found.
    if (isUniqueViolation(error)) return register()
    throw error
  }
}

function fieldsOf(ctx: AppContext, registration: Registration): Partial<Row<'visitor'>> {
  if (registration.token.trim() === '') throw new ApiError('error-invalid-token')
  const fields: Partial<Row<'visitor'>> = {}
  const name = registration.name?.trim()
  if (name !== undefined && name !== '') fields.name = name
  const email = registration.email?.trim().toLowerCase()
  if (email !== undefined && email !== '') {
    if (!EMAIL.test(email)) throw new ApiError('error-invalid-email')
    fields.email = email
  }
  const phone = registration.phone?.trim()
  if (phone !== undefined && phone !== '') fields.phone = phone
  if (registration.department !== undefined && registration.department !== '') {
    throw new ApiError('error-invalid-department')
  }
  const language = knownLanguage(registration.language)
  if (language !== undefined) fields.language = language
  if (ctx.settings.get('Livechat_Allow_collect_and_store_HTTP_header_informations')) {
    fields.user_agent = registration.connection.userAgent.slice(0, 500)
    fields.ip = registration.connection.ip
    fields.host = registration.connection.host.slice(0, 255)
  }
  return fields
}

async function writeVisitor(
  ctx: AppContext,
  tx: Tx,
  token: string,
  fields: Partial<Row<'visitor'>>,
): Promise<Row<'visitor'>> {
  const at = isoTime(ctx.clock.now())
  const tokenHash = hashSecret(token)
  const known = await tx.q
    .selectFrom('visitor')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (known === undefined) return insertVisitor(tx, tokenHash, fields, ctx.clock.now())
  const changed = { ...known, ...fields, updated_at: at }
  await tx.updateRows('visitor', [{ id: known.id, ...fields, updated_at: at }])
  if (changed.name !== known.name) {
    // Only the label: the rest of the room belongs to concurrent messages.
    await tx.q
      .updateTable('room')
      .set({ label: changed.name ?? changed.username, updated_at: at })
      .where('visitor_id', '=', known.id)
      .where('closed_at', 'is', null)
      .execute()
  }
  return changed
}

/** The visitor of a token. */
export const readVisitor = (ctx: AppContext, token: string): Promise<Row<'visitor'>> =>
  ctx.db.read((reader) => accessVisitor(reader, token))

/**
 * Erases a visitor with everything he said, and sees to it that the deleted text leaves the files
 * (P14). An open conversation has to be closed first.
 */
export async function removeVisitor(
  ctx: AppContext,
  token: string,
): Promise<{ id: string; at: string }> {
  const { identities, pageVisits } = ctx.remembered
  const id = await ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    const open = await tx.q
      .selectFrom('room')
      .select('id')
      .where('visitor_id', '=', visitor.id)
      .where('closed_at', 'is', null)
      .executeTakeFirst()
    if (open !== undefined) throw new ApiError('visitor-has-open-rooms')
    await eraseVisitor(tx, visitor.id, ctx.jobs)
    tx.afterCommit(() => identities.forget(visitor.token_hash))
    return visitor.id
  })
  pageVisits.forget(token)
  await ctx.db.purge()
  return { id, at: isoTime(ctx.clock.now()) }
}

/** Shows the agents whether the visitor is there; the visitor's own record stays as it is. */
export function setVisitorStatus(ctx: AppContext, token: string, status: string): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    await tx.q
      .updateTable('room')
      .set({ visitor_status: status, updated_at: isoTime(ctx.clock.now()) })
      .where('visitor_id', '=', visitor.id)
      .where('closed_at', 'is', null)
      .execute()
  })
}

/** Open rooms of a token, for managers; an unknown token has none. */
export const listOpenRooms = (ctx: AppContext, token: string): Promise<Row<'room'>[]> =>
  ctx.db.read((reader) =>
    reader.q
      .selectFrom('room')
      .innerJoin('visitor', 'visitor.id', 'room.visitor_id')
      .selectAll('room')
      .where('visitor.token_hash', '=', hashSecret(token))
      .where('room.closed_at', 'is', null)
      .execute(),
  )
