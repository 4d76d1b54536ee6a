import type { VisibleAgent } from '../server/features/agents/contract.ts'
import type { WireMessage } from '../server/features/messages/contract.ts'
import { given } from './given.ts'

/** A message as the server tells it; times are ISO 8601 texts, also where a socket brought it. */
export type Message = WireMessage

/** Who serves a conversation, as visitors see him. */
export type Agent = VisibleAgent

/** The place of a waiting conversation. */
export interface QueuePlace {
  place: number
  /** What the site says about it, in the visitor's language. */
  text: string
  waitSeconds?: number
}

/** How far each side has read, as places in the room's order. */
export interface ReadPositions {
  visitor: number
  /** Of the agent who has read furthest. */
  agents: number
  /** Told to agents only: user id to place. */
  byAgent?: Readonly<Record<string, number>>
}

/** What a client knows of one room; never changed in place. */
export interface RoomState {
  readonly id: string
  /** In the order of the room, without gaps from the first one on; deleted ones are gone. */
  readonly messages: readonly Message[]
  /** Everything that changed up to this place of the room's event order is known. */
  readonly cursor: number
  /** Whether the room has messages before the first one here. */
  readonly hasOlder: boolean
  /** The place from which on `messages` is without gaps. */
  readonly from: number
  readonly read: ReadPositions
  readonly agent?: Agent
  readonly queue?: QueuePlace
  /** Usernames of those who are writing now. */
  readonly typing: readonly string[]
  readonly open: boolean
  /** The `livechat-close` message, once there is one. */
  readonly closing?: Message
  /** Ids that were deleted, so that a late answer brings none of them back. */
  readonly removed: ReadonlySet<string>
  /** Newest known states of messages from before the first one here. */
  readonly unplaced: readonly Message[]
}

/** Anything that changes what is known of a room. */
export type RoomEvent =
  /** The newest messages, where nothing was known or the server could not tell what changed. */
  | { kind: 'loaded'; messages: readonly Message[]; cursor: number; hasOlder: boolean }
  /** Messages from before the first one known. */
  | { kind: 'older-loaded'; messages: readonly Message[]; hasOlder: boolean }
  /** A message that is new or changed, or with `t: 'rm'` deleted; `seq` is its place as an event. */
  | { kind: 'message'; message: Message; seq: number }
  /** All that changed up to `seq`, as a page of the history tells it. */
  | { kind: 'changes'; messages: readonly Message[]; removed: readonly string[]; seq: number }
  /** A deletion of our own, which the room's order will tell, too. */
  | { kind: 'deleted'; id: string }
  /** The answer to a request of our own, which may be older than what the room's order told. */
  | { kind: 'answered'; message: Message }
  /** Nothing up to this place is missing. */
  | { kind: 'up-to-date'; seq: number }
  | { kind: 'read'; read: ReadPositions }
  | { kind: 'agent'; agent: Agent | undefined }
  | { kind: 'agent-status'; status: string }
  | { kind: 'queue'; queue: QueuePlace }
  | { kind: 'typing'; username: string; on: boolean }
  | { kind: 'closed' }

/** A room of which nothing is known yet. */
export const emptyRoom = (id: string): RoomState => ({
  id,
  messages: [],
  cursor: 0,
  hasOlder: false,
  from: 0,
  read: { visitor: 0, agents: 0 },
  typing: [],
  open: true,
  removed: new Set(),
  unplaced: [],
})

/**
 * The room after an event. Told twice, or after a newer one, an event changes nothing; the same
 * object comes back where nothing changed.
 */
export function applyRoomEvent(state: RoomState, event: RoomEvent): RoomState {
  switch (event.kind) {
    case 'loaded':
      return loaded(state, event)
    case 'older-loaded':
      return olderLoaded(state, event)
    case 'message':
      if (event.seq <= state.cursor) return state
      return { ...withMessage(state, event.message), cursor: event.seq }
    case 'changes': {
      if (event.seq <= state.cursor) return state
      const changed = event.messages.reduce(withMessage, state)
      return { ...event.removed.reduce(withoutMessage, changed), cursor: event.seq }
    }
    case 'deleted':
      return withoutMessage(state, event.id)
    case 'answered':
      return answered(state, event.message)
    case 'up-to-date':
      return event.seq > state.cursor ? { ...state, cursor: event.seq } : state
    case 'read':
      return { ...state, read: furthest(state.read, event.read) }
    case 'agent':
      return served(state, event.agent)
    case 'agent-status':
      return state.agent === undefined
        ? state
        : { ...state, agent: { ...state.agent, status: event.status } }
    case 'queue':
      return { ...served(state, undefined), queue: event.queue }
    case 'typing':
      return withTyping(state, event.username, event.on)
    case 'closed':
      return state.open ? { ...state, open: false, typing: [] } : state
  }
}

