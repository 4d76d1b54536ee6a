import type { Row } from '../../storage/tables.ts'

/** What sending needs to know of a room; read under its lock. */
export const SENDING_COLUMNS = [
  'id',
  'visitor_id',
  'state',
  'seq',
  'messages',
  'label',
  'last_message_at',
  'updated_at',
  'served_by_id',
  'question_at',
  'answered_at',
] as const satisfies (keyof Row<'room'>)[]

/** What it needs beside that where an agent is among the authors. */
export const ANSWERING_COLUMNS = [
  ...SENDING_COLUMNS,
  'created_at',
  'visitor_last_message_at',
  'served_at',
  'waiting_response',
  'responder_id',
  'responder_username',
  'responder_first_at',
  'responder_last_at',
  'response_count',
  'response_total',
  'first_response',
  'first_response_at',
  'first_reaction',
  'first_reaction_at',
  'reaction_total',
] as const satisfies (keyof Row<'room'>)[]

/** A room as sending sees it. */
export type SendingRoom = Pick<Row<'room'>, (typeof SENDING_COLUMNS)[number]>
/** A room as an agent's message needs it; the measures of answering are kept up to date in it. */
export type AnsweringRoom = Pick<Row<'room'>, (typeof ANSWERING_COLUMNS)[number]>

/** Columns that any message may change. */
export const ANY_MESSAGE_COLUMNS = [
  'id',
  'seq',
  'messages',
  'last_message_at',
  'updated_at',
] as const satisfies (keyof SendingRoom)[]

/** Columns that a visitor's message may change. */
export const VISITOR_MESSAGE_COLUMNS = [
  ...ANY_MESSAGE_COLUMNS,
  'visitor_last_message_at',
  'question_at',
  'waiting_response',
  'responder_id',
  'responder_username',
  'responder_first_at',
  'responder_last_at',
] as const satisfies (keyof AnsweringRoom)[]

/** Columns that an agent's message may change. */
export const AGENT_MESSAGE_COLUMNS = ANSWERING_COLUMNS.filter(
  (column) =>
    !['visitor_id', 'state', 'label', 'created_at', 'served_by_id', 'served_at'].includes(column),
)

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

/**
 * A visitor wrote: a new question begins unless one is open, and the room waits for an answer
 * (domain model, section 8).
 */
export function visitorWrote(room: SendingRoom & Partial<AnsweringRoom>, at: string): void {
  const answered = room.answered_at !== null && room.answered_at >= (room.question_at ?? '')
  if (room.question_at === null || answered) room.question_at = at
  room.visitor_last_message_at = at
  room.waiting_response = 1
  room.responder_id = null
  room.responder_username = null
  room.responder_first_at = null
  room.responder_last_at = null
}

/**
 * An agent wrote: it answers the open question, if there is one; his first message to a room
 * counts as first response also when the visitor has not written, but only once.
 */
export function agentWrote(
  room: AnsweringRoom,
  agent: { id: string; username: string },
  at: string,
): void {
  if (room.waiting_response === 1 || room.responder_id === null) {
    room.waiting_response = 0
    room.responder_id = agent.id
    room.responder_username = agent.username
    room.responder_first_at = at
  }
  room.responder_last_at = at
  const question = room.question_at ?? room.created_at
  const first = room.answered_at === null
  if (!first && question <= (room.answered_at ?? '')) return
  const response = seconds(question, at)
  // Who takes over reacts from then on, not from a question that was put to somebody else.
  const served = room.served_at ?? room.created_at
  const reaction = first || served > question ? seconds(served, at) : response
  if (first) {
    room.first_response = response
    room.first_response_at = at
    room.first_reaction = reaction
    room.first_reaction_at = at
  }
  room.response_count += 1
  room.response_total += response
  room.reaction_total += reaction
  room.answered_at = at
}
