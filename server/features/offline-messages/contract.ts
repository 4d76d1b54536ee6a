import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Nothing, Page, Paging, RecordId } from '../../contract/schemas.ts'

const TAG = 'Livechat Messages'
const OWN_TAG = 'Foyer'

/** What a visitor left while nobody was there, as managers see it. */
export const WireOfflineMessage = Type.Object({
  _id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  message: Type.String(),
  department: Type.Optional(Type.String({ description: 'What the form sent: an id or a name.' })),
  host: Type.Optional(Type.String({ description: 'The page, as the visitor’s browser says it.' })),
  language: Type.Optional(Type.String()),
  ts: IsoTime,
  mail: Type.Union(
    [
      Type.Literal('waiting'),
      Type.Literal('sent'),
      Type.Literal('off'),
      Type.Literal('refused'),
      Type.Literal('checking'),
    ],
    {
      description:
        'What became of its e-mail: `waiting` to be sent, `sent`; `off`, there was no mail server or no Livechat_offline_email; `refused`, the visitor was told that his address cannot exist; `checking`, that was not decided when the server stopped.',
    },
  ),
})
export type WireOfflineMessage = Static<typeof WireOfflineMessage>

const exampleMessage = {
  name: 'Ana',
  email: 'ana@example.com',
  message: 'Do you deliver to Lisbon?',
} as const

export const sendOfflineMessage = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/offline.message',
  tag: TAG,
  summary: 'Leave a message while nobody is there',
  description:
    'The message is stored before anything else and then sent to `Livechat_offline_email`. Every refusal is the same text, in the language of the request (`Accept-Language`).',
  audience: 'visitor',
  limit: 'registration',
  body: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    email: Type.String({ minLength: 1, maxLength: 320 }),
    message: Type.String({ minLength: 1, maxLength: 50_000 }),
    department: Type.Optional(Type.String({ maxLength: 255 })),
    host: Type.Optional(Type.String({ maxLength: 2000 })),
  }),
  response: Type.Object({ message: Type.String() }),
  errors: [],
  example: {
    body: { ...exampleMessage, host: 'https://shop.example.com' },
    response: { message: 'Thank you for your message. We will answer you by e-mail.' },
  },
})

export const listOfflineMessages = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/offline-messages',
  tag: OWN_TAG,
  summary: 'List the offline messages, newest first',
  audience: { anyOf: ['view-livechat-manager'] },
  query: Type.Object({ ...Paging }),
  response: Type.Object({ offlineMessages: Type.Array(WireOfflineMessage), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: {
    query: { count: 50 },
    response: {
      offlineMessages: [
        {
          _id: '0Tn3xJzQ7kF2dVb9TsW',
          ...exampleMessage,
          ts: '2026-08-01T10:00:00.000Z',
          mail: 'sent',
        },
      ],
      count: 1,
      offset: 0,
      total: 1,
    },
  },
})

export const deleteOfflineMessage = defineEndpoint({
  method: 'DELETE',
  path: '/api/v1/foyer/offline-messages/:_id',
  tag: OWN_TAG,
  summary: 'Delete an offline message for good',
  description: 'What was not sent yet is not sent any more.',
  audience: { anyOf: ['view-livechat-manager'] },
  params: Type.Object({ _id: RecordId }),
  response: Nothing,
  errors: ['error-offline-message-not-found'],
  example: { params: { _id: '0Tn3xJzQ7kF2dVb9TsW' }, response: {} },
})
