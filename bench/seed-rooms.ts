import { hashSecret } from '../server/lib/hash.ts'
import { isoTime } from '../server/lib/clock.ts'
import type { Database } from '../server/storage/database.ts'
import type { Row } from '../server/storage/tables.ts'
import { AGENTS, agentId, roomId, ROOMS, visitorId, visitorToken } from './workload.ts'

const CHUNK = 1000
const PLACE_SECONDS = 100

/** Time of the message at `place` (from 1) of every room: all of them within the last days. */
export const timeOf = (start: number, place: number): string =>
  isoTime(start + place * PLACE_SECONDS * 1000)

/**
 * Writes visitors, agents, taken rooms and memberships as the server would have left them after
 * `messagesPerRoom` messages, which visitor and agent wrote in turn.
 */
export async function seedRooms(
  db: Database,
  start: number,
  messagesPerRoom: number,
): Promise<void> {
  const agents = Array.from({ length: AGENTS }, (_none, agent) => agentRow(start, agent))
  await db.transact(async (tx) => {
    await tx.insertRows('user', agents)
    await tx.insertRows(
      'user_role',
      agents.map(({ id }) => ({ user_id: id, role_id: 'livechat-agent' })),
    )
  })
  for (let first = 0; first < ROOMS; first += CHUNK) {
    const rooms = Array.from({ length: CHUNK }, (_none, index) => first + index)
    await db.transact(async (tx) => {
      await tx.insertRows(
        'visitor',
        rooms.map((room) => visitorRow(start, room)),
      )
      await tx.insertRows(
        'room',
        rooms.map((room) => roomRow(start, room, messagesPerRoom)),
      )
      await tx.insertRows(
        'subscription',
        rooms.map((room) => subscriptionRow(start, room)),
      )
    })
  }
}

export const visitorName = (room: number): string => `Visitor ${room}`
export const visitorUsername = (room: number): string => `guest-${room + 1}`
export const agentUsername = (agent: number): string => `agent-${agent}`
export const agentName = (agent: number): string => `Agent ${agent}`

function agentRow(start: number, agent: number): Partial<Row<'user'>> & { id: string } {
  const at = isoTime(start)
  return {
    id: agentId(agent),
    username: agentUsername(agent),
    username_key: agentUsername(agent),
    name: agentName(agent),
    active: 1,
    type: 'user',
    status: 'online',
    status_text: '',
    availability: 'available',
    require_password_change: 0,
    created_at: at,
    updated_at: at,
  }
}

function visitorRow(start: number, room: number): Partial<Row<'visitor'>> {
  const at = isoTime(start)
  return {
    id: visitorId(room),
    token_hash: hashSecret(visitorToken(room)),
    username: visitorUsername(room),
    name: visitorName(room),
    status: 'online',
    last_chat_id: roomId(room),
    last_chat_at: at,
    created_at: at,
    updated_at: at,
  }
}

function roomRow(start: number, room: number, messages: number): Partial<Row<'room'>> {
  const at = isoTime(start)
  const last = timeOf(start, messages)
  const answered = messages % 2 === 0
  const agent = room % AGENTS
  return {
    id: roomId(room),
    visitor_id: visitorId(room),
    state: 'taken',
    seq: messages,
    messages,
    label: visitorName(room),
    source: '{"type":"api"}',
    visitor_status: 'online',
    visitor_last_message_at: timeOf(start, answered ? messages - 1 : messages),
    inquiry_id: `0Inquiry${roomId(room).slice(8)}`,
    taken_at: at,
    served_by_id: agentId(agent),
    served_by_username: agentUsername(agent),
    served_at: at,
    waiting_response: answered ? 0 : 1,
    responder_id: answered ? agentId(agent) : null,
    responder_username: answered ? agentUsername(agent) : null,
    responder_first_at: answered ? last : null,
    responder_last_at: answered ? last : null,
    question_at: timeOf(start, answered ? messages - 1 : messages),
    answered_at: messages < 2 ? null : timeOf(start, answered ? messages : messages - 1),
    response_count: Math.floor(messages / 2),
    response_total: Math.floor(messages / 2) * PLACE_SECONDS,
    created_at: at,
    last_message_at: last,
    updated_at: last,
  }
}

function subscriptionRow(start: number, room: number): Partial<Row<'subscription'>> {
  const at = isoTime(start)
  return {
    id: `0Member${roomId(room).slice(7)}`,
    room_id: roomId(room),
    user_id: agentId(room % AGENTS),
    read_seq: 0,
    alert: 1,
    created_at: at,
    updated_at: at,
  }
}
