import type { AppContext, Caller } from '../../context.ts'
import { TextError, unauthorized } from '../../contract/errors.ts'
import { pageOf, type PageQuery } from '../../contract/paging.ts'
import type { Reader } from '../../storage/database.ts'
import type { Row } from '../../storage/tables.ts'
import { lastMessages } from '../messages/store.ts'
import { listRooms, type RoomColumn, type RoomFilter, type Span } from './list-store.ts'
import type { RoomWithVisitor } from './store.ts'

const SORT_KEYS = {
  ts: 'created_at',
  lm: 'last_message_at',
  _updatedAt: 'updated_at',
  closedAt: 'closed_at',
  queuedAt: 'queued_at',
  fname: 'label',
  name: 'label',
  msgs: 'messages',
  'servedBy.username': 'served_by_username',
  servedBy: 'served_by_username',
  departmentId: 'department_id',
  open: 'state',
  _id: 'id',
} as const satisfies Record<string, RoomColumn>

/** Rooms whose last messages are read with one statement; engines bound its parameters. */
const CHUNK = 500

/** A list of rooms as it is asked for; spans and custom fields still as JSON texts. */
export interface RoomQuery extends PageQuery {
  agentIds?: readonly string[] | undefined
  departmentId?: string | undefined
  open?: boolean | undefined
  onHold?: boolean | undefined
  queued?: boolean | undefined
  createdAt?: string | undefined
  closedAt?: string | undefined
  tags?: readonly string[] | undefined
  units?: readonly string[] | undefined
  customFields?: string | undefined
  name?: string | undefined
}

/** A page of conversations with the last message of each. */
export interface RoomPage {
  rooms: { room: RoomWithVisitor; lastMessage: Row<'message'> | undefined }[]
  offset: number
  total: number
}

/**
 * Lists conversations. Who may not see all of them may ask for his own only.
 * @throws TextError 403, or 400 for what is no date or no JSON
 */
export function listConversations(
  ctx: AppContext,
  caller: Caller,
  query: RoomQuery,
): Promise<RoomPage> {
  if (!ctx.permissions.allow(caller.roles, 'view-livechat-rooms') && !onlyOwn(caller, query)) {
    throw unauthorized()
  }
  const filter = filterOf(query)
  const page = pageOf(ctx.settings, query, {
    allowed: SORT_KEYS,
    default: [['created_at', 'desc']],
  })
  return ctx.db.snapshot(async (reader) => {
    const { rooms, total } = await listRooms(reader, filter, page)
    const last = await lastMessagesOf(
      reader,
      rooms.map(({ id }) => id),
    )
    return {
      rooms: rooms.map((room) => ({ room, lastMessage: last.get(room.id) })),
      offset: page.offset,
      total,
    }
  })
}

const onlyOwn = ({ userId }: Caller, { agentIds }: RoomQuery): boolean =>
  agentIds?.length === 1 && agentIds[0] === userId

const filterOf = (query: RoomQuery): RoomFilter => ({
  agentIds: query.agentIds,
  departmentId: query.departmentId === '' ? undefined : query.departmentId,
  open: query.open,
  onHold: query.onHold,
  queued: query.queued,
  createdAt: spanOf('createdAt', query.createdAt),
  closedAt: spanOf('closedAt', query.closedAt),
  tags: query.tags,
  customFields: customFieldsOf(query.customFields),
  name: query.name,
  // Units do not exist, so no conversation belongs to one.
  nothing: (query.units ?? []).length > 0,
})

function spanOf(name: string, text = ''): Span | undefined {
  if (text === '') return undefined
  const value = jsonObject(text)
  if (value === undefined) {
    throw new TextError(400, `The "${name}" query parameter must be a valid JSON.`)
  }
  const span: Span = {}
  for (const end of ['start', 'end'] as const) {
    const given = value[end]
    if (given === undefined || given === null || given === '') continue
    const time = typeof given === 'string' ? Date.parse(given) : Number.NaN
    if (Number.isNaN(time)) {
      throw new TextError(400, `The "${name}.${end}" query parameter must be a valid date.`)
    }
    span[end] = new Date(time).toISOString()
  }
  return span
}

function customFieldsOf(text = ''): Record<string, unknown> | undefined {
  if (text === '') return undefined
  const value = jsonObject(text)
  const flat = Object.values(value ?? {}).every(
    (field) => field === null || typeof field !== 'object',
  )
  if (value === undefined || !flat) {
    throw new TextError(400, 'The "customFields" query parameter must be a valid JSON.')
  }
  return value
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function lastMessagesOf(
  reader: Reader,
  ids: readonly string[],
): Promise<Map<string, Row<'message'>>> {
  const found = new Map<string, Row<'message'>>()
  for (let start = 0; start < ids.length; start += CHUNK) {
    const part = await lastMessages(reader, ids.slice(start, start + CHUNK))
    for (const [id, message] of part) found.set(id, message)
  }
  return found
}
