import { Type } from 'typebox'
import { EjsonDate, isoOfDate } from '../../contract/ejson.ts'
import { ApiError } from '../../contract/errors.ts'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod, defineOpenMethod } from '../method-calls/define.ts'
import { markRead, markUnread, readMemberships } from './operations.ts'
import { toRemoved, toWireSubscription } from './wire.ts'

/** DDP methods about an agent's own conversations and read positions. */
export const subscriptionMethods = [
  defineMethod({
    name: 'readMessages',
    audience: 'user',
    required: [RecordId],
    optional: [Type.Boolean()],
    run: (ctx, caller, [roomId]) => markRead(ctx, caller, roomId),
  }),

  defineMethod({
    name: 'unreadMessages',
    audience: 'user',
    required: [],
    optional: [Type.Object({ _id: RecordId }), RecordId],
    run: async (ctx, caller, [first, roomId]) => {
      if (first !== undefined) await markUnread(ctx, caller, { messageId: first._id })
      else if (roomId !== undefined) await markUnread(ctx, caller, { roomId })
      else throw new ApiError('error-no-message-for-unread')
    },
  }),

  defineOpenMethod({
    name: 'subscriptions/get',
    required: [],
    optional: [EjsonDate],
    run: async (ctx, caller, [updatedAt]) => {
      if (caller === undefined) return []
      const since = updatedAt === undefined ? undefined : isoOfDate(updatedAt)
      const { update, remove } = await readMemberships(ctx, caller, since)
      const rows = update.map((row) => toWireSubscription(ctx.settings, caller, row))
      return since === undefined ? rows : { update: rows, remove: remove.map(toRemoved) }
    },
  }),
]
