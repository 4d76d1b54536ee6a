import { Type } from 'typebox'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod } from '../method-calls/define.ts'
import { setAvailability } from './operations.ts'

/** DDP methods about who takes conversations. */
export const agentMethods = [
  defineMethod({
    name: 'livechat:changeLivechatStatus',
    audience: 'user',
    required: [],
    optional: [
      Type.Object({
        status: Type.Optional(Type.Enum(['available', 'not-available'])),
        agentId: Type.Optional(RecordId),
      }),
    ],
    run: async (ctx, caller, [{ status, agentId } = {}]) => {
      await setAvailability(ctx, caller, {
        wished: status,
        ...(agentId === undefined ? {} : { agentId }),
      })
    },
  }),
]
