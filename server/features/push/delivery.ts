import type { AppContext } from '../../context.ts'
import type { JobHandler } from '../../jobs/worker.ts'
import { OutboundRefusedError, type Outbound } from '../../outbound/outbound.ts'
import { methodOf } from '../../routing/assign.ts'
import { encryptPush, pushAuthorization, type PushKeys } from './encryption.ts'
import { PUSH_KEYS, PUSH_SEND_JOB, type PushPayload } from './outbox.ts'
import { findNotice, findSubscription, listSubscriptionIds, removeSubscription } from './store.ts'

/** Who waits this long has been answered, or has gone. */
const KEPT_S = 300
const TOKEN_S = 3600
const TIMEOUT_MS = 10_000
const LONGEST_NAME = 200

/** Whether the conversation still is what the notification says. */
function stillHolds(
  ctx: AppContext,
  room: Awaited<ReturnType<typeof findNotice>>,
  { userId }: PushPayload,
): room is NonNullable<typeof room> {
  if (room === undefined) return false
  if (userId !== undefined) return room.state === 'taken' && room.served_by_id === userId
  return room.state === 'queued' && !methodOf(ctx).config.autoAssignAgent
}

/** Finds the browsers to tell, and makes a job of each: one that is away holds up no other. */
export const pushHandler = (ctx: AppContext): JobHandler => ({
  attempts: 3,
  concurrency: 2,
  run: async ({ room_id: roomId, payload }) => {
    const wanted = JSON.parse(payload) as PushPayload
    if (roomId === null) return
    await ctx.db.transact(async (tx) => {
      if (!stillHolds(ctx, await findNotice(tx, roomId), wanted)) return
      const subscriptions = await listSubscriptionIds(tx, wanted.userId)
      await ctx.jobs.add(
        tx,
        subscriptions.map(({ id }) => ({
          kind: PUSH_SEND_JOB,
          orderKey: `push:${id}`,
          payload: { ...wanted, subscriptionId: id },
          roomId,
        })),
      )
    })
  },
})

/** Tells one browser, encrypted for it alone. One that does not want it any more is forgotten. */
export const pushSendHandler = (ctx: AppContext, outbound: Outbound): JobHandler => ({
  attempts: 4,
  concurrency: 8,
  run: async ({ room_id: roomId, payload }, signal) => {
    const wanted = JSON.parse(payload) as PushPayload & { subscriptionId: string }
    const keys = ctx.settings.get(PUSH_KEYS)
    if (roomId === null || keys === '') return
    const { room, subscription } = await ctx.db.read(async (reader) => ({
      room: await findNotice(reader, roomId),
      subscription: await findSubscription(reader, wanted.subscriptionId),
    }))
    if (subscription === undefined || !stillHolds(ctx, room, wanted)) return
    const { endpoint, public_key: publicKey, auth_secret: authSecret } = subscription
    const notice = { rid: roomId, name: room.label.slice(0, LONGEST_NAME) }
    const forget = (): Promise<void> =>
      ctx.db.transact((tx) => removeSubscription(tx, subscription.session_id))
    try {
      const { status } = await outbound({
        url: endpoint,
        method: 'POST',
        headers: {
          'content-type': 'application/octet-stream',
          'content-encoding': 'aes128gcm',
          ttl: String(KEPT_S),
          urgency: 'high',
          topic: roomId.slice(0, 32),
          authorization: pushAuthorization(JSON.parse(keys) as PushKeys, {
            endpoint,
            contact: contactOf(ctx),
            expires: Math.floor(ctx.clock.now() / 1000) + TOKEN_S,
          }),
        },
        body: encryptPush({ publicKey, authSecret }, JSON.stringify(notice)),
        timeoutMs: TIMEOUT_MS,
        signal,
      })
      if (status === 404 || status === 410) return await forget()
      if (status < 200 || status > 299) throw new Error(`the push service answered ${status}`)
    } catch (error) {
      // An address of the inside was given by whoever subscribed; it is not tried again.
      if (error instanceof OutboundRefusedError) return forget()
      throw error
    }
  },
})

/** Push services want to know whom to ask; the site's own address says it. */
const contactOf = ({ config }: AppContext): string =>
  config.rootUrl.startsWith('https:') ? config.rootUrl : 'mailto:postmaster@localhost'
