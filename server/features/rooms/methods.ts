import { Type } from 'typebox'
import { RecordId } from '../../contract/schemas.ts'
import { defineMethod } from '../method-calls/define.ts'
import { closeRoomAsAgent } from './agent-operations.ts'
import { TranscriptEmail } from './contract.ts'

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
]
