import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import {
  Nothing,
  OneOf,
  Page,
  Paging,
  RecordId,
  SearchText,
  VisitorToken,
} from '../../contract/schemas.ts'

const USERS = 'Omnichannel Users'
const AGENTS = 'Omnichannel Agents'

const Email = Type.Object({ address: Type.String(), verified: Type.Optional(Type.Boolean()) })

/** An agent or manager as his colleagues see him. */
export const WireStaff = Type.Object({
  _id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  status: Type.String(),
  statusLivechat: Type.Optional(Type.String()),
  emails: Type.Array(Email),
  livechat: Type.Object({ maxNumberSimultaneousChat: Type.Optional(Type.Integer()) }),
})
export type WireStaff = Static<typeof WireStaff>

/** An agent as visitors see him; with `hiddenInfo` where the site shows nothing of agents. */
export const VisibleAgent = Type.Object({
  _id: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  emails: Type.Optional(Type.Array(Email)),
  hiddenInfo: Type.Optional(Type.Literal(true)),
})
export type VisibleAgent = Static<typeof VisibleAgent>

const exampleStaff = {
  _id: '0Tn3wPqL5xC1vR8sYbM',
  username: 'rosa',
  name: 'Rosa Lind',
  status: 'online',
  statusLivechat: 'available',
  emails: [{ address: 'rosa@example.com', verified: true }],
  livechat: {},
}

const StaffType = Type.String({ maxLength: 32, description: '`agent` or `manager`.' })
const TypeParams = Type.Object({ type: StaffType })
const MemberParams = Type.Object({ type: StaffType, _id: RecordId })

export const addStaff = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/users/:type',
  tag: USERS,
  summary: 'Make a user an agent or a manager',
  description:
    'Needs `manage-livechat-agents` or `manage-livechat-managers` as well. A new agent is available, and online once he says so.',
  audience: { anyOf: ['view-livechat-manager'] },
  params: TypeParams,
  body: Type.Object({ username: Type.String({ minLength: 1, maxLength: 128 }) }),
  response: Type.Object({
    user: Type.Object({ _id: Type.String(), username: Type.String() }),
  }),
  errors: ['error-invalid-user', 'error-unauthorized'],
  example: {
    params: { type: 'agent' },
    body: { username: 'rosa' },
    response: { user: { _id: exampleStaff._id, username: 'rosa' } },
  },
})

export const listStaff = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/users/:type',
  tag: USERS,
  summary: 'List agents or managers',
  description:
    'Agents are listed for holders of `transfer-livechat-guest` or `edit-omnichannel-contact`, managers for holders of `view-livechat-manager`.',
  audience: 'user',
  params: TypeParams,
  query: Type.Object({
    ...Paging,
    text: Type.Optional(SearchText),
    onlyAvailable: Type.Optional(Type.Boolean()),
    excludeId: Type.Optional(RecordId),
    showIdleAgents: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({ users: Type.Array(WireStaff), ...Page }),
  errors: ['error-invalid-sort', 'error-invalid-sort-keys'],
  example: {
    params: { type: 'agent' },
    query: { onlyAvailable: true },
    response: { users: [exampleStaff], count: 1, offset: 0, total: 1 },
  },
})

export const getStaff = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/users/:type/:_id',
  tag: USERS,
  summary: 'Read an agent or manager',
  description: 'Null for a user who is none.',
  audience: { anyOf: ['view-livechat-manager'] },
  params: MemberParams,
  response: Type.Object({ user: Type.Union([WireStaff, Type.Null()]) }),
  errors: [],
  example: {
    params: { type: 'agent', _id: exampleStaff._id },
    response: { user: exampleStaff },
  },
})

export const removeStaff = defineEndpoint({
  method: 'DELETE',
  path: '/api/v1/livechat/users/:type/:_id',
  tag: USERS,
  summary: 'Take the role of an agent or manager from a user',
  description:
    'What he serves is queued again and given to others in the same transaction. Needs `manage-livechat-agents` or `manage-livechat-managers` as well.',
  audience: { anyOf: ['view-livechat-manager'] },
  params: MemberParams,
  response: Nothing,
  errors: ['error-unauthorized'],
  example: { params: { type: 'agent', _id: exampleStaff._id }, response: {} },
})

export const setAgentStatus = defineEndpoint({
  method: 'POST',
  path: '/api/v1/livechat/agent.status',
  tag: AGENTS,
  summary: 'Tell whether an agent takes conversations; without `status` the other way round',
  description:
    'For somebody else it needs `manage-livechat-agents`. Who is not available keeps the conversations he has.',
  audience: { anyOf: ['view-l-room'] },
  body: Type.Object({
    status: Type.Optional(OneOf(['available', 'not-available'])),
    agentId: Type.Optional(RecordId),
  }),
  response: Type.Object({ status: Type.String() }),
  errors: ['error-user-deactivated'],
  example: { body: { status: 'available' }, response: { status: 'available' } },
})

export const agentInfo = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/agent.info/:rid/:token',
  tag: AGENTS,
  summary: 'Who serves the visitor’s conversation',
  audience: 'visitor',
  plainErrors: true,
  params: Type.Object({ rid: RecordId, token: VisitorToken }),
  response: Type.Object({ agent: VisibleAgent }),
  errors: ['invalid-token', 'invalid-room', 'invalid-agent'],
  example: {
    params: { rid: '0Tn3xJzP4mD8sHk2VtE', token: 'iNKE8a6k6cjbqWhWd' },
    response: {
      agent: { _id: exampleStaff._id, username: 'rosa', name: 'Rosa Lind', status: 'online' },
    },
  },
})

export const nextAgent = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/agent.next/:token',
  tag: AGENTS,
  summary: 'Who would be given a conversation that begins now',
  description: 'Empty where the token has an open conversation already.',
  audience: 'visitor',
  plainErrors: true,
  params: Type.Object({ token: VisitorToken }),
  query: Type.Object({ department: Type.Optional(Type.String({ maxLength: 128 })) }),
  response: Type.Object({ agent: Type.Optional(VisibleAgent) }),
  errors: ['agent-not-found'],
  example: {
    params: { token: 'iNKE8a6k6cjbqWhWd' },
    query: {},
    response: {
      agent: { _id: exampleStaff._id, username: 'rosa', name: 'Rosa Lind', status: 'online' },
    },
  },
})
