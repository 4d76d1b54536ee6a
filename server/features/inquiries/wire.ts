import { toWireRoom } from '../rooms/wire.ts'
import type { WireInquiry } from './contract.ts'
import type { Inquiry } from './store.ts'

/** An inquiry as agents see it; it is a view of its room, without the visitor's token (S2). */
export function toWireInquiry({ room, firstText, lastMessage }: Inquiry): WireInquiry {
  const wire = toWireRoom(room, lastMessage, { type: 'staff' })
  return {
    _id: room.inquiry_id,
    rid: wire._id,
    t: wire.t,
    name: wire.fname,
    ts: wire.ts,
    message: firstText,
    status: room.state === 'queued' ? 'queued' : 'taken',
    v: wire.v,
    priorityWeight: wire.priorityWeight,
    estimatedWaitingTimeQueue: wire.estimatedWaitingTimeQueue,
    source: wire.source,
    _updatedAt: wire._updatedAt,
    ...(wire.departmentId === undefined ? {} : { department: wire.departmentId }),
    ...(wire.queuedAt === undefined ? {} : { queuedAt: wire.queuedAt }),
    ...(room.taken_at === null ? {} : { takenAt: room.taken_at }),
    ...(wire.lastMessage === undefined ? {} : { lastMessage: wire.lastMessage }),
    ...(room.preferred_agent_id === null || room.preferred_agent_username === null
      ? {}
      : {
          defaultAgent: {
            agentId: room.preferred_agent_id,
            username: room.preferred_agent_username,
          },
        }),
  }
}
