import { given } from './given.ts'
import { createLiveList, readQueueChange, readUserChange } from './live-list.ts'
import { RestError, type Rest } from './rest.ts'
import type { Socket } from './socket-types.ts'
import type { AgentDeskState, Conversation, Inquiry, Room, Subscription } from './desk-types.ts'

const STATUSES = ['offline', 'online', 'away', 'busy'] as const

/** What an agent has at the left: what waits, what is his, and who else is there. */
export interface AgentLists {
  queue: () => readonly Inquiry[]
  conversations: () => readonly Conversation[]
  statuses: () => Readonly<Record<string, string>>
  availability: () => AgentDeskState['availability']
  setAvailability: (availability: AgentDeskState['availability']) => void
  markRead: (rid: string) => void
  /** Reads everything by REST. */
  load: () => Promise<void>
  follow: (socket: Socket) => void
  leave: () => void
}

/** The lists of one user, empty until they are loaded or followed. */
export function createAgentLists({
  rest,
  userId,
  onChange,
}: {
  rest: Rest
  userId: string
  onChange: () => void
}): AgentLists {
  const stops: (() => void)[] = []
  /** Conversations that were marked read, and what was known of them then. */
  const marked = new Map<string, Subscription>()
  let made: { queue?: readonly Inquiry[]; conversations?: readonly Conversation[] } = {}
  let statuses: Readonly<Record<string, string>> = {}
  let availability: AgentDeskState['availability'] = 'not-available'

  /** The same lists until something changes, so that nobody draws them in vain. */
  function changed(): void {
    made = {}
    onChange()
  }

  const subscriptions = createLiveList<Subscription>({
    stream: 'notify-user',
    event: `${userId}/subscriptions-changed`,
    idOf: ({ rid }) => rid,
    read: readUserChange,
    onChange: changed,
  })
  const rooms = createLiveList<Room>({
    stream: 'notify-user',
    event: `${userId}/rooms-changed`,
    idOf: ({ _id }) => _id,
    read: readUserChange,
    onChange: changed,
  })
  const inquiries = createLiveList<Inquiry>({
    stream: 'livechat-inquiry-queue-observer',
    event: 'public',
    idOf: ({ _id }) => _id,
    read: readQueueChange,
    onChange: changed,
  })

  const conversationOf = (subscription: Subscription): Conversation => {
    const room = rooms.items().get(subscription.rid)
    const isRead = marked.get(subscription.rid) === subscription
    return {
      rid: subscription.rid,
      subscription,
      unread: isRead ? 0 : subscription.unread,
      ...given({ room, lastMessage: room?.lastMessage }),
    }
  }

  return {
    queue: () => (made.queue ??= [...inquiries.items().values()].sort(byQueue)),
    conversations: () =>
      (made.conversations ??= [...subscriptions.items().values()]
        .filter(({ open }) => open)
        .map(conversationOf)
        .sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))),
    statuses: () => statuses,
    availability: () => availability,
    setAvailability: (next) => {
      availability = next
      onChange()
    },
    markRead: (rid) => {
      const subscription = subscriptions.items().get(rid)
      const isUnread = subscription !== undefined && (subscription.unread > 0 || subscription.alert)
      if (!isUnread || marked.get(rid) === subscription) return
      marked.set(rid, subscription)
      changed()
      rest('POST subscriptions.read', { body: { rid } }).catch(() => {
        // Not told: it counts as unread again, and the next look tells it.
        if (marked.get(rid) === subscription) marked.delete(rid)
        changed()
      })
    },
    load: async () => {
      const [mine, theirs, waiting] = await Promise.all([
        rest('GET subscriptions.get'),
        rest('GET rooms.get'),
        rest('GET livechat/inquiries.queuedForUser', { query: { count: 100 } }).catch(noQueue),
      ])
      subscriptions.load(mine.update)
      rooms.load(theirs.update)
      inquiries.load(waiting.inquiries)
    },
    follow: (socket) => {
      stops.push(
        subscriptions.follow(socket),
        rooms.follow(socket),
        inquiries.follow(socket),
        socket.subscribe({
          stream: 'notify-user',
          event: `${userId}/userData`,
          onEvent: ([change]) => {
            const next = (change as UserData | undefined)?.diff?.statusLivechat
            if (next !== 'available' && next !== 'not-available') return
            availability = next
            onChange()
          },
        }),
        socket.subscribe({
          stream: 'notify-logged',
          event: 'user-status',
          onEvent: ([change]) => {
            const [id, , status] = Array.isArray(change) ? (change as unknown[]) : []
            if (typeof id !== 'string' || typeof status !== 'number') return
            statuses = { ...statuses, [id]: STATUSES[status] ?? 'offline' }
            onChange()
          },
        }),
      )
    },
    leave: () => {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** Who is no agent has no queue; whatever else happened is passed on. */
function noQueue(error: unknown): { inquiries: Inquiry[] } {
  if (error instanceof RestError && !error.isPassing && error.status !== 401) {
    return { inquiries: [] }
  }
  throw error
}

interface UserData {
  diff?: { statusLivechat?: string }
}

/** As the server hands them out: weight first, then who has waited longest. */
const byQueue = (a: Inquiry, b: Inquiry): number =>
  a.priorityWeight - b.priorityWeight ||
  a.estimatedWaitingTimeQueue - b.estimatedWaitingTimeQueue ||
  (a.ts < b.ts ? -1 : 1)

const timeOf = ({ room, subscription }: Conversation): string => room?.lm ?? subscription.ts
