import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing } from '../../contract/schemas.ts'

const TAG = 'Livechat Appearance'
const audience = { anyOf: ['view-livechat-manager'] } as const

const exampleSetting = { _id: 'Livechat_title', value: 'Chat with us' }

export const getAppearance = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/appearance',
  tag: TAG,
  summary: 'The settings that rule how the widget looks',
  audience,
  response: Type.Object({
    appearance: Type.Array(Type.Object({ _id: Type.String(), value: Type.Unknown() })),
  }),
  errors: [],
  example: { response: { appearance: [exampleSetting] } },
})

export const saveAppearance = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/appearance',
  tag: TAG,
  summary: 'Change how the widget looks',
  description:
    'All of the list, or nothing. Holds from the next request on. Other settings than those of the appearance are refused.',
  audience,
  body: Type.Array(
    Type.Object(
      { _id: Type.String({ minLength: 1, maxLength: 200 }), value: Type.Unknown() },
      { additionalProperties: false },
    ),
    { maxItems: 50 },
  ),
  response: Nothing,
  errors: ['invalid-setting', 'error-invalid-setting-value', 'error-action-not-allowed'],
  example: { body: [exampleSetting], response: {} },
})
