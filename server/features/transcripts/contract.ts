import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, RecordId, VisitorToken } from '../../contract/schemas.ts'

const TAG = 'Livechat Transcript'
const Email = Type.String({ minLength: 1, maxLength: 320 })
const Subject = Type.String({ maxLength: 500 })
const exampleRoomId = '0Tn3xJzP4mD8sHk2VtE'

export const sendTranscript = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/transcript',
  tag: TAG,
  summary: 'E-mail the visitor a transcript of his open or closed conversation',
  description:
    'Only to the e-mail address that the visitor’s record has, only when somebody has answered him, and at most `Foyer_transcripts_per_day` times a day per conversation and per address; `subject` is accepted and not used. Everything else is refused with one text, in the language of the request (`Accept-Language`).',
  audience: 'visitor',
  limit: 'registration',
  body: Type.Object({
    rid: RecordId,
    token: VisitorToken,
    email: Email,
    subject: Type.Optional(Subject),
  }),
  response: Type.Object({ message: Type.String() }),
  errors: ['error-invalid-visitor', 'error-invalid-room'],
  example: {
    body: { rid: exampleRoomId, token: 'iNKE8a6k6cjbqWhWd', email: 'ana@example.com' },
    response: { message: 'The transcript is on its way to your e-mail address.' },
  },
})

export const requestTranscript = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/transcript/:rid',
  tag: TAG,
  summary: 'Have a transcript e-mailed when the conversation is closed',
  audience: { anyOf: ['send-omnichannel-chat-transcript'] },
  params: Type.Object({ rid: RecordId }),
  body: Type.Object({ email: Email, subject: Subject }),
  response: Nothing,
  errors: ['error-invalid-room', 'error-invalid-email', 'error-transcript-already-requested'],
  example: {
    params: { rid: exampleRoomId },
    body: { email: 'ana@example.com', subject: 'Your order' },
    response: {},
  },
})

export const cancelTranscript = defineEndpoint({
  method: 'DELETE',
  path: '/api/v1/livechat/transcript/:rid',
  tag: TAG,
  summary: 'Take back the request for a transcript',
  audience: { anyOf: ['send-omnichannel-chat-transcript'] },
  params: Type.Object({ rid: RecordId }),
  response: Nothing,
  errors: ['error-invalid-room', 'error-transcript-not-requested'],
  example: { params: { rid: exampleRoomId }, response: {} },
})

export const sendTranscriptNow = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/room.transcript',
  tag: 'Foyer',
  summary: 'E-mail a transcript of an open or closed conversation now',
  description:
    'For whoever may read the conversation. Counts against `Foyer_transcripts_per_day` like every other transcript.',
  audience: { anyOf: ['send-omnichannel-chat-transcript'] },
  body: Type.Object({ rid: RecordId, email: Email, subject: Type.Optional(Subject) }),
  response: Nothing,
  errors: ['error-invalid-room', 'error-invalid-email', 'error-transcript-not-sent'],
  example: { body: { rid: exampleRoomId, email: 'ana@example.com' }, response: {} },
})
