import { Type } from 'typebox'
import { RecordId } from '../../contract/schemas.ts'
import { ApiError } from '../../contract/errors.ts'
import { defineMethod } from '../method-calls/define.ts'
import { closeRoomAsAgent } from './agent-operations.ts'
import { TranscriptEmail } from './contract.ts'
import { GuestInfo, RoomInfo } from './info-contract.ts'
import { saveRoomInfo } from './info-operations.ts'
import { toRoomInfo } from './wire.ts'

/** DDP methods that change conversations. */
export const conversationMethods = [
  defineMethod({
    name: 'livechat:closeRoom',
    audience: { anyOf: ['close-livechat-room'], refusal: 'error-not-authorized' },
    required: [RecordId],
    optional: [
      Type.String({ maxLength: 5000 }),
      Type.Object({
        clientAction: Type.Optional(Type.Boolean()),
        tags: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50 })),
        generateTranscriptPdf: Type.Optional(Type.Boolean()),
        emailTranscript: Type.Optional(TranscriptEmail),
      }),
    ],
    run: (ctx, caller, [roomId, comment, options]) =>
      closeRoomAsAgent(ctx, caller, {
        roomId,
        comment,
        tags: options?.tags ?? [],
        transcript: options?.emailTranscript,
      }),
  }),

  defineMethod({
    name: 'livechat:saveInfo',
    audience: { anyOf: ['view-l-room'], refusal: 'error-not-allowed' },
    required: [GuestInfo, RoomInfo],
    optional: [],
    run: async (ctx, caller, [guest, room]) => {
      const refusal = () => new ApiError('error-not-allowed')
      await saveRoomInfo(ctx, caller, toRoomInfo(guest, room), refusal)
      return true
    },
  }),
]
