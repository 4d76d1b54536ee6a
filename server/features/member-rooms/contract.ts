import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { RecordId } from '../../contract/schemas.ts'
import { exampleRoom, WireRoom } from '../rooms/contract.ts'
import { Removed, UpdatedSince } from '../subscriptions/contract.ts'

const TAG = 'Rooms'

/** Names one room, by its id; livechat rooms have no other name. */
const RoomKey = Type.Object({
  roomId: Type.Optional(RecordId),
  roomName: Type.Optional(RecordId),
  fields: Type.Optional(Type.String({ maxLength: 5000, description: 'No effect.' })),
})

export const getRooms = defineEndpoint({
  method: 'GET',
  path: '/api/v1/rooms.get',
  tag: TAG,
  summary: 'The rooms of the caller’s conversations',
  description:
    'With `updatedSince` only what changed after that time, and in `remove` the rooms that the caller has left since.',
  audience: 'user',
  query: Type.Object({ updatedSince: UpdatedSince }),
  response: Type.Object({ update: Type.Array(WireRoom), remove: Type.Array(Removed) }),
  errors: ['error-updatedSince-param-invalid'],
  example: { response: { update: [exampleRoom], remove: [] } },
})

export const getRoomInfo = defineEndpoint({
  method: 'GET',
  path: '/api/v1/rooms.info',
  tag: TAG,
  summary: 'One room, for who may read it',
  audience: 'user',
  query: RoomKey,
  response: Type.Object({ room: WireRoom }),
  errors: ['error-roomid-param-not-provided', 'error-room-not-found'],
  example: { query: { roomId: exampleRoom._id }, response: { room: exampleRoom } },
})

export const getChannelInfo = defineEndpoint({
  method: 'GET',
  path: '/api/v1/channels.info',
  tag: TAG,
  summary: 'One room, for who may read it, in the words of channels',
  audience: 'user',
  query: RoomKey,
  response: Type.Object({ channel: WireRoom }),
  errors: ['error-roomid-param-not-provided', 'error-room-not-found'],
  example: { query: { roomId: exampleRoom._id }, response: { channel: exampleRoom } },
})

export const roomNameExists = defineEndpoint({
  method: 'GET',
  path: '/api/v1/rooms.nameExists',
  tag: TAG,
  summary: 'Whether a channel has this name',
  description: 'There are conversations only, which have no unique names: always false.',
  audience: 'user',
  query: Type.Object({ roomName: RecordId }),
  response: Type.Object({ exists: Type.Boolean() }),
  errors: [],
  example: { query: { roomName: 'general' }, response: { exists: false } },
})
