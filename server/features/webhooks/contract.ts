import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing } from '../../contract/schemas.ts'

/** A setting with what a form needs to show it. */
export const SettingDocument = Type.Object({
  _id: Type.String(),
  value: Type.Unknown(),
  type: Type.String(),
  packageValue: Type.Unknown(),
  group: Type.String(),
  section: Type.String(),
  public: Type.Boolean(),
  secret: Type.Optional(Type.Boolean()),
})
export type SettingDocument = Static<typeof SettingDocument>

export const integrationSettings = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/integrations.settings',
  tag: 'Livechat',
  summary: 'The settings of the webhook',
  description: 'The text of the secret is never told: a mask stands for it.',
  audience: { anyOf: ['view-livechat-manager'] },
  response: Type.Object({ settings: Type.Array(SettingDocument) }),
  errors: [],
  example: {
    response: {
      settings: [
        {
          _id: 'Livechat_webhookUrl',
          value: 'https://crm.example.com/hook',
          type: 'string',
          packageValue: '',
          group: 'Omnichannel',
          section: 'webhook',
          public: false,
        },
      ],
    },
  },
})

const Switch = Type.Optional(Type.Boolean())

export const changeIntegrations = defineEndpoint({
  method: 'POST',
  path: '/api/v1/omnichannel/integrations',
  tag: 'Omnichannel Webhooks',
  summary: 'Change the settings of the webhook',
  description: 'What is absent stays as it is. The mask of the secret changes nothing.',
  audience: { anyOf: ['view-livechat-manager'] },
  body: Type.Object(
    {
      LivechatWebhookUrl: Type.Optional(Type.String({ maxLength: 2000 })),
      LivechatSecretToken: Type.Optional(Type.String({ maxLength: 500 })),
      LivechatHttpTimeout: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
      LivechatWebhookOnStart: Switch,
      LivechatWebhookOnClose: Switch,
      LivechatWebhookOnChatTaken: Switch,
      LivechatWebhookOnChatQueued: Switch,
      LivechatWebhookOnForward: Switch,
      LivechatWebhookOnOfflineMsg: Switch,
      LivechatWebhookOnVisitorMessage: Switch,
      LivechatWebhookOnAgentMessage: Switch,
      LivechatWebhookOnFeedback: Switch,
    },
    { additionalProperties: false },
  ),
  response: Nothing,
  errors: ['error-invalid-setting-value', 'error-action-not-allowed'],
  example: {
    body: { LivechatWebhookUrl: 'https://crm.example.com/hook', LivechatWebhookOnClose: true },
    response: {},
  },
})

export const testWebhook = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/webhook.test',
  tag: 'Omnichannel Webhooks',
  summary: 'Send a made-up event to the webhook',
  audience: { anyOf: ['view-livechat-webhooks'] },
  response: Nothing,
  errors: ['Webhook_URL_not_set', 'error-invalid-webhook-response'],
  example: { response: {} },
})
