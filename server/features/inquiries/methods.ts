import { Type } from 'typebox'
import { RecordId } from '../../contract/schemas.ts'
import { routingMethod } from '../../routing/policy.ts'
import { defineMethod, defineOpenMethod } from '../method-calls/define.ts'
import { toWireRoom } from '../rooms/wire.ts'
import { returnAsInquiry, takeInquiry } from './operations.ts'

const AGENTS = { anyOf: ['view-l-room'], refusal: 'error-not-allowed' } as const

/** DDP methods about the queue. */
export const inquiryMethods = [
  defineOpenMethod({
    name: 'livechat:getRoutingConfig',
    required: [],
    optional: [],
    run: (ctx) => routingMethod(ctx.settings.get('Livechat_Routing_Method')).config,
  }),

  defineMethod({
    name: 'livechat:takeInquiry',
    audience: AGENTS,
    required: [RecordId],
    optional: [
      Type.Object({
        clientAction: Type.Optional(Type.Boolean()),
        forwardingToDepartment: Type.Optional(Type.Unknown()),
      }),
    ],
    run: async (ctx, caller, [inquiryId]) => {
      const { room, lastMessage } = await takeInquiry(ctx, caller, { inquiryId, userId: undefined })
      return toWireRoom(room, lastMessage, { type: 'staff' })
    },
  }),

  defineMethod({
    name: 'livechat:returnAsInquiry',
    audience: AGENTS,
    required: [RecordId],
    optional: [RecordId],
    run: (ctx, caller, [roomId, departmentId]) =>
      returnAsInquiry(ctx, caller, { roomId, departmentId }),
  }),
]
