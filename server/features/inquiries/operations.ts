import type { AppContext, Caller } from '../../context.ts'
import { ApiError, TextError } from '../../contract/errors.ts'
import { pageOf, type PageQuery, type Sorting } from '../../contract/paging.ts'
import { findServer, type Server } from '../../routing/agents.ts'
import { routeRoom, takeRoom } from '../../routing/assign.ts'
import { queueOrder } from '../../routing/queue-order.ts'
import { returnToQueue } from '../../routing/return-room.ts'
import { lockRouting } from '../../routing/routing-lock.ts'
import type { Reader, Tx } from '../../storage/database.ts'
import { lockReadableRoom, mayReadRoom } from '../rooms/access.ts'
import { lockRoom } from '../rooms/store.ts'
import {
  findInquiry,
  findRoomOfInquiry,
  listInquiries,
  type Inquiry,
  type InquiryColumn,
  type InquiryFilter,
} from './store.ts'

const SORT_KEYS = {
  ts: 'created_at',
  _updatedAt: 'updated_at',
  queuedAt: 'queued_at',
  takenAt: 'taken_at',
  name: 'label',
  _id: 'id',
} as const satisfies Record<string, InquiryColumn>

/** A page of a list of inquiries. */
export interface InquiryPage {
  inquiries: Inquiry[]
  offset: number
  total: number
}

type InquiryQuery = PageQuery & { departmentId: string | undefined }

/** The inquiries of all open conversations. */
export const listOpenInquiries = (ctx: AppContext, query: InquiryQuery): Promise<InquiryPage> =>
  list(ctx, query, { queuedOnly: false, departmentId: query.departmentId })

/**
 * What waits in the queues of the caller: the public one.
 * @throws ApiError `error-not-authorized` for a department; nobody belongs to one
 */
export async function listQueuedInquiries(
  ctx: AppContext,
  query: InquiryQuery,
): Promise<InquiryPage> {
  if (query.departmentId !== undefined) throw new ApiError('error-not-authorized')
  return list(ctx, query, { queuedOnly: true })
}

function list(ctx: AppContext, query: PageQuery, filter: InquiryFilter): Promise<InquiryPage> {
  const queue = queueOrder(ctx.settings.get('Omnichannel_sorting_mechanism'))
  const sorting: Sorting<InquiryColumn> = { allowed: SORT_KEYS, default: [] }
  const page = pageOf(ctx.settings, query, sorting)
  // The queue decides between those whom the wanted order leaves equal.
  const order = [...page.order, ...queue]
  return ctx.db.snapshot(async (reader) => ({
    ...(await listInquiries(reader, filter, { ...page, order })),
    offset: page.offset,
  }))
}

/** The inquiry of a room, where there is one and the caller may read the room. */
export const readInquiry = (
  ctx: AppContext,
  caller: Caller,
  roomId: string,
): Promise<Inquiry | undefined> =>
  ctx.db.snapshot(async (reader) => {
    const inquiry = await findInquiry(reader, roomId)
    if (inquiry === undefined) return undefined
    return (await mayReadRoom(ctx, reader, caller, inquiry.room)) ? inquiry : undefined
  })

/**
 * Takes a waiting conversation for the caller, or for another agent. Of any number of calls at
 * once one succeeds, the others find it taken (P8).
 * @throws ApiError, or TextError where the other agent does not exist
 */
export function takeInquiry(
  ctx: AppContext,
  caller: Caller,
  take: { inquiryId: string; userId: string | undefined },
): Promise<Inquiry> {
  const { inquiryId, userId = caller.userId } = take
  const forOther = userId !== caller.userId
  if (forOther && !ctx.permissions.allow(caller.roles, 'manage-livechat-agents')) {
    throw new ApiError('error-not-allowed')
  }
  return ctx.db.transact(async (tx) => {
    if (forOther) await requireUser(tx, userId)
    await lockRouting(tx)
    const roomId = await findRoomOfInquiry(tx, inquiryId)
    const room = roomId === undefined ? undefined : await lockRoom(tx, roomId)
    if (room === undefined || room.state === 'closed') throw new ApiError('error-not-found')
    if (room.state === 'onhold') throw new ApiError('error-room-onHold')
    if (room.state === 'taken') throw new ApiError('error-inquiry-taken')
    await takeRoom(ctx, tx, room, requireFree(await findServer(ctx, tx, userId)))
    return readTaken(tx, room.id)
  })
}

async function requireUser(reader: Reader, userId: string): Promise<void> {
  const user = await reader.q
    .selectFrom('user')
    .select('id')
    .where('id', '=', userId)
    .where('active', '=', 1)
    .executeTakeFirst()
  if (user === undefined) throw new TextError(400, 'The user is invalid')
}

function requireFree(server: Server | undefined): Server {
  if (server?.present !== true) throw new ApiError('error-agent-status-service-offline')
  if (server.full) throw new ApiError('error-max-number-simultaneous-chats-reached')
  return server
}

async function readTaken(tx: Tx, roomId: string): Promise<Inquiry> {
  const inquiry = await findInquiry(tx, roomId)
  if (inquiry === undefined) throw new ApiError('error-not-found')
  return inquiry
}

/**
 * Gives a conversation back to the queue and routes it anew; whoever gave it back gets it again
 * only when nobody else is free.
 * @returns false where nobody serves it
 */
export function returnAsInquiry(
  ctx: AppContext,
  caller: Caller,
  { roomId, departmentId }: { roomId: string; departmentId: string | undefined },
): Promise<boolean> {
  return ctx.db.transact(async (tx) => {
    await lockRouting(tx)
    const room = await lockReadableRoom(ctx, tx, caller, roomId, 'error-invalid-room')
    if (room.state === 'closed') throw new ApiError('room-closed')
    if (room.state === 'onhold') throw new ApiError('error-room-onHold')
    if (departmentId !== undefined) throw new ApiError('error-invalid-department')
    if (room.state === 'queued') return false
    const { userId: id, username, name } = caller
    await returnToQueue(ctx, tx, room, { by: { id, username, name, type: 'user' } })
    await routeRoom(ctx, tx, { id: room.id, avoidedId: room.served_by_id ?? undefined })
    return true
  })
}
