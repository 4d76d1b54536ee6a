import { Type } from 'typebox'
import { EjsonDate, isoOfDate } from '../../contract/ejson.ts'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod, defineOpenMethod } from '../method-calls/define.ts'
import { readOwnRooms, readRoom } from './operations.ts'
import { toPublishedRoom, toRemovedRoom } from './wire.ts'

/** DDP methods that read rooms. */
export const memberRoomMethods = [
  defineOpenMethod({
    name: 'rooms/get',
    required: [],
    optional: [EjsonDate],
    run: async (ctx, caller, [updatedAt]) => {
      if (caller === undefined) return []
      const since = updatedAt === undefined ? undefined : isoOfDate(updatedAt)
      const { update, remove } = await readOwnRooms(ctx, caller, since)
      const rooms = update.map(toPublishedRoom)
      return since === undefined ? rooms : { update: rooms, remove: remove.map(toRemovedRoom) }
    },
  }),

  defineMethod({
    name: 'getRoomByTypeAndName',
    audience: 'user',
    required: [Type.Literal('l'), RecordId],
    optional: [],
    run: async (ctx, caller, [, roomId]) =>
      toPublishedRoom(await readRoom(ctx, caller, roomId, { code: 'error-invalid-room' })),
  }),

  defineMethod({
    name: 'getRoomById',
    audience: 'user',
    required: [RecordId],
    optional: [],
    run: async (ctx, caller, [roomId]) =>
      toPublishedRoom(await readRoom(ctx, caller, roomId, { code: 'error-not-allowed' })),
  }),

  defineMethod({
    name: 'getRoomIdByNameOrId',
    audience: 'user',
    required: [RecordId],
    optional: [],
    run: async (ctx, caller, [roomId]) =>
      (await readRoom(ctx, caller, roomId, { code: 'error-not-allowed' })).room.id,
  }),

  defineMethod({
    name: 'getRoomNameById',
    audience: 'user',
    required: [RecordId],
    optional: [],
    run: async (ctx, caller, [roomId]) =>
      (await readRoom(ctx, caller, roomId, { code: 'error-not-allowed' })).room.label,
  }),
]
