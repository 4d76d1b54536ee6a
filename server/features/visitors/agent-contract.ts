import { Type, type Static } from 'typebox'
import { defineEndpoint } from '../../contract/define.ts'
import { IsoTime, Page, Paging, RecordId, SearchText } from '../../contract/schemas.ts'
import { WireMessage } from '../messages/contract.ts'
import { exampleRoom, WireRoom } from '../rooms/contract.ts'
import { WireVisitor } from './contract.ts'

const TAG = 'Omnichannel Visitors'
const SORTING = ['error-invalid-sort', 'error-invalid-sort-keys'] as const
const audience = { anyOf: ['view-l-room'] } as const

const exampleVisitor = {
  _id: '0Tn3xHcW6yB5nGf9ZqA',
  username: 'guest-3',
  name: 'Ana',
  visitorEmails: [{ address: 'ana@example.com' }],
}

export const visitorInfo = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.info',
  tag: TAG,
  summary: 'Read a visitor, as an agent',
  description: 'The visitor’s token is never told.',
  audience,
  query: Type.Object({ visitorId: RecordId }),
  response: Type.Object({ visitor: WireVisitor }),
  errors: ['visitor-not-found'],
  example: {
    query: { visitorId: exampleVisitor._id },
    response: {
      visitor: {
        ...exampleVisitor,
        ts: '2026-08-01T09:59:30.000Z',
        _updatedAt: '2026-08-01T09:59:30.000Z',
        status: 'online',
      },
    },
  },
})

/** A page that a visitor looked at, in the form of a hidden message. */
export const WirePage = Type.Object({
  _id: Type.String(),
  rid: Type.String(),
  t: Type.Literal('livechat_navigation_history'),
  ts: IsoTime,
  msg: Type.String(),
  u: Type.Object({ _id: Type.String(), username: Type.String() }),
  groupable: Type.Literal(false),
  navigation: Type.Object({
    page: Type.Object({
      change: Type.String(),
      title: Type.String(),
      location: Type.Object({ href: Type.String() }),
    }),
  }),
})
export type WirePage = Static<typeof WirePage>

export const pagesVisited = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.pagesVisited/:roomId',
  tag: TAG,
  summary: 'List the pages that a conversation’s visitor looked at',
  audience,
  params: Type.Object({ roomId: RecordId }),
  query: Type.Object(Paging),
  response: Type.Object({ pages: Type.Array(WirePage), ...Page }),
  errors: ['invalid-room', ...SORTING],
  example: {
    params: { roomId: exampleRoom._id },
    response: {
      pages: [
        {
          _id: '0Tn3xK5mB7cD2wQ9sYz',
          rid: exampleRoom._id,
          t: 'livechat_navigation_history',
          ts: '2026-08-01T10:00:00.000Z',
          msg: 'Prices',
          u: { _id: 'rocket.cat', username: 'rocket.cat' },
          groupable: false,
          navigation: {
            page: {
              change: 'url',
              title: 'Prices',
              location: { href: 'https://shop.example/prices' },
            },
          },
        },
      ],
      count: 1,
      offset: 0,
      total: 1,
    },
  },
})

const RoomAndVisitor = Type.Object({ roomId: RecordId, visitorId: RecordId })
const exampleParams = { roomId: exampleRoom._id, visitorId: exampleVisitor._id }

export const chatHistory = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId',
  tag: TAG,
  summary: 'List all conversations of a conversation’s visitor',
  description:
    'For whoever may read the conversation. Of others that he may not read it tells when they were and who served, not what was said.',
  audience,
  params: RoomAndVisitor,
  query: Type.Object(Paging),
  response: Type.Object({ history: Type.Array(WireRoom), ...Page }),
  errors: ['invalid-room', 'error-not-allowed', ...SORTING],
  example: {
    params: exampleParams,
    response: { history: [exampleRoom], count: 1, offset: 0, total: 1 },
  },
})

