import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'

/** Endpoints of the tag Livechat Transcript. */
export function transcriptRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.sendTranscript, async ({ body: { rid, token, email } }, call) => {
    const language = call.header('accept-language')
    const wish = { token, roomId: rid, email, language }
    return { message: await operations.sendVisitorTranscript(ctx, wish) }
  })

  router.add(contract.requestTranscript, async ({ params, body }, { caller }) => {
    await operations.requestTranscriptAtClose(ctx, caller, { roomId: params.rid, ...body })
    return {}
  })

  router.add(contract.cancelTranscript, async ({ params }, { caller }) => {
    await operations.cancelTranscriptAtClose(ctx, caller, params.rid)
    return {}
  })

  router.add(contract.sendTranscriptNow, async ({ body: { rid, ...wish } }, { caller }) => {
    await operations.sendTranscriptAsAgent(ctx, caller, rid, wish)
    return {}
  })
}
