import { ApiError } from '../../contract/errors.ts'
import type { RouteParts } from '../../route-parts.ts'
import { matches } from '../method-calls/matches.ts'
import { toWireRoom } from '../rooms/wire.ts'
import * as contract from './agent-contract.ts'
import {
  completeVisitor,
  findVisitors,
  listHistory,
  listPagesOfRoom,
  readVisitorInfo,
} from './agent-operations.ts'
import { toFoundVisitor, toPastChat, toWirePage, withoutWords } from './agent-wire.ts'
import { toWireVisitor } from './wire.ts'

/** Endpoints of the tag Omnichannel Visitors that agents use. */
export function visitorsForAgentsRoutes({ router, ctx }: RouteParts): void {
  router.add(contract.visitorInfo, async ({ query }) => ({
    visitor: toWireVisitor(await readVisitorInfo(ctx, query.visitorId), { type: 'staff' }),
  }))

  router.add(contract.pagesVisited, async ({ params, query }, { caller }) => {
    const { visits, total, offset } = await listPagesOfRoom(ctx, caller, params.roomId, query)
    return { pages: visits.map(toWirePage), count: visits.length, offset, total }
  })

  router.add(contract.chatHistory, async ({ params, query }, { caller }) => {
    const { chats, total, offset } = await listHistory(ctx, caller, { ...query, ...params })
    return {
      history: chats.map(({ chat }) =>
        toWireRoom(withoutWords(chat), undefined, { type: 'staff' }),
      ),
      count: chats.length,
      offset,
      total,
    }
  })

  router.add(contract.searchChats, async ({ params, query }, { caller }) => {
    const { closedChatsOnly, servedChatsOnly, searchText, ...rest } = query
    const { chats, total, offset } = await listHistory(ctx, caller, {
      ...rest,
      ...params,
      text: searchText,
      closedOnly: closedChatsOnly,
      servedOnly: servedChatsOnly,
    })
    return {
      history: chats.map(({ chat, closing }) => toPastChat(chat, closing)),
      count: chats.length,
      offset,
      total,
    }
  })

  router.add(contract.searchVisitors, async ({ query }) => {
    const { visitors, total, offset } = await findVisitors(ctx, query)
    return { visitors: visitors.map(toFoundVisitor), count: visitors.length, offset, total }
  })

  router.add(contract.autocompleteVisitors, async ({ query }) => {
    const found = await completeVisitor(ctx, selectorOf(query.selector))
    return {
      items: found.map(({ id, name, username }) => ({
        _id: id,
        name: name ?? username,
        username,
      })),
    }
  })
}

function selectorOf(text: string): { term?: string; exceptions?: string[] } {
  try {
    const value: unknown = JSON.parse(text)
    if (matches(contract.VisitorSelector, value)) return value
  } catch {
    // Told below, like every other text that is no selector.
  }
  throw new ApiError('invalid-params', {
    reason: 'selector must be a JSON object with the text "term" and the list "exceptions"',
  })
}
