import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Page, Paging, RecordId } from '../../contract/schemas.ts'

const TAG = 'Foyer'
// Who may see what the webhook is sent may say whether it is sent again.
const audience = { anyOf: ['view-livechat-webhooks'] } as const

/** Work that was given up, without its contents. */
export const WireDeadJob = Type.Object({
  _id: Type.String({ description: 'Of a webhook: its X-Foyer-Event-Id.' }),
  kind: Type.String(),
  type: Type.Optional(Type.String({ description: 'Of a webhook: the event.' })),
  rid: Type.Optional(Type.String()),
  attempts: Type.Integer(),
  error: Type.Optional(Type.String()),
  createdAt: IsoTime,
  diedAt: IsoTime,
})
export type WireDeadJob = Static<typeof WireDeadJob>

const Choice = Type.Object(
  {
    ids: Type.Optional(Type.Array(RecordId, { minItems: 1, maxItems: 1000 })),
    kind: Type.Optional(Type.String({ maxLength: 64 })),
    all: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
)

const exampleId = '0Tn3xHcW6yB5nGf9ZqA'

export const listDeadJobs = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/jobs.dead',
  tag: TAG,
  summary: 'List work that was given up after its last try',
  audience,
  query: Type.Object({
    offset: Paging.offset,
    count: Paging.count,
    kind: Type.Optional(Type.String({ maxLength: 64 })),
  }),
  response: Type.Object({ jobs: Type.Array(WireDeadJob), ...Page }),
  errors: [],
  example: {
    query: { kind: 'webhook' },
    response: {
      jobs: [
        {
          _id: exampleId,
          kind: 'webhook',
          type: 'LivechatSession',
          rid: '0Tn3xHcW6yB5nGf9ZqB',
          attempts: 14,
          error: 'the receiver answered 500',
          createdAt: '2026-08-01T10:00:00.000Z',
          diedAt: '2026-08-01T12:20:00.000Z',
        },
      ],
      count: 1,
      offset: 0,
      total: 1,
    },
  },
})

export const replayDeadJobs = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/jobs.replay',
  tag: TAG,
  summary: 'Try dead jobs again, as if they were new',
  description: 'Name them by `ids`, all of a `kind`, or `{"all": true}`.',
  audience,
  body: Choice,
  response: Type.Object({ replayed: Type.Integer() }),
  errors: ['invalid-params'],
  example: { body: { ids: [exampleId] }, response: { replayed: 1 } },
})

export const discardDeadJobs = defineEndpoint({
  method: 'POST',
  path: '/api/v1/foyer/jobs.discard',
  tag: TAG,
  summary: 'Remove dead jobs for good',
  description: 'Name them by `ids`, all of a `kind`, or `{"all": true}`.',
  audience,
  body: Choice,
  response: Type.Object({ discarded: Type.Integer() }),
  errors: ['invalid-params'],
  example: { body: { ids: [exampleId] }, response: { discarded: 1 } },
})
