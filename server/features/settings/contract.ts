import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Nothing, Page, Paging } from '../../contract/schemas.ts'

const tag = 'Settings'

const Setting = Type.Object({ _id: Type.String(), value: Type.Unknown() })
const Settings = Type.Object({ settings: Type.Array(Setting), ...Page })
const settingParams = Type.Object({ _id: Type.String({ minLength: 1, maxLength: 200 }) })
const sorting = ['error-invalid-sort', 'error-invalid-sort-keys'] as const

const exampleList = {
  settings: [{ _id: 'Livechat_title', value: 'Chat with us' }],
  count: 1,
  offset: 0,
  total: 1,
}

export const publicSettings = defineEndpoint({
  method: 'GET',
  path: '/api/v1/settings.public',
  tag,
  summary: 'The settings that everybody may read',
  description: '`_id` narrows the answer to a comma list of ids. `query` and `fields` are ignored.',
  audience: 'anyone',
  query: Type.Object({
    _id: Type.Optional(Type.String({ maxLength: 10_000 })),
    query: Type.Optional(Type.String({ maxLength: 10_000 })),
    fields: Type.Optional(Type.String({ maxLength: 10_000 })),
    ...Paging,
  }),
  response: Settings,
  errors: [...sorting],
  example: { query: { _id: 'Livechat_title' }, response: exampleList },
})

export const listSettings = defineEndpoint({
  method: 'GET',
  path: '/api/v1/settings',
  tag,
  summary: 'The settings that the caller may read',
  description:
    'All but the hidden ones for holders of `view-privileged-setting`, else the public ones. The text of a secret is never told: a mask stands for it.',
  audience: 'user',
  query: Type.Object({
    includeDefaults: Type.Optional(Type.Boolean()),
    query: Type.Optional(Type.String({ maxLength: 10_000 })),
    fields: Type.Optional(Type.String({ maxLength: 10_000 })),
    ...Paging,
  }),
  response: Settings,
  errors: [...sorting],
  example: { response: exampleList },
})

const DescribedSetting = Type.Object({
  _id: Type.String(),
  type: Type.String({
    description:
      '`boolean`, `int`, `timespan` (milliseconds), `select`, `multiSelect`, or a kind of text.',
  }),
  group: Type.String(),
  section: Type.String(),
  public: Type.Boolean(),
  value: Type.Unknown(),
  default: Type.Unknown(),
  values: Type.Optional(Type.Array(Type.String())),
  min: Type.Optional(Type.Integer()),
  secret: Type.Optional(Type.Literal(true)),
  readonly: Type.Optional(Type.Literal(true)),
  held: Type.Optional(
    Type.Literal(true, { description: 'An environment variable holds it to this value.' }),
  ),
})

export const settingsCatalogue = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/settings.catalogue',
  tag,
  summary: 'The settings that this release obeys, with what they may hold',
  description:
    'In the order of the catalogue. Settings that are only kept for clients that ask for them are not listed. The text of a secret is never told: a mask stands for it.',
  audience: { anyOf: ['view-privileged-setting'] },
  response: Type.Object({ settings: Type.Array(DescribedSetting) }),
  errors: [],
  example: {
    response: {
      settings: [
        {
          _id: 'Livechat_title',
          type: 'string',
          group: 'Omnichannel',
          section: 'livechat',
          public: true,
          value: 'Chat with us',
          default: 'Rocket.Chat',
        },
      ],
    },
  },
})

export const readSetting = defineEndpoint({
  method: 'GET',
  path: '/api/v1/settings/:_id',
  tag,
  summary: 'One setting',
  description:
    'Needs `view-privileged-setting`, or `manage-selected-settings` together with the permission of the setting.',
  audience: 'user',
  params: settingParams,
  response: Setting,
  errors: ['error-setting-not-found'],
  example: {
    params: { _id: 'Livechat_title' },
    response: { _id: 'Livechat_title', value: 'Chat with us' },
  },
})

export const changeSetting = defineEndpoint({
  method: 'POST',
  path: '/api/v1/settings/:_id',
  tag,
  summary: 'Change a setting',
  description:
    'Holds from the next request on. Needs `edit-privileged-setting`, or `manage-selected-settings` together with the permission of the setting. A colour may come with its `editor`; a button is pressed with `execute`.',
  audience: 'user',
  params: settingParams,
  body: Type.Object(
    {
      value: Type.Optional(Type.Unknown()),
      editor: Type.Optional(Type.String({ maxLength: 50 })),
      execute: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  response: Nothing,
  errors: ['error-setting-not-found', 'error-invalid-setting-value', 'error-action-not-allowed'],
  example: {
    params: { _id: 'Livechat_title' },
    body: { value: 'Chat with us' },
    response: {},
  },
})

export const oauthServices = defineEndpoint({
  method: 'GET',
  path: '/api/v1/settings.oauth',
  tag,
  summary: 'Sign-in services: there are none',
  audience: 'anyone',
  response: Type.Object({ services: Type.Array(Type.Object({ _id: Type.String() })) }),
  errors: [],
  example: { response: { services: [] } },
})

export const serviceConfigurations = defineEndpoint({
  method: 'GET',
  path: '/api/v1/service.configurations',
  tag,
  summary: 'Configurations of sign-in services: there are none',
  audience: 'anyone',
  response: Type.Object({ configurations: Type.Array(Type.Object({ _id: Type.String() })) }),
  errors: [],
  example: { response: { configurations: [] } },
})
