import { Type } from 'typebox'
import { EjsonDate, isoOfDate, optionalIso } from '../../contract/ejson.ts'
import { ApiError } from '../../contract/errors.ts'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod } from '../method-calls/define.ts'
import {
  readChangedSince,
  readChangePage,
  readHistory,
  readHistoryWithUnread,
  readMessage,
  readMissed,
  readSurrounding,
} from './read-operations.ts'
import { removedMessages, toStaff } from './wire.ts'

const Limit = Type.Integer({ minimum: 0, maximum: 1_000_000_000 })
const Cursor = Type.String({ maxLength: 20 })

const Period = Type.Object({
  lastUpdate: Type.Optional(EjsonDate),
  latestDate: Type.Optional(EjsonDate),
  oldestDate: Type.Optional(EjsonDate),
  inclusive: Type.Optional(Type.Boolean()),
  count: Type.Optional(Limit),
  unreads: Type.Optional(Type.Boolean()),
  next: Type.Optional(Cursor),
  previous: Type.Optional(Cursor),
  type: Type.Optional(Type.Enum(['UPDATED', 'DELETED'])),
})

/** Clients expect `false` where a room cannot be read, whatever the reason (S1). */
async function orFalse<Result>(work: Promise<Result>): Promise<Result | false> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ApiError && error.code === 'error-not-allowed') return false
    throw error
  }
}

/** DDP methods that read messages. */
export const historyMethods = [
  defineMethod({
    name: 'loadHistory',
    audience: 'user',
    required: [RecordId],
    optional: [EjsonDate, Limit, Type.Union([EjsonDate, Type.String()]), Type.Boolean()],
    run: async (ctx, caller, [roomId, end, limit, ls]) => {
      const page = await orFalse(
        readHistoryWithUnread(ctx, caller, {
          roomId,
          limit,
          before: optionalIso(end),
          lastSeen: typeof ls === 'object' ? isoOfDate(ls) : undefined,
        }),
      )
      if (page === false) return false
      const { messages, firstUnread, unreadNotLoaded } = page
      return {
        messages: messages.map(toStaff),
        ...(firstUnread === undefined ? {} : { firstUnread: toStaff(firstUnread) }),
        unreadNotLoaded,
      }
    },
  }),

  defineMethod({
    name: 'loadMissedMessages',
    audience: 'user',
    required: [RecordId, EjsonDate],
    optional: [],
    run: async (ctx, caller, [roomId, since]) => {
      const missed = await orFalse(readMissed(ctx, caller, { roomId, since: isoOfDate(since) }))
      return missed === false ? false : missed.map(toStaff)
    },
  }),

  defineMethod({
    name: 'loadNextMessages',
    audience: 'user',
    required: [RecordId],
    optional: [EjsonDate, Limit],
    run: async (ctx, caller, [roomId, after, limit]) => {
      const page = { roomId, after: optionalIso(after), limit, ascending: true }
      return { messages: (await readHistory(ctx, caller, page)).map(toStaff) }
    },
  }),

  defineMethod({
    name: 'loadSurroundingMessages',
    audience: 'user',
    required: [Type.Object({ _id: RecordId, rid: RecordId })],
    optional: [Limit],
    run: async (ctx, caller, [{ _id, rid }, limit]) => {
      const around = await orFalse(
        readSurrounding(ctx, caller, { roomId: rid, messageId: _id, limit }),
      )
      return around === false ? false : { ...around, messages: around.messages.map(toStaff) }
    },
  }),

  defineMethod({
    name: 'messages/get',
    audience: 'user',
    required: [RecordId, Period],
    optional: [],
    run: async (ctx, caller, [roomId, period]) => {
      const { lastUpdate, next, previous, type = 'UPDATED', count } = period
      if (lastUpdate !== undefined) {
        const since = { roomId, since: isoOfDate(lastUpdate) }
        const { updated, deleted } = await readChangedSince(ctx, caller, since)
        return { updated: updated.map(toStaff), deleted: removedMessages(deleted) }
      }
      if (next !== undefined || previous !== undefined) {
        const wanted = type === 'UPDATED' ? ('updated' as const) : ('deleted' as const)
        const page = { roomId, type: wanted, next, previous, count }
        const { messages, ...cursor } = await readChangePage(ctx, caller, page)
        return wanted === 'updated'
          ? { updated: messages.map(toStaff), cursor }
          : { deleted: removedMessages(messages), cursor }
      }
      // Both bounds are exclusive, and times have whole milliseconds.
      const widened = period.inclusive === true ? 1 : 0
      const messages = await readHistory(ctx, caller, {
        roomId,
        limit: count,
        before: shifted(period.latestDate, widened),
        after: shifted(period.oldestDate, -widened),
      })
      return { messages: messages.map(toStaff) }
    },
  }),

  defineMethod({
    name: 'getSingleMessage',
    audience: 'user',
    required: [RecordId],
    optional: [],
    run: async (ctx, caller, [messageId]) => toStaff(await readMessage(ctx, caller, messageId)),
  }),
]

const shifted = (date: EjsonDate | undefined, by: number): string | undefined =>
  date === undefined ? undefined : new Date(date.$date + by).toISOString()
