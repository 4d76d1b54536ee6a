import type { RouteParts } from '../../route-parts.ts'
import * as contract from './contract.ts'
import * as operations from './operations.ts'
import { toWireInquiry } from './wire.ts'

/** Endpoints of the tag Omnichannel Inquiries. */
export function inquiryRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.listInquiries, async ({ query: { department, ...page } }) =>
    toPage(await operations.listOpenInquiries(ctx, { ...page, departmentId: department })),
  )

  router.add(contract.listQueuedInquiries, async ({ query: { department, ...page } }) =>
    toPage(await operations.listQueuedInquiries(ctx, { ...page, departmentId: department })),
  )

  router.add(contract.getInquiry, async ({ query }, { caller }) => {
    const inquiry = await operations.readInquiry(ctx, caller, query.roomId)
    return { inquiry: inquiry === undefined ? null : toWireInquiry(inquiry) }
  })

  router.add(contract.takeInquiry, async ({ body }, { caller }) => {
    const { inquiryId, userId } = body
    return {
      inquiry: toWireInquiry(await operations.takeInquiry(ctx, caller, { inquiryId, userId })),
    }
  })

  router.add(contract.returnAsInquiry, async ({ body: { roomId, departmentId } }, { caller }) => ({
    result: await operations.returnAsInquiry(ctx, caller, { roomId, departmentId }),
  }))
}

const toPage = ({ inquiries, offset, total }: operations.InquiryPage) => ({
  inquiries: inquiries.map(toWireInquiry),
  count: inquiries.length,
  offset,
  total,
})
