import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'
import { toWireOfflineMessage } from './wire.ts'

/** Leaving a message while nobody is there, and looking after what was left. */
export function offlineMessageRoutes({ router, ctx, domainExists }: RouteParts): void {
  router.add(contract.sendOfflineMessage, async ({ body }, call) => {
    const { name, email, message: text, department, host } = body
    const language = call.header('accept-language')
    const message = { name, email, text, department, host, language }
    return { message: await operations.leaveOfflineMessage(ctx, message, domainExists) }
  })

  router.add(contract.listOfflineMessages, async ({ query }) => {
    const { messages, offset, total } = await operations.listStoredMessages(ctx, query)
    return {
      offlineMessages: messages.map(toWireOfflineMessage),
      count: messages.length,
      offset,
      total,
    }
  })

  router.add(contract.deleteOfflineMessage, async ({ params }) => {
    await operations.deleteStoredMessage(ctx, params._id)
    return {}
  })
}
