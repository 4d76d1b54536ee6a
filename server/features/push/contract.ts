import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing } from '../../contract/schemas.ts'

const tag = 'Foyer'
const audience = { anyOf: ['view-l-room'] } as const

const exampleKey =
  'BIPUL12DLfytvTajnryr2PRdAgXS3HGKiLqndGcJGabyhHheJYlNGCeXl1dn18gSJ1WAkAPIxr4gK0_dQds4yiI'

export const pushKey = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/push.key',
  tag,
  summary: 'The key by which push services know this server',
  description: 'A browser wants it as `applicationServerKey` when it subscribes (RFC 8292).',
  audience,
  response: Type.Object({ publicKey: Type.String() }),
  errors: [],
  example: { response: { publicKey: exampleKey } },
})

export const subscribePush = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/push.subscribe',
  tag,
  summary: 'Be told of waiting conversations while the desk is closed',
  description:
    'Holds for this login and ends with it; subscribing again replaces what was there. The body is what a browser’s `PushSubscription` says.',
  audience,
  body: Type.Object(
    {
      endpoint: Type.String({ maxLength: 2000 }),
      keys: Type.Object(
        {
          p256dh: Type.String({ maxLength: 100 }),
          auth: Type.String({ maxLength: 40 }),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  response: Nothing,
  errors: ['error-invalid-push-subscription'],
  example: {
    body: {
      endpoint: 'https://push.example.com/send/9f8c2',
      keys: { p256dh: exampleKey, auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
    },
    response: {},
  },
})

export const unsubscribePush = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/push.unsubscribe',
  tag,
  summary: 'No longer be told while the desk is closed',
  audience,
  response: Nothing,
  errors: [],
  example: { response: {} },
})
