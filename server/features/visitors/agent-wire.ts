import { SYSTEM_USER } from '../../routing/system-user.ts'
import type { Row } from '../../storage/tables.ts'
import { toWireMessage } from '../messages/wire.ts'
import type { RoomWithVisitor } from '../rooms/store.ts'
import { toWireRoom } from '../rooms/wire.ts'
import type { WireFoundVisitor, WirePage, WirePastChat } from './agent-contract.ts'
import type { PastChat } from './agent-store.ts'
import { toWireVisitor } from './wire.ts'

/** Row to wire. The visitor's token, which the reference tells here, is not told (S2). */
export const toWirePage = (visit: Row<'page_visit'>): WirePage => ({
  _id: visit.id,
  rid: visit.room_id,
  t: 'livechat_navigation_history',
  ts: visit.at,
  msg: visit.title,
  u: { _id: SYSTEM_USER.id, username: SYSTEM_USER.username },
  groupable: false,
  navigation: {
    page: { change: visit.change, title: visit.title, location: { href: visit.href } },
  },
})

/** A conversation without what people wrote there, where its reader may not open it. */
export const withoutWords = (chat: PastChat): RoomWithVisitor =>
  chat.readable
    ? chat
    : { ...chat, topic: null, custom_fields: null, survey: null, transcript_request: null }

/** Row to wire, for lists of past conversations. */
export function toPastChat(chat: PastChat, closing: Row<'message'> | undefined): WirePastChat {
  const viewer = { type: 'staff' } as const
  const room = toWireRoom(withoutWords(chat), undefined, viewer)
  const { _id, fname, ts, msgs, v, source, servedBy, closedAt, closedBy, closer, tags } = room
  return {
    _id,
    fname,
    ts,
    msgs,
    v,
    source,
    ...(servedBy === undefined ? {} : { servedBy }),
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(closedBy === undefined ? {} : { closedBy }),
    ...(closer === undefined ? {} : { closer }),
    ...(tags === undefined ? {} : { tags }),
    ...(closing === undefined ? {} : { closingMessage: toWireMessage(closing, viewer) }),
  }
}

/** Row to wire, for lists of visitors. */
export function toFoundVisitor(visitor: Row<'visitor'>): WireFoundVisitor {
  const { _id, username, name, phone, livechatData, visitorEmails, lastChat } = toWireVisitor(
    visitor,
    { type: 'staff' },
  )
  return {
    _id,
    username,
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(livechatData === undefined ? {} : { livechatData }),
    ...(visitorEmails === undefined ? {} : { visitorEmails }),
    ...(lastChat === undefined ? {} : { lastChat }),
  }
}