/** What is known of a message, whether it is shown or waits for those before it. */
const knownMessage = (state: RoomState, id: string): Message | undefined =>
  state.messages.find(({ _id }) => _id === id) ?? state.unplaced.find(({ _id }) => _id === id)

function answered(state: RoomState, message: Message): RoomState {
  const known = knownMessage(state, message._id)
  // Up to the cursor everything is known: what is not there any more was deleted.
  const isGone = known === undefined && message.seq <= state.cursor && message.seq >= state.from
  return isGone || !isNewer(message, known) ? state : withMessage(state, message)
}

const isNewer = (message: Message, known: Message | undefined): boolean =>
  known === undefined || message.ls > known.ls

function loaded(state: RoomState, event: RoomEvent & { kind: 'loaded' }): RoomState {
  const empty = { ...state, messages: [], unplaced: [], hasOlder: false, cursor: event.cursor }
  // An own message may have been answered before a page that was read before it arrived.
  const later = state.messages.filter(({ seq }) => seq > event.cursor)
  const full = [...event.messages, ...later].reduce<RoomState>(withMessage, empty)
  return {
    ...full,
    hasOlder: event.hasOlder,
    from: event.hasOlder ? lowestPlace(event.messages) : 0,
  }
}

function olderLoaded(state: RoomState, event: RoomEvent & { kind: 'older-loaded' }): RoomState {
  const open = { ...state, hasOlder: false }
  const all = event.messages.reduce<RoomState>((sum, message) => {
    const isKnown = sum.messages.some(({ _id }) => _id === message._id)
    return isKnown ? sum : withMessage(sum, newestOf(message, state.unplaced))
  }, open)
  const from = event.hasOlder ? Math.min(state.from, lowestPlace(event.messages)) : 0
  const unplaced = event.hasOlder ? state.unplaced.filter(({ seq }) => seq < from) : []
  return { ...all, hasOlder: event.hasOlder, from, unplaced }
}

const lowestPlace = (messages: readonly Message[]): number =>
  messages.reduce((lowest, { seq }) => Math.min(lowest, seq), Infinity)

/** A page that was read before a change must not undo the change, which was told meanwhile. */
function newestOf(message: Message, unplaced: readonly Message[]): Message {
  const known = unplaced.find(({ _id }) => _id === message._id)
  return known !== undefined && !isNewer(message, known) ? known : message
}

function withMessage(state: RoomState, message: Message): RoomState {
  if (message.t === 'rm') return withoutMessage(state, message._id)
  if (state.removed.has(message._id)) return state
  if (state.hasOlder && message.seq < state.from) {
    return { ...state, unplaced: placed(state.unplaced, message) }
  }
  const typing = state.typing.filter((username) => username !== message.u.username)
  const next = { ...state, messages: placed(state.messages, message), typing }
  if (message.t !== 'livechat-close') return next
  return { ...next, open: false, closing: message, typing: [] }
}

/** The messages with this one at its place; an earlier state of it is gone. */
function placed(messages: readonly Message[], message: Message): readonly Message[] {
  const index = messages.findLastIndex(({ seq }) => seq <= message.seq)
  const isSame = messages[index]?._id === message._id
  return messages.toSpliced(isSame ? index : index + 1, isSame ? 1 : 0, message)
}

function withoutMessage(state: RoomState, id: string): RoomState {
  if (state.removed.has(id)) return state
  const others = ({ _id }: Message): boolean => _id !== id
  return {
    ...state,
    messages: state.messages.filter(others),
    unplaced: state.unplaced.filter(others),
    removed: new Set(state.removed).add(id),
  }
}

/** Positions never go back, whatever order they are told in. */
function furthest(known: ReadPositions, told: ReadPositions): ReadPositions {
  const byAgent = told.byAgent ?? known.byAgent
  return {
    visitor: Math.max(known.visitor, told.visitor),
    agents: Math.max(known.agents, told.agents),
    ...given({ byAgent }),
  }
}

/** Somebody serves, or nobody; either way the conversation has no place in the queue any more. */
function served(state: RoomState, agent: Agent | undefined): RoomState {
  const { agent: _agent, queue: _queue, ...rest } = state
  return agent === undefined ? rest : { ...rest, agent }
}

function withTyping(state: RoomState, username: string, on: boolean): RoomState {
  if (state.typing.includes(username) === on) return state
  const others = state.typing.filter((one) => one !== username)
  return { ...state, typing: on ? [...others, username] : others }
}
