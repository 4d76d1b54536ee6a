import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { Page, Paging, RecordId, SearchText } from '../../contract/schemas.ts'

const tag = 'Sessions'

/** A login of somebody; its token is never told. */
export const Session = Type.Object({
  _id: Type.String(),
  sessionId: Type.String(),
  userId: Type.String(),
  device: Type.Object({
    type: Type.String(),
    name: Type.String(),
    longVersion: Type.String(),
    version: Type.String(),
    os: Type.Object({ name: Type.String(), version: Type.String() }),
  }),
  host: Type.String(),
  ip: Type.String(),
  loginAt: Type.String(),
  _user: Type.Optional(Type.Object({ name: Type.String(), username: Type.String() })),
})
export type Session = Static<typeof Session>

const listQuery = Type.Object({ filter: Type.Optional(SearchText), ...Paging })
const listAnswer = Type.Object({ sessions: Type.Array(Session), ...Page })
const one = Type.Object({ sessionId: RecordId })
const sorting = ['error-invalid-sort', 'error-invalid-sort-keys'] as const

const exampleSession = {
  _id: '0PkW3rTz8bQnYxLmKdV',
  sessionId: '0PkW3rTz8bQnYxLmKdV',
  userId: 'uKq3XbT9rYwPz5HdN',
  device: {
    type: 'browser',
    name: 'Firefox',
    longVersion: '141.0',
    version: '141',
    os: { name: 'Linux', version: '' },
  },
  host: 'https://chat.example.com',
  ip: '203.0.113.7',
  loginAt: '2026-08-01T10:00:00.000Z',
}
const exampleList = { sessions: [exampleSession], count: 1, offset: 0, total: 1 }

export const listOwnSessions = defineEndpoint({
  method: 'GET',
  path: '/api/v1/sessions/list',
  tag,
  summary: 'The logins of the caller',
  audience: 'user',
  query: listQuery,
  response: listAnswer,
  errors: [...sorting],
  example: { response: exampleList },
})

export const ownSession = defineEndpoint({
  method: 'GET',
  path: '/api/v1/sessions/info',
  tag,
  summary: 'One login of the caller',
  audience: 'user',
  query: one,
  response: Session,
  errors: [],
  example: { query: { sessionId: exampleSession._id }, response: exampleSession },
})

export const endOwnSession = defineEndpoint({
  method: 'POST',
  path: '/api/v1/sessions/logout.me',
  tag,
  summary: 'End a login of the caller',
  audience: 'user',
  body: Type.Object({ sessionId: RecordId }, { additionalProperties: false }),
  response: Type.Object({ sessionId: Type.String() }),
  errors: [],
  example: {
    body: { sessionId: exampleSession._id },
    response: { sessionId: exampleSession._id },
  },
})

export const listAllSessions = defineEndpoint({
  method: 'GET',
  path: '/api/v1/sessions/list.all',
  tag,
  summary: 'The logins of everybody',
  audience: { anyOf: ['view-device-management'] },
  query: listQuery,
  response: listAnswer,
  errors: [...sorting],
  example: { query: { sort: '{"_user.name":1}' }, response: exampleList },
})

export const anySession = defineEndpoint({
  method: 'GET',
  path: '/api/v1/sessions/info.admin',
  tag,
  summary: 'One login of anybody',
  audience: { anyOf: ['view-device-management'] },
  query: one,
  response: Session,
  errors: [],
  example: {
    query: { sessionId: exampleSession._id },
    response: { ...exampleSession, _user: { name: 'Anna Berg', username: 'anna' } },
  },
})

export const endAnySession = defineEndpoint({
  method: 'POST',
  path: '/api/v1/sessions/logout',
  tag,
  summary: 'End a login of anybody',
  audience: { anyOf: ['logout-device-management'] },
  body: Type.Object({ sessionId: RecordId }, { additionalProperties: false }),
  response: Type.Object({ sessionId: Type.String() }),
  errors: [],
  example: {
    body: { sessionId: exampleSession._id },
    response: { sessionId: exampleSession._id },
  },
})
