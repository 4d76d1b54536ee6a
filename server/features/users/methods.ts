import { Type } from 'typebox'
import { defineMethod } from '../method-calls/define.ts'
import { setStatus } from './activity-operations.ts'

/** Which values there are, and which the settings allow, is the operation's to say. */
const Status = Type.String({ maxLength: 32 })

/** DDP methods by which users say whether they are there. */
export const statusMethods = [
  defineMethod({
    name: 'setUserStatus',
    audience: 'user',
    required: [],
    optional: [Status, Type.String({ maxLength: 5000 })],
    run: (ctx, caller, [status, message]) =>
      setStatus(ctx, caller, {
        key: undefined,
        ...(status === undefined ? {} : { status }),
        ...(message === undefined ? {} : { message }),
      }),
  }),

  defineMethod({
    name: 'UserPresence:setDefaultStatus',
    audience: 'user',
    required: [Status],
    optional: [],
    run: async (ctx, caller, [status]) => {
      await setStatus(ctx, caller, { key: undefined, status })
      return true
    },
  }),
]
