import type { Row } from '../../storage/tables.ts'
import type { MessageViewer } from '../messages/wire.ts'
import type { WireVisitor } from './contract.ts'

/** Row to wire: the one place that decides what a reader of visitors sees. */
export function toWireVisitor(visitor: Row<'visitor'>, viewer: MessageViewer): WireVisitor {
  const wire: WireVisitor = {
    _id: visitor.id,
    username: visitor.username,
    ts: visitor.created_at,
    _updatedAt: visitor.updated_at,
    status: visitor.status,
  }
  if (viewer.type === 'visitor') wire.token = viewer.token
  if (visitor.name !== null) wire.name = visitor.name
  if (visitor.email !== null) wire.visitorEmails = [{ address: visitor.email }]
  if (visitor.phone !== null) wire.phone = [{ phoneNumber: visitor.phone }]
  if (visitor.department_id !== null) wire.department = visitor.department_id
  if (visitor.custom_fields !== null) wire.livechatData = JSON.parse(visitor.custom_fields)
  if (visitor.last_chat_id !== null && visitor.last_chat_at !== null) {
    wire.lastChat = { _id: visitor.last_chat_id, ts: visitor.last_chat_at }
  }
  if (viewer.type === 'staff') {
    if (visitor.user_agent !== null) wire.userAgent = visitor.user_agent
    if (visitor.ip !== null) wire.ip = visitor.ip
    if (visitor.host !== null) wire.host = visitor.host
  }
  return wire
}
