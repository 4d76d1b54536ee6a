import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, RecordId } from '../../contract/schemas.ts'
import { exampleRoom } from './contract.ts'

const FieldValues = Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 500 }), {
  maxProperties: 50,
  description: 'Custom fields by their names.',
})

/** What an agent writes down about a visitor. */
export const GuestInfo = Type.Object({
  _id: RecordId,
  name: Type.Optional(Type.String({ maxLength: 200 })),
  email: Type.Optional(Type.String({ maxLength: 254 })),
  phone: Type.Optional(Type.String({ maxLength: 64 })),
  livechatData: Type.Optional(FieldValues),
})
export type WireGuestInfo = Static<typeof GuestInfo>

/** What an agent writes down about a conversation. */
export const RoomInfo = Type.Object({
  _id: RecordId,
  topic: Type.Optional(Type.String({ maxLength: 1000 })),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50 })),
  livechatData: Type.Optional(FieldValues),
  priorityId: Type.Optional(Type.String({ maxLength: 128, description: 'Refused.' })),
  slaId: Type.Optional(Type.String({ maxLength: 128, description: 'Refused.' })),
})
export type WireRoomInfo = Static<typeof RoomInfo>

export const saveInfo = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/room.saveInfo',
  tag: 'Omnichannel Rooms',
  summary: 'Write down who the visitor is and what the conversation is about',
  description:
    'For who serves the conversation, and holders of `save-others-livechat-room-info`. `guestData._id` has to be the visitor of the conversation. Absent fields stay, an empty text removes. Custom fields need `edit-livechat-room-customfields`. There are no priorities and SLA policies.',
  audience: { anyOf: ['view-l-room'] },
  body: Type.Object({ guestData: GuestInfo, roomData: RoomInfo }),
  response: Nothing,
  errors: [
    'error-invalid-room',
    'error-not-allowed',
    'error-invalid-email',
    'error-invalid-custom-field',
    'error-invalid-custom-field-value',
    'error-invalid-priority',
    'error-invalid-sla',
  ],
  example: {
    body: {
      guestData: { _id: exampleRoom.v._id, name: 'Ana', email: 'ana@example.com' },
      roomData: { _id: exampleRoom._id, topic: 'A late parcel', tags: ['parcel'] },
    },
    response: {},
  },
})
