import type { Row } from '../../storage/tables.ts'
import { toWireMessage, type MessageViewer } from '../messages/wire.ts'
import type { WireRoom } from './contract.ts'
import type { WireGuestInfo, WireRoomInfo } from './info-contract.ts'
import type { RoomInfo } from './info-operations.ts'
import type { RoomWithVisitor } from './store.ts'

const NO_PRIORITY = 99
const NO_SLA = 9_999_999

/**
 * Row to wire: the one place that decides what a reader of rooms sees. The visitor's token is told
 * back to the visitor alone (S2).
 */
export function toWireRoom(
  room: RoomWithVisitor,
  lastMessage: Row<'message'> | undefined,
  viewer: MessageViewer,
): WireRoom {
  const closed = room.state === 'closed'
  return {
    _id: room.id,
    t: 'l',
    fname: room.label,
    msgs: room.messages,
    usersCount: room.served_by_id === null ? 1 : 2,
    lm: room.last_message_at,
    ts: room.created_at,
    _updatedAt: room.updated_at,
    seq: room.seq,
    v: visitorOf(room, viewer),
    cl: closed,
    source: JSON.parse(room.source) as unknown,
    priorityWeight: NO_PRIORITY,
    estimatedWaitingTimeQueue: NO_SLA,
    ...(closed ? {} : { open: true as const }),
    ...(room.state === 'onhold' ? { onHold: true as const } : {}),
    ...(room.waiting_response === 1 ? { waitingResponse: true as const } : {}),
    ...present({
      departmentId: room.department_id,
      queuedAt: room.queued_at,
      topic: room.topic,
      closedAt: room.closed_at,
      closer: room.closer,
    }),
    ...parsed({ tags: room.tags, livechatData: room.custom_fields }),
    ...(room.survey === null ? {} : (JSON.parse(room.survey) as Partial<WireRoom>)),
    ...peopleOf(room),
    ...(viewer.type === 'staff'
      ? { metrics: metricsOf(room), ...parsed({ transcriptRequest: room.transcript_request }) }
      : {}),
    ...(lastMessage === undefined ? {} : { lastMessage: toWireMessage(lastMessage, viewer) }),
  }
}

/** What an agent wrote down, from wire to our words. */
export const toRoomInfo = (guest: WireGuestInfo, room: WireRoomInfo): RoomInfo => ({
  visitor: {
    id: guest._id,
    name: guest.name,
    email: guest.email,
    phone: guest.phone,
    customFields: guest.livechatData,
  },
  room: {
    id: room._id,
    topic: room.topic,
    tags: room.tags,
    customFields: room.livechatData,
    priorityId: room.priorityId,
    slaId: room.slaId,
  },
})

const visitorOf = (room: RoomWithVisitor, viewer: MessageViewer): WireRoom['v'] => ({
  _id: room.visitor_id,
  username: room.visitor_username,
  status: room.visitor_status,
  ...(viewer.type === 'visitor' ? { token: viewer.token } : {}),
  ...present({
    name: room.visitor_name,
    phone: room.visitor_phone,
    lastMessageTs: room.visitor_last_message_at,
  }),
})

function peopleOf(room: RoomWithVisitor): Partial<WireRoom> {
  const people: Partial<WireRoom> = {}
  if (room.served_by_id !== null) {
    people.servedBy = {
      _id: room.served_by_id,
      username: room.served_by_username ?? '',
      ts: room.served_at ?? room.created_at,
    }
  }
  if (room.responder_id !== null) {
    people.responseBy = {
      _id: room.responder_id,
      username: room.responder_username ?? '',
      firstResponseTs: room.responder_first_at ?? room.updated_at,
      lastMessageTs: room.responder_last_at ?? room.updated_at,
    }
  }
  if (room.closed_by_id !== null) {
    people.closedBy = { _id: room.closed_by_id, username: room.closed_by_username ?? '' }
  }
  return people
}

/** Times and durations in seconds (domain model, section 8); only what is known yet. */
const metricsOf = (room: RoomWithVisitor): Record<string, unknown> => ({
  ...(room.question_at === null ? {} : { v: { lq: room.question_at } }),
  ...(room.answered_at === null
    ? {}
    : {
        servedBy: { lr: room.answered_at },
        response: {
          total: room.response_count,
          tt: room.response_total,
          avg: room.response_total / Math.max(1, room.response_count),
          ft: room.first_response,
          fd: room.first_response_at,
        },
        reaction: {
          ft: room.first_reaction,
          fd: room.first_reaction_at,
          tt: room.reaction_total,
        },
      }),
  ...present({
    chatDuration: room.chat_duration,
    serviceTimeDuration: room.service_duration,
    visitorInactivity: room.visitor_inactivity,
  }),
})

function present<Value extends Record<string, unknown>>(
  fields: Value,
): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>
  }
}

const parsed = (fields: Record<string, string | null>): Partial<WireRoom> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, text]) =>
      text === null ? [] : [[key, JSON.parse(text) as unknown]],
    ),
  )
