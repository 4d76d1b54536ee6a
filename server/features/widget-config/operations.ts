import type { AppContext } from '../../context.ts'
import { hashSecret } from '../../lib/hash.ts'
import { isOnline } from '../../routing/agents.ts'
import { queueInfo, type QueueInfo } from '../../routing/queue-info.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { readFields, type CustomField } from '../custom-fields/store.ts'
import { findPerson, type Staff } from '../agents/store.ts'
import { findOpenRoom } from '../rooms/store.ts'

/** What a widget finds of the conversation it had open. */
export interface WidgetSession {
  visitor: Row<'visitor'>
  room: Row<'room'> | undefined
  agent: Staff | undefined
  queue: QueueInfo | undefined
}

/** The state a widget starts from. */
export interface WidgetState {
  online: boolean
  /** The public ones. */
  customFields: readonly CustomField[]
  /** Undefined for an unknown token, or none. */
  session: WidgetSession | undefined
}

/** Reads what a widget starts from; undefined while livechat is switched off. */
export async function readWidgetState(
  ctx: AppContext,
  token: string | undefined,
): Promise<WidgetState | undefined> {
  if (!ctx.settings.get('Livechat_enabled')) return undefined
  return ctx.db.read(async (reader) => ({
    online: await isOnline(ctx, reader),
    customFields: [...(await readFields(reader)).values()].filter((field) => field.public === 1),
    session: token === undefined ? undefined : await sessionOf(ctx, reader, token),
  }))
}

async function sessionOf(
  ctx: AppContext,
  reader: Reader,
  token: string,
): Promise<WidgetSession | undefined> {
  const visitor = await reader.q
    .selectFrom('visitor')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .executeTakeFirst()
  if (visitor === undefined) return undefined
  const room = await findOpenRoom(reader, visitor.id)
  const servedBy = room?.served_by_id ?? null
  return {
    visitor,
    room,
    agent: servedBy === null ? undefined : await findPerson(reader, servedBy),
    queue: room === undefined ? undefined : await queueInfo(ctx, reader, room),
  }
}
