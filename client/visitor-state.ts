import type { createItemList } from './chat-items.ts'
import { given } from './given.ts'
import type { Outbox } from './outbox.ts'
import type { ReadMark } from './read-mark.ts'
import type { Message, RoomState } from './room-state.ts'
import type { Uploads } from './uploads.ts'
import type { VisitorSession } from './visitor-session.ts'
import type { VisitorChatState } from './visitor-types.ts'

/** Everything a visitor's state is made of. */
export interface VisitorParts {
  session: VisitorSession
  outbox: Outbox
  uploads: Uploads
  edits: ReadonlyMap<string, string>
  readMark: ReadMark
  listItems: ReturnType<typeof createItemList>
  isTranscriptAsked: boolean
}

/** What a widget shows. */
export function visitorState(parts: VisitorParts): VisitorChatState {
  const { session, outbox, uploads, edits, readMark, listItems } = parts
  const room = session.room()?.state()
  const config = session.config()
  const visitor = session.visitor()
  const isOwn = ({ u }: Message): boolean => u._id === visitor?._id
  const read = Math.max(room?.read.visitor ?? 0, readMark.seq())
  const isUnread = (message: Message): boolean =>
    message.t === undefined && message.seq > read && !isOwn(message)
  return {
    phase: session.phase(),
    connection: session.connection(),
    items: listItems({
      room,
      entries: outbox.entries(),
      uploads: uploads.items(),
      edits,
      isOwn,
      readByOthers: room?.read.agents ?? 0,
    }),
    hasOlder: room?.hasOlder ?? false,
    typing: room?.typing ?? [],
    unread: room?.messages.filter(isUnread).length ?? 0,
    transcriptOffered:
      room?.closing !== undefined &&
      room.closing.transcriptRequested !== true &&
      !parts.isTranscriptAsked &&
      config?.settings?.transcript === true &&
      (visitor?.visitorEmails ?? []).length > 0,
    ...given({
      config,
      visitor,
      failure: session.failure(),
      room: room && roomOf(room, isOwn),
      agent: room?.agent,
      queue: room?.queue,
    }),
  }
}

function roomOf(
  { id, open, closing }: RoomState,
  isOwn: (message: Message) => boolean,
): NonNullable<VisitorChatState['room']> {
  if (closing === undefined) return { id, open }
  return { id, open, closedBy: isOwn(closing) ? 'visitor' : 'agent' }
}
