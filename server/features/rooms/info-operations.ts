import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Tx } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { checkFieldValue } from '../custom-fields/check.ts'
import {
  mergeValues,
  parseValues,
  readFields,
  type CustomField,
  type FieldValue,
} from '../custom-fields/store.ts'
import { changeVisitor, checkedEmail } from '../visitors/changes.ts'
import { tellWebhook } from '../webhooks/outbox.ts'
import { lockReadableRoom } from './access.ts'
import { findRoom, updateRoom } from './store.ts'

type FieldValues = Readonly<Record<string, string>>

/** What an agent writes down; absent parts stay as they are, an empty text removes. */
export interface RoomInfo {
  visitor: {
    id: string
    name?: string | undefined
    email?: string | undefined
    phone?: string | undefined
    customFields?: FieldValues | undefined
  }
  room: {
    id: string
    topic?: string | undefined
    tags?: readonly string[] | undefined
    customFields?: FieldValues | undefined
    priorityId?: string | undefined
    slaId?: string | undefined
  }
}

/**
 * Writes down who a room's visitor is and what the room is about: all of it, or nothing.
 * @param refusal what a reader of the room who may not change it is answered with
 * @throws ApiError `error-invalid-room`, `error-not-allowed` for another visitor than the room's
 * or for custom fields without their permission, and what is wrong with a value
 */
export function saveRoomInfo(
  ctx: AppContext,
  caller: Caller,
  info: RoomInfo,
  refusal: () => Error,
): Promise<void> {
  if ((info.room.priorityId ?? '') !== '') throw new ApiError('error-invalid-priority')
  if ((info.room.slaId ?? '') !== '') throw new ApiError('error-invalid-sla')
  return ctx.db.transact(async (tx) => {
    const { visitor, room } = await lockBoth(ctx, tx, caller, info.room.id)
    const mine = room.served_by_id === caller.userId
    if (!mine && !ctx.permissions.allow(caller.roles, 'save-others-livechat-room-info')) {
      throw refusal()
    }
    if (visitor.id !== info.visitor.id) throw new ApiError('error-not-allowed')
    const catalogue = await readFields(tx)
    const values = {
      visitor: changedValues(catalogue, 'visitor', visitor, info.visitor.customFields),
      room: changedValues(catalogue, 'room', room, info.room.customFields),
    }
    const withFields = values.visitor.length + values.room.length > 0
    if (withFields && !ctx.permissions.allow(caller.roles, 'edit-livechat-room-customfields')) {
      throw new ApiError('error-not-allowed')
    }
    const now = ctx.clock.now()
    const visitorFields = differing(visitor, visitorColumns(info.visitor, visitor, values.visitor))
    const roomFields = differing(room, roomColumns(info.room, room, values.room))
    if (visitorFields === undefined && roomFields === undefined) return
    if (visitorFields !== undefined) await changeVisitor(tx, visitor, visitorFields, now)
    if (roomFields !== undefined) {
      await updateRoom(tx, { id: room.id, ...roomFields, updated_at: isoTime(now) })
    }
    await tellWebhook(ctx, tx, room.id, { type: 'LivechatEdit' })
  })
}

/** The visitor first, as everything that writes to both does. */
async function lockBoth(
  ctx: AppContext,
  tx: Tx,
  caller: Caller,
  roomId: string,
): Promise<{ visitor: Row<'visitor'>; room: Row<'room'> }> {
  const found = await findRoom(tx, roomId)
  if (found === undefined) throw new ApiError('error-invalid-room')
  const query = tx.q.selectFrom('visitor').selectAll().where('id', '=', found.visitor_id)
  const visitor = await tx.lock(query).executeTakeFirst()
  if (visitor === undefined) throw new ApiError('error-invalid-room')
  return {
    visitor,
    room: await lockReadableRoom(ctx, tx, caller, roomId, 'error-invalid-room'),
  }
}

/** Clients send all fields back: only what differs counts, and has to fit the catalogue. */
function changedValues(
  catalogue: ReadonlyMap<string, CustomField>,
  scope: CustomField['scope'],
  { custom_fields: stored }: { custom_fields: string | null },
  given: FieldValues = {},
): FieldValue[] {
  const before = new Map(Object.entries(parseValues(stored)))
  return Object.entries(given)
    .filter(([key, value]) => (before.get(key) ?? '') !== value)
    .map(([key, value]) => {
      const field = catalogue.get(key)
      if (field === undefined || field.scope !== scope) {
        throw new ApiError('error-invalid-custom-field')
      }
      checkFieldValue(field, value)
      return { key, value, overwrite: true }
    })
}

function visitorColumns(
  { name, email, phone }: RoomInfo['visitor'],
  visitor: Row<'visitor'>,
  values: readonly FieldValue[],
): Partial<Row<'visitor'>> {
  const address = email?.trim()
  return {
    ...(name === undefined ? {} : { name: textOrNull(name) }),
    ...(address === undefined ? {} : { email: address === '' ? null : checkedEmail(address) }),
    ...(phone === undefined ? {} : { phone: textOrNull(phone) }),
    ...(values.length === 0 ? {} : { custom_fields: mergeValues(visitor.custom_fields, values) }),
  }
}

function roomColumns(
  { topic, tags }: RoomInfo['room'],
  room: Row<'room'>,
  values: readonly FieldValue[],
): Partial<Row<'room'>> {
  const kept = [...new Set(tags?.map((tag) => tag.trim()).filter((tag) => tag !== ''))]
  return {
    ...(topic === undefined ? {} : { topic: textOrNull(topic) }),
    ...(tags === undefined ? {} : { tags: kept.length === 0 ? null : JSON.stringify(kept) }),
    ...(values.length === 0 ? {} : { custom_fields: mergeValues(room.custom_fields, values) }),
  }
}

const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** The fields that are not so already, or undefined when all are. */
function differing<Columns extends object>(
  row: Columns,
  fields: Partial<Columns>,
): Partial<Columns> | undefined {
  const entries = Object.entries(fields).filter(
    ([column, value]) => row[column as keyof Columns] !== value,
  )
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Columns>)
}
