import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, OneOf, Page, Paging } from '../../contract/schemas.ts'

/** What the audit trail knows of. */
const AUDIT_ACTIONS = [
  'login',
  'login.failed',
  'logout',
  'session.ended',
  'sessions.ended',
  'token.created',
  'token.removed',
  'setting.changed',
  'permission.changed',
  'role.created',
  'role.changed',
  'role.deleted',
  'role.given',
  'role.taken',
  'user.created',
  'user.changed',
  'user.activity',
  'user.deleted',
  'job.replayed',
  'job.discarded',
  'visitor.erased',
  'visitor.exported',
  'room.removed',
  'rooms.removed',
] as const

export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** An entry of the audit trail. */
export const WireAudit = Type.Object({
  _id: Type.String(),
  at: IsoTime,
  action: Type.String(),
  target: Type.String(),
  by: Type.Optional(Type.Object({ _id: Type.String(), username: Type.String() })),
  ip: Type.Optional(Type.String()),
  details: Type.Unknown(),
})
export type WireAudit = Static<typeof WireAudit>

export const listAudit = defineEndpoint({
  method: 'GET',
  path: '/api/v1/foyer/audit',
  tag: 'Foyer',
  summary: 'Who changed what, and who signed in',
  description: 'Newest first. No entry holds a password, a token or the text of a setting.',
  audience: { anyOf: ['view-logs'] },
  query: Type.Object({
    offset: Paging.offset,
    count: Paging.count,
    actor: Type.Optional(Type.String({ maxLength: 128, description: 'Id or username.' })),
    action: Type.Optional(OneOf(AUDIT_ACTIONS)),
    from: Type.Optional(Type.String({ maxLength: 64, description: 'A date; included.' })),
    to: Type.Optional(Type.String({ maxLength: 64, description: 'A date; included.' })),
  }),
  response: Type.Object({ entries: Type.Array(WireAudit), ...Page }),
  errors: ['invalid-params'],
  example: {
    query: { action: 'setting.changed' },
    response: {
      entries: [
        {
          _id: '0Tn3xHcW6yB5nGf9ZqA',
          at: '2026-08-01T09:59:30.000Z',
          action: 'setting.changed',
          target: 'Livechat_enabled',
          by: { _id: '0Tn3xHcW6yB5nGf9ZqB', username: 'admin' },
          ip: '203.0.113.7',
          details: { value: false },
        },
      ],
      count: 1,
      offset: 0,
      total: 1,
    },
  },
})
