import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import {
  IsoTime,
  Nothing,
  OneOf,
  Page,
  Paging,
  SearchText,
  VisitorToken,
} from '../../contract/schemas.ts'

const TAG = 'Omnichannel Custom Fields'

/** A field that visitors or conversations have beside the built-in ones. */
export const WireCustomField = Type.Object({
  _id: Type.String({ description: 'The name of the field.' }),
  label: Type.String(),
  scope: Type.String(),
  visibility: Type.String(),
  type: Type.String(),
  regexp: Type.String(),
  required: Type.Boolean(),
  defaultValue: Type.String(),
  options: Type.String(),
  public: Type.Boolean(),
  searchable: Type.Boolean(),
  _updatedAt: IsoTime,
})
export type WireCustomField = Static<typeof WireCustomField>

const exampleField = {
  _id: 'plan',
  label: 'Plan',
  scope: 'visitor',
  visibility: 'visible',
  type: 'select',
  regexp: '',
  required: false,
  defaultValue: '',
  options: 'free,paid',
  public: true,
  searchable: false,
  _updatedAt: '2026-08-01T10:00:00.000Z',
}

/** A value as visitors give it. */
const FieldValue = {
  key: Type.String({ minLength: 1, maxLength: 128 }),
  value: Type.String({ maxLength: 500 }),
  overwrite: Type.Boolean(),
}

const exampleValue = { key: 'plan', value: 'paid', overwrite: true }

export const setCustomField = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/custom.field',
  tag: TAG,
  summary: 'Give one custom field a value, as the visitor',
  description: 'A field of scope `room` is written to the open conversation.',
  audience: 'visitor',
  plainErrors: true,
  body: Type.Object({ token: VisitorToken, ...FieldValue }),
  response: Type.Object({
    field: Type.Object({ key: Type.String(), value: Type.String(), overwrite: Type.Boolean() }),
  }),
  errors: ['invalid-token', 'invalid-custom-field', 'error-invalid-custom-field-value'],
  example: {
    body: { token: 'iNKE8a6k6cjbqWhWd', ...exampleValue },
    response: { field: exampleValue },
  },
})

export const setCustomFields = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/custom.fields',
  tag: TAG,
  summary: 'Give several custom fields values, as the visitor',
  audience: 'visitor',
  plainErrors: true,
  body: Type.Object({
    token: VisitorToken,
    customFields: Type.Array(Type.Object(FieldValue), { minItems: 1, maxItems: 50 }),
  }),
  response: Type.Object({
    fields: Type.Array(
      Type.Object({ Key: Type.String(), value: Type.String(), overwrite: Type.Boolean() }),
    ),
  }),
  errors: ['invalid-token', 'invalid-custom-field', 'error-invalid-custom-field-value'],
  example: {
    body: { token: 'iNKE8a6k6cjbqWhWd', customFields: [exampleValue] },
    response: { fields: [{ Key: 'plan', value: 'paid', overwrite: true }] },
  },
})

export const listCustomFields = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/custom-fields',
  tag: TAG,
  summary: 'List custom fields',
  audience: { anyOf: ['view-l-room'] },
  query: Type.Object({ ...Paging, text: Type.Optional(SearchText) }),
  response: Type.Object({ customFields: Type.Array(WireCustomField), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: { response: { customFields: [exampleField], count: 1, offset: 0, total: 1 } },
})

const FieldParams = Type.Object({ _id: Type.String({ minLength: 1, maxLength: 128 }) })

export const getCustomField = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/custom-fields/:_id',
  tag: TAG,
  summary: 'Read one custom field',
  audience: { anyOf: ['view-l-room'] },
  params: FieldParams,
  response: Type.Object({ customField: Type.Union([WireCustomField, Type.Null()]) }),
  errors: [],
  example: { params: { _id: 'plan' }, response: { customField: exampleField } },
})

export const saveCustomField = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/custom-fields.save',
  tag: TAG,
  summary: 'Add a custom field, or change one',
  audience: { anyOf: ['view-livechat-manager'] },
  body: Type.Object({
    customFieldId: Type.Optional(
      // In this order: a text may be coerced from null.
      Type.Union([Type.Null(), Type.String({ maxLength: 128 })], {
        description: 'The field to change; absent or null to add one.',
      }),
    ),
    customFieldData: Type.Object({
      field: Type.String({ minLength: 1, maxLength: 128 }),
      label: Type.String({ minLength: 1, maxLength: 200 }),
      scope: OneOf(['visitor', 'room']),
      visibility: Type.String({ maxLength: 32 }),
      type: Type.Optional(OneOf(['input', 'select'])),
      regexp: Type.Optional(Type.String({ maxLength: 500 })),
      required: Type.Optional(Type.Boolean()),
      defaultValue: Type.Optional(Type.String({ maxLength: 500 })),
      options: Type.Optional(Type.String({ maxLength: 5000 })),
      public: Type.Optional(Type.Boolean()),
      searchable: Type.Optional(Type.Boolean()),
    }),
  }),
  response: Type.Object({ customField: WireCustomField }),
  errors: [
    'error-invalid-custom-field-name',
    'error-invalid-custom-field',
    'error-custom-field-name-already-exists',
    'error-invalid-custom-field-pattern',
  ],
  example: {
    body: {
      customFieldData: {
        field: 'plan',
        label: 'Plan',
        scope: 'visitor',
        visibility: 'visible',
        type: 'select',
        options: 'free,paid',
        public: true,
      },
    },
    response: { customField: exampleField },
  },
})

export const deleteCustomField = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/custom-fields.delete',
  tag: TAG,
  summary: 'Remove a custom field',
  description: 'Values that were given stay with their visitors and conversations.',
  audience: { anyOf: ['view-livechat-manager'] },
  body: Type.Object({ customFieldId: Type.String({ minLength: 1, maxLength: 128 }) }),
  response: Nothing,
  errors: ['error-invalid-custom-field'],
  example: { body: { customFieldId: 'plan' }, response: {} },
})
