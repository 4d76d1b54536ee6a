import { EjsonDate, optionalIso } from '../../contract/ejson.ts'
import { defineMethod } from '../method-calls/define.ts'
import { listHeldPermissions } from './operations.ts'
import { toPermission } from './routes.ts'

/** DDP methods that read permissions: clients decide by them what to show. */
export const permissionMethods = [
  defineMethod({
    name: 'permissions/get',
    audience: 'user',
    required: [],
    optional: [EjsonDate],
    run: async (ctx, _caller, [updatedAt]) => {
      const held = await listHeldPermissions(ctx, optionalIso(updatedAt))
      const update = held.map(toPermission)
      return updatedAt === undefined ? update : { update, remove: [] }
    },
  }),
]
