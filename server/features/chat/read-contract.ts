import { Type } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Paging, RecordId, SearchText } from '../../contract/schemas.ts'
import { WireMessage } from '../messages/contract.ts'
import { agentMessage, TAG } from './contract.ts'

const Time = Type.String({ maxLength: 64 })

export const getMessage = defineEndpoint({
  method: 'GET',
  path: '/api/v1/chat.getMessage',
  tag: TAG,
  summary: 'Read one message',
  audience: 'user',
  query: Type.Object({ msgId: RecordId }),
  response: Type.Object({ message: WireMessage }),
  errors: ['error-message-not-found'],
  example: { query: { msgId: agentMessage._id }, response: { message: agentMessage } },
})

const Removed = Type.Object({ _id: Type.String(), _deletedAt: IsoTime })
const Cursor = Type.Union([Type.String(), Type.Null()])

export const syncMessages = defineEndpoint({
  method: 'GET',
  path: '/api/v1/chat.syncMessages',
  tag: TAG,
  summary: 'Read what changed in a room since a time',
  description:
    'Either `lastUpdate` (everything since, oldest change first, at most 5,000), or `type` with a `next` or `previous` cursor in milliseconds.',
  audience: 'user',
  query: Type.Object({
    roomId: RecordId,
    lastUpdate: Type.Optional(Time),
    next: Type.Optional(Time),
    previous: Type.Optional(Time),
    type: Type.Optional(Type.Enum(['UPDATED', 'DELETED'])),
    count: Paging.count,
  }),
  response: Type.Object({
    result: Type.Object({
      updated: Type.Optional(Type.Array(WireMessage)),
      deleted: Type.Optional(Type.Array(Removed)),
      cursor: Type.Optional(Type.Object({ next: Cursor, previous: Cursor })),
    }),
  }),
  errors: [
    'error-not-allowed',
    'error-lastUpdate-param-not-provided',
    'error-roomId-param-invalid',
  ],
  example: {
    query: { roomId: agentMessage.rid, lastUpdate: '2026-08-01T09:00:00.000Z' },
    response: { result: { updated: [agentMessage], deleted: [] } },
  },
})

export const searchMessages = defineEndpoint({
  method: 'GET',
  path: '/api/v1/chat.search',
  tag: TAG,
  summary: 'Search the messages of a room',
  audience: 'user',
  query: Type.Object({
    roomId: RecordId,
    searchText: SearchText,
    count: Paging.count,
    offset: Paging.offset,
  }),
  response: Type.Object({ messages: Type.Array(WireMessage) }),
  errors: ['error-not-allowed'],
  example: {
    query: { roomId: agentMessage.rid, searchText: 'hello' },
    response: { messages: [agentMessage] },
  },
})
