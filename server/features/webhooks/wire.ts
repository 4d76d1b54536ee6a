import type { Row } from '../../storage/tables.ts'
import { deviceOf } from '../sessions/device.ts'
import type { RoomEvent } from './outbox.ts'
import type { AgentFacts, RoomFacts } from './store.ts'

/** Texts of an event together; the oldest messages of a longer conversation are left out. */
const MAX_TEXT = 2_000_000

/**
 * Rows to what the webhook is sent: the one place that decides what its receiver sees. The
 * visitor's token, his only credential, is never among it (S2).
 */
export function toWireEvent(
  type: string,
  { room, visitor, agent }: RoomFacts,
  messages: readonly Row<'message'>[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const told = withinBounds(messages)
  return {
    type,
    _id: room.id,
    label: room.label,
    ...present({ topic: room.topic }),
    createdAt: room.created_at,
    lastMessageAt: room.last_message_at,
    ...present({ tags: parsed(room.tags), customFields: parsed(room.custom_fields) }),
    visitor: visitorOf(visitor),
    ...(agent === undefined ? {} : { agent: agentOf(agent) }),
    ...present({ crmData: room.crm_data }),
    ...more,
    messages: told.map(messageOf),
    ...(told.length < messages.length ? { omittedMessages: messages.length - told.length } : {}),
  }
}

/** The fields that a type of event has beside the common ones. */
export function fieldsOf(event: RoomEvent, room: Row<'room'>): Record<string, unknown> {
  const department = present({ departmentId: room.department_id })
  switch (event.type) {
    case 'LivechatSessionStart':
    case 'LivechatSessionQueued':
    case 'LivechatEdit':
      return department
    case 'LivechatSessionTaken':
      return { ...department, servedBy: personOf(event.servedBy) }
    case 'LivechatFeedback':
      return { ...department, ...servedByOf(room), feedback: parsed(room.survey) ?? {} }
    case 'LivechatSessionForwarded':
      return {
        ...department,
        ...servedByOf(room),
        ...present({
          oldDepartmentId: event.oldDepartmentId ?? null,
          oldServedBy: event.oldServedBy === undefined ? null : personOf(event.oldServedBy),
        }),
      }
    case 'LivechatSession':
      return {
        ...department,
        ...servedByOf(room),
        ...present({
          closedAt: room.closed_at,
          closedBy:
            room.closed_by_id === null
              ? null
              : { _id: room.closed_by_id, username: room.closed_by_username },
          closer: room.closer,
        }),
      }
  }
}

/** What was left while nobody was there. */
export const toWireOffline = (row: Row<'offline_message'>): Record<string, unknown> => ({
  type: 'LivechatOfflineMessage',
  sentAt: row.created_at,
  visitor: { name: row.name, email: row.email },
  message: row.message,
  ...present({ department: row.department, host: row.host }),
})

const personOf = ({ id, username }: { id: string; username: string }) => ({ _id: id, username })

const servedByOf = (room: Row<'room'>): Record<string, unknown> =>
  room.served_by_id === null
    ? {}
    : {
        servedBy: {
          _id: room.served_by_id,
          username: room.served_by_username,
          ts: room.served_at,
        },
      }

function visitorOf(visitor: Row<'visitor'>): Record<string, unknown> {
  const device = visitor.user_agent === null ? undefined : deviceOf(visitor.user_agent)
  return {
    _id: visitor.id,
    username: visitor.username,
    ...present({
      name: visitor.name,
      department: visitor.department_id,
      email: visitor.email === null ? null : [{ address: visitor.email }],
      phone: visitor.phone === null ? null : [{ phoneNumber: visitor.phone }],
      ip: visitor.ip,
      browser: device === undefined ? null : `${device.name} ${device.version}`.trim(),
      os: device === undefined ? null : `${device.os.name} ${device.os.version}`.trim(),
      customFields: parsed(visitor.custom_fields),
    }),
  }
}

const agentOf = (agent: AgentFacts): Record<string, unknown> => ({
  _id: agent.id,
  username: agent.username,
  name: agent.name,
  ...present({ email: agent.email, customFields: parsed(agent.custom_fields) }),
})

function messageOf(row: Row<'message'>): Record<string, unknown> {
  const extra = (parsed(row.extra) ?? {}) as Record<string, unknown>
  const { file, files, attachments, fileUpload, navigation } = extra
  const name = row.author_name ?? row.author_username
  return {
    _id: row.id,
    rid: row.room_id,
    u: { _id: row.author_id, username: row.author_username, name },
    username: row.author_username,
    msg: row.text,
    ts: row.ts,
    ...(row.author_type === 'visitor' ? {} : { agentId: row.author_id }),
    ...(row.kind === 'livechat-close' ? { closingMessage: true } : {}),
    ...present({ editedAt: row.edited_at, file, files, attachments, fileUpload, navigation }),
  }
}

function withinBounds(messages: readonly Row<'message'>[]): readonly Row<'message'>[] {
  let size = 0
  let from = messages.length
  while (from > 0) {
    const { text, extra } = messages[from - 1]!
    size += text.length + (extra?.length ?? 0)
    if (size > MAX_TEXT) break
    from -= 1
  }
  return messages.slice(from)
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  )
