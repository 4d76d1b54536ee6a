import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { StoredSettings } from '../settings/store.ts'
import { createPushKeys, isReceiver, type PushKeys } from './encryption.ts'
import { PUSH_KEYS } from './outbox.ts'
import { removeOrphans, removeSubscription, replaceSubscription } from './store.ts'

/** This server's keys; made up when they are first asked for, then kept for good. */
export async function readKeys(ctx: AppContext, settings: StoredSettings): Promise<PushKeys> {
  const known = ctx.settings.get(PUSH_KEYS)
  if (known !== '') return JSON.parse(known) as PushKeys
  const made = createPushKeys()
  const kept = await ctx.db.transact(async (tx) => {
    const now = ctx.clock.now()
    const row = { id: PUSH_KEYS, value: JSON.stringify(JSON.stringify(made)) }
    // Somebody else may have been faster, on this node or another one: the first keys stay.
    await tx.q
      .insertInto('setting')
      .values({ ...row, updated_at: isoTime(now) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    const { value } = await tx.q
      .selectFrom('setting')
      .select('value')
      .where('id', '=', PUSH_KEYS)
      .executeTakeFirstOrThrow()
    const text = String(JSON.parse(value))
    await settings.set(tx, PUSH_KEYS, text, now)
    return text
  })
  return JSON.parse(kept) as PushKeys
}

/** What a browser said when it subscribed. */
export interface NewSubscription {
  endpoint: string
  publicKey: string
  authSecret: string
}

/**
 * Keeps how the caller's login is told while its desk is closed.
 * @throws ApiError `error-invalid-push-subscription`
 */
export async function subscribe(
  ctx: AppContext,
  caller: Caller,
  wanted: NewSubscription,
): Promise<void> {
  const url = URL.parse(wanted.endpoint)
  const isWeb = url !== null && ['https:', 'http:'].includes(url.protocol)
  if (!isWeb || url.username !== '' || !isReceiver(wanted)) {
    throw new ApiError('error-invalid-push-subscription')
  }
  await ctx.db.transact(async (tx) => {
    const now = ctx.clock.now()
    await removeOrphans(tx, isoTime(now))
    await replaceSubscription(tx, {
      id: newId(now),
      session_id: caller.sessionId,
      user_id: caller.userId,
      endpoint: url.href,
      public_key: wanted.publicKey,
      auth_secret: wanted.authSecret,
      created_at: isoTime(now),
    })
  })
}

/** Forgets it; a login that has none is answered alike. */
export const unsubscribe = (ctx: AppContext, caller: Caller): Promise<void> =>
  ctx.db.transact((tx) => removeSubscription(tx, caller.sessionId))
