import type { AppContext } from '../context.ts'
import type { EventHub, HubFollower, HubStreamOptions } from './event-hub.ts'
import type { MemberLists } from './member-lists.ts'
import { MY_MESSAGES, type MemberMessages } from './member-messages.ts'
import { eventFrame } from './protocol.ts'
import { QUEUE, type QueueEvents } from './queue-events.ts'
import type { QueueBoard } from './queue-board.ts'
import type { Session } from './session.ts'
import { notAllowed, type Stream, type StreamRequest } from './streams.ts'
import type { TableEvents } from './table-events.ts'
import type { UserEvents } from './user-events.ts'

const PRESENCE = 'stream-user-presence'
const MAX_FOLLOWED_USERS = 5000

/** What the streams that belong to no single room are made from. */
export interface OtherParts {
  ctx: AppContext
  hub: EventHub
  lists: MemberLists
  messages: MemberMessages
  board: QueueBoard
  queue: QueueEvents
  users: UserEvents
  tables: TableEvents
}

const isSignedIn = ({ login }: Session): boolean => login !== undefined
const userIdOf = ({ login }: Session): string => login?.caller.userId ?? ''

/** The streams that belong to no single room, by their name on the wire. */
export function otherStreams(parts: OtherParts): Map<string, Stream> {
  const { hub, tables, users, queue, board } = parts
  const table = (stream: string) => (_session: Session, event: string) =>
    tables.follow(stream, event)
  return new Map([
    ['stream-notify-user', hub.stream(ofOneUser(parts))],
    [
      'stream-notify-logged',
      hub.stream({
        mayFollow: isSignedIn,
        byLogin: true,
        prepare: (session, event) =>
          event === 'permissions-changed'
            ? table('stream-notify-logged')(session, event)
            : users.follow(),
      }),
    ],
    [
      'stream-notify-all',
      hub.stream({ mayFollow: () => true, byLogin: false, prepare: table('stream-notify-all') }),
    ],
    [
      'stream-roles',
      hub.stream({ mayFollow: isSignedIn, byLogin: true, prepare: table('stream-roles') }),
    ],
    [PRESENCE, presenceStream(hub, users)],
    [
      QUEUE,
      hub.stream({
        mayFollow: (session, event) => queue.mayFollow(session, event),
        byLogin: true,
        prepare: () => board.follow(),
        greet: (follower, { since }) => {
          if (since !== undefined) queue.greet(follower)
        },
      }),
    ],
  ])
}

/** The stream of rooms, and under one name the messages of all rooms of a user. */
export function withMyMessages({ hub, messages }: OtherParts, rooms: Stream): Stream {
  const mine = hub.stream({
    mayFollow: isSignedIn,
    byLogin: true,
    addressOf: (session) => messages.addressOf(userIdOf(session)),
    prepare: (session) => messages.follow(userIdOf(session)),
  })
  return {
    admit: (session, request) =>
      (request.event === MY_MESSAGES ? mine : rooms).admit(session, request),
  }
}

/** `<uid>/<event>`: for that user alone, and written by nobody but the server. */
function ofOneUser({ lists, messages, users }: OtherParts): HubStreamOptions {
  const nameOf = (event: string): string => event.split('/', 2)[1] ?? ''
  return {
    mayFollow: (session, event) => isSignedIn(session) && event.startsWith(`${userIdOf(session)}/`),
    byLogin: true,
    prepare: (session, event) => {
      switch (nameOf(event)) {
        case 'subscriptions-changed':
        case 'rooms-changed':
          return lists.follow(userIdOf(session))
        case 'notification':
          return messages.follow(userIdOf(session))
        case 'userData':
          return users.follow()
        default:
          return Promise.resolve(() => undefined)
      }
    },
    greet: (follower, { since }) => {
      if (since === undefined) return
      const name = nameOf(follower.event)
      const userId = userIdOf(follower.session)
      if (name === 'subscriptions-changed') lists.greet(follower, userId, 'subscriptions')
      if (name === 'rooms-changed') lists.greet(follower, userId, 'rooms')
    },
  }
}

/** The presence of the users that a client names, which may become more with each subscription. */
function presenceStream(hub: EventHub, users: UserEvents): Stream {
  const options = { mayFollow: isSignedIn, byLogin: true }
  return {
    admit: async (session) => {
      if (!isSignedIn(session)) throw notAllowed()
      const release = await users.follow()
      const followed = new Map<string, HubFollower>()
      return {
        byLogin: true,
        start: (request: StreamRequest) => {
          for (const event of request.added) {
            if (followed.has(event) || followed.size >= MAX_FOLLOWED_USERS) continue
            const follower = hub.follower(session, { stream: PRESENCE, event }, options)
            followed.set(event, follower)
            follower.start(request)
            const presence = users.presenceOf(event)
            if (presence !== undefined) session.sendIfEasy(eventFrame(PRESENCE, event, [presence]))
          }
        },
        stop: () => {
          for (const follower of followed.values()) follower.stop()
          release()
        },
      }
    },
  }
}