/** A conversation in a visitor's history. */
export const WirePastChat = Type.Object({
  _id: Type.String(),
  fname: Type.String(),
  ts: IsoTime,
  msgs: Type.Integer(),
  v: WireRoom.properties.v,
  servedBy: WireRoom.properties.servedBy,
  closedAt: WireRoom.properties.closedAt,
  closedBy: WireRoom.properties.closedBy,
  closer: WireRoom.properties.closer,
  tags: WireRoom.properties.tags,
  source: WireRoom.properties.source,
  closingMessage: Type.Optional(WireMessage),
})
export type WirePastChat = Static<typeof WirePastChat>

export const searchChats = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.searchChats/room/:roomId/visitor/:visitorId',
  tag: TAG,
  summary: 'Search the conversations of a conversation’s visitor',
  description:
    '`searchText` finds conversations that the caller may read by what was said in them; words of others are neither searched nor told.',
  audience,
  params: RoomAndVisitor,
  query: Type.Object({
    ...Paging,
    searchText: Type.Optional(SearchText),
    closedChatsOnly: Type.Optional(Type.Boolean()),
    servedChatsOnly: Type.Optional(Type.Boolean()),
    source: Type.Optional(Type.String({ maxLength: 64, description: 'Type of the source.' })),
  }),
  response: Type.Object({ history: Type.Array(WirePastChat), ...Page }),
  errors: ['invalid-room', 'error-not-allowed', ...SORTING],
  example: {
    params: exampleParams,
    query: { closedChatsOnly: true },
    response: {
      history: [
        {
          _id: exampleRoom._id,
          fname: 'Ana',
          ts: exampleRoom.ts,
          msgs: 3,
          v: exampleRoom.v,
          source: { type: 'api' },
          closedAt: '2026-08-01T10:30:00.000Z',
          closer: 'visitor',
        },
      ],
      count: 1,
      offset: 0,
      total: 1,
    },
  },
})

/** A visitor among others that were found. */
export const WireFoundVisitor = Type.Pick(WireVisitor, [
  '_id',
  'username',
  'name',
  'phone',
  'livechatData',
  'visitorEmails',
  'lastChat',
])
export type WireFoundVisitor = Static<typeof WireFoundVisitor>

export const searchVisitors = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.search',
  tag: TAG,
  summary: 'Find visitors by a part of their name, address or number',
  audience,
  query: Type.Object({
    ...Paging,
    term: Type.String({ maxLength: 200, description: '`*`, or nothing, finds all.' }),
  }),
  response: Type.Object({ visitors: Type.Array(WireFoundVisitor), ...Page }),
  errors: [...SORTING],
  example: {
    query: { term: 'an' },
    response: { visitors: [exampleVisitor], count: 1, offset: 0, total: 1 },
  },
})

/** What the JSON in `selector` may be; further members are ignored. */
export const VisitorSelector = Type.Object({
  term: Type.Optional(Type.String({ maxLength: 200 })),
  exceptions: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 100 })),
})

export const autocompleteVisitors = defineEndpoint({
  method: 'GET',
  path: '/api/v1/livechat/visitors.autocomplete',
  tag: TAG,
  summary: 'Suggest visitors while a name is typed',
  description:
    'The first ten whose name or user name holds `term`, without those whose ids or user names `exceptions` lists. `conditions` is ignored.',
  audience,
  query: Type.Object({
    selector: Type.String({
      maxLength: 20_000,
      description: 'JSON object, e.g. {"term":"an","exceptions":[]}',
    }),
  }),
  response: Type.Object({
    items: Type.Array(
      Type.Object({ _id: Type.String(), name: Type.String(), username: Type.String() }),
    ),
  }),
  errors: [],
  example: {
    query: { selector: '{"term":"an","exceptions":[]}' },
    response: { items: [{ _id: exampleVisitor._id, name: 'Ana', username: 'guest-3' }] },
  },
})
