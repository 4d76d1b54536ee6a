import type { AppContext } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { hashSecret } from '../../lib/hash.ts'
import { isUniqueViolation, type Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { knownLanguage } from '../../texts/texts.ts'
import { checkFieldValue } from '../custom-fields/check.ts'
import { mergeValues, readFields, type FieldValue } from '../custom-fields/store.ts'
import { accessVisitor } from './access.ts'
import { changeVisitor, checkedEmail } from './changes.ts'
import { eraseVisitor, insertVisitor, lockForErasure } from './store.ts'

/** What a visitor tells about himself; absent fields stay as they are. */
export interface Registration {
  token: string
  name: string | undefined
  email: string | undefined
  phone: string | undefined
  department: string | undefined
  /** Those of the visitor are kept, all others are not. */
  customFields?: readonly FieldValue[] | undefined
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
  const values = await valuesOfVisitor(ctx, registration.customFields ?? [])
  const register = () =>
    ctx.db.transact((tx) => writeVisitor(ctx, tx, registration.token, fields, values))
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
  const { email } = registration
  if (email !== undefined && email.trim() !== '') fields.email = checkedEmail(email)
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

/**
 * The values that a visitor may give of himself. A form may be older than the catalogue: what it
 * does not know refuses nobody. @throws ApiError `error-invalid-custom-field-value`
 */
async function valuesOfVisitor(
  ctx: AppContext,
  given: readonly FieldValue[],
): Promise<readonly FieldValue[]> {
  if (given.length === 0) return given
  const fields = await ctx.db.read(readFields)
  return given.filter(({ key, value }) => {
    const field = fields.get(key)
    if (field === undefined || field.scope !== 'visitor') {
      ctx.log.debug({ field: key }, 'a value for no custom field of visitors was ignored')
      return false
    }
    checkFieldValue(field, value)
    return true
  })
}

async function writeVisitor(
  ctx: AppContext,
  tx: Tx,
  token: string,
  given: Partial<Row<'visitor'>>,
  values: readonly FieldValue[],
): Promise<Row<'visitor'>> {
  const tokenHash = hashSecret(token)
  const query = tx.q.selectFrom('visitor').selectAll().where('token_hash', '=', tokenHash)
  // Custom fields are merged: of two registrations neither may undo the other's.
  const known = await tx.lock(query).executeTakeFirst()
  const fields =
    values.length === 0
      ? given
      : { ...given, custom_fields: mergeValues(known?.custom_fields ?? null, values) }
  const now = ctx.clock.now()
  if (known === undefined) return insertVisitor(tx, tokenHash, fields, now)
  return changeVisitor(tx, known, fields, now)
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
  const id = await ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    await lockForErasure(tx, visitor.id)
    const address = visitor.verified === 1 ? visitor.email : null
    await eraseVisitor(tx, visitor.id, ctx.jobs, ctx.clock.now(), address)
    return visitor.id
  })
  await ctx.db.purge()
  return { id, at: isoTime(ctx.clock.now()) }
}

/** Shows the agents whether the visitor is there; the visitor's own record stays as it is. */
export function setVisitorStatus(ctx: AppContext, token: string, status: string): Promise<void> {
  return ctx.db.transact(async (tx) => {
    const visitor = await accessVisitor(tx, token)
    const rooms = await tx.q
      .updateTable('room')
      .set({ visitor_status: status, updated_at: isoTime(ctx.clock.now()) })
      .where('visitor_id', '=', visitor.id)
      .where('closed_at', 'is', null)
      .returning('id')
      .execute()
    for (const { id } of rooms) tx.ring(`room:${id}`)
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
