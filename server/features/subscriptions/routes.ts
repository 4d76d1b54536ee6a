import { ApiError } from '../../contract/errors.ts'
import { sinceOf } from '../../contract/since.ts'
import type { RouteParts } from '../../route-parts.ts'
import {
  getOneSubscription,
  getSubscriptions,
  readSubscription,
  unreadSubscription,
} from './contract.ts'
import { markRead, markUnread, readMembership, readMemberships } from './operations.ts'
import { toRemoved, toWireSubscription } from './wire.ts'

/** Endpoints of the tag Subscriptions: an agent's own conversations and read positions. */
export function subscriptionRoutes({ router, ctx }: RouteParts): void {
  router.add(getSubscriptions, async ({ query }, { caller }) => {
    const since = sinceOf(
      query.updatedSince,
      () =>
        new ApiError('error-roomId-param-invalid', {
          reason: 'The "lastUpdate" query parameter must be a valid date.',
        }),
    )
    const { update, remove } = await readMemberships(ctx, caller, since)
    return {
      update: update.map((row) => toWireSubscription(ctx.settings, caller, row)),
      remove: remove.map(toRemoved),
    }
  })

  router.add(getOneSubscription, async ({ query }, { caller }) => {
    const row = await readMembership(ctx, caller, query.roomId)
    return {
      subscription: row === undefined ? null : toWireSubscription(ctx.settings, caller, row),
    }
  })

  router.add(readSubscription, async ({ body }, { caller }) => {
    const roomId = body.rid ?? body.roomId
    if (roomId === undefined) throw new ApiError('error-invalid-subscription')
    await markRead(ctx, caller, roomId)
    return {}
  })

  router.add(unreadSubscription, async ({ body }, { caller }) => {
    const { firstUnreadMessage: first, roomId } = body
    if (first !== undefined) await markUnread(ctx, caller, { messageId: first._id })
    else if (roomId !== undefined) await markUnread(ctx, caller, { roomId })
    else throw new ApiError('error-no-message-for-unread')
    return {}
  })
}
