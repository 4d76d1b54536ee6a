import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import { readKeys, subscribe, unsubscribe } from './operations.ts'

/** How browsers are told while the desk is closed. */
export function pushRoutes({ router, ctx, settings }: RouteParts): void {
  router.add(contract.pushKey, async () => {
    const { publicKey } = await readKeys(ctx, settings)
    return { publicKey }
  })
  router.add(contract.subscribePush, async ({ body }, { caller }) => {
    const { endpoint, keys } = body
    await subscribe(ctx, caller, { endpoint, publicKey: keys.p256dh, authSecret: keys.auth })
    return {}
  })
  router.add(contract.unsubscribePush, async (_input, { caller }) => {
    await unsubscribe(ctx, caller)
    return {}
  })
}
