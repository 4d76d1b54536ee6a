import { ApiError } from '../../contract/errors.ts'
import { timeAfter } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Tx } from '../../storage/database.ts'
import type { AuthorType, Row } from '../../storage/tables.ts'
import { markReplied } from '../subscriptions/store.ts'
import type { AppendListener } from '../webhooks/outbox.ts'
import {
  AGENT_MESSAGE_COLUMNS,
  agentWrote,
  ANSWERING_COLUMNS,
  ANY_MESSAGE_COLUMNS,
  SENDING_COLUMNS,
  VISITOR_MESSAGE_COLUMNS,
  visitorWrote,
  type AnsweringRoom,
  type SendingRoom,
} from './room-activity.ts'

/** The pair that identifies an author, with the names that his message carries. */
export interface Author {
  type: AuthorType
  id: string
  username: string
  /** Absent: the room's label, which is the visitor's name. */
  name?: string | undefined
}

/** A message before it has a place. */
export interface Draft {
  roomId: string
  /** Chosen by the client; sending it again is then the same message. */
  id?: string | undefined
  author: Author
  text: string
  /** Markup tree as JSON, null for plain text. */
  md: string | null
  /** System message type. */
  kind?: string
  extra?: Record<string, unknown>
  hidden?: boolean
  now: number
  /**
   * Whether the author may see the room at all. Absent and foreign rooms are answered alike.
   * System messages are written by operations that hold the room already.
   */
  owns?: (room: SendingRoom) => boolean
  /** Whether the author may write now: state of the room, then whatever is wrong with the text. */
  refuse?: (room: SendingRoom) => ApiError | undefined
  /**
   * What becomes true together with the message, in its transaction; may throw to refuse both.
   * Not called for a message that was already stored.
   */
  also?: (tx: Tx, message: Row<'message'>) => Promise<void>
}

/**
 * Appends messages to their rooms, each at the next place of the room's order, with times that
 * strictly grow in a room and the room's counters moved on (P2, P3). Works on a set: a few
 * statements for any number of messages. A refused draft has an error as its outcome and writes
 * nothing. The listener hears of what is new, not of what was stored already.
 */
export async function appendMessages(
  tx: Tx,
  drafts: readonly Draft[],
  listener?: AppendListener,
): Promise<(Row<'message'> | ApiError)[]> {
  const rooms = await lockRooms(tx, drafts)
  const stored = await findStored(tx, drafts)
  const appended = new Appended(rooms, stored)
  const outcomes = drafts.map((draft) => appended.add(draft))
  await appended.write(tx)
  if (appended.added.length > 0) await listener?.(tx, appended.added)
  return outcomes
}

/** Appends one system message to a room that the caller has locked. */
export async function appendSystemMessage(tx: Tx, draft: Omit<Draft, 'md'>): Promise<void> {
  const [outcome] = await appendMessages(tx, [{ ...draft, md: null }])
  if (outcome instanceof Error) throw outcome
}

async function lockRooms(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, SendingRoom>> {
  const ids = new Set(drafts.map(({ roomId }) => roomId))
  const columns = drafts.some(isOfAgent) ? ANSWERING_COLUMNS : SENDING_COLUMNS
  const rows: SendingRoom[] = await tx.lockRows('room', [...ids], columns)
  return new Map(rows.map((row) => [row.id, row]))
}

const isOfAgent = ({ author }: Draft): boolean => author.type === 'agent' || author.type === 'bot'

async function findStored(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Row<'message'>>> {
  const ids = new Set(drafts.flatMap(({ id }) => (id === undefined ? [] : [id])))
  if (ids.size === 0) return new Map()
  const rows = await tx.q
    .selectFrom('message')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

type Touched = 'any' | 'visitor' | 'agent'

class Appended {
  readonly #rooms: Map<string, SendingRoom>
  readonly #known: Map<string, Row<'message'>>
  readonly #new: Row<'message'>[] = []
  readonly #also: { draft: Draft; row: Row<'message'> }[] = []
  readonly #touched = new Map<SendingRoom, Touched>()

  constructor(rooms: Map<string, SendingRoom>, known: Map<string, Row<'message'>>) {
    this.#rooms = rooms
    this.#known = known
  }

  get added(): readonly Row<'message'>[] {
    return this.#new
  }

  add(draft: Draft): Row<'message'> | ApiError {
    const room = this.#rooms.get(draft.roomId)
    if (room === undefined || draft.owns?.(room) === false) return new ApiError('invalid-room')
    const known = draft.id === undefined ? undefined : this.#known.get(draft.id)
    if (known !== undefined) return sameAuthor(known, draft.author)
    const refusal = draft.refuse?.(room)
    if (refusal !== undefined) return refusal
    const row = place(room, draft)
    this.#new.push(row)
    if (draft.also !== undefined) this.#also.push({ draft, row })
    if (draft.id !== undefined) this.#known.set(draft.id, row)
    this.#touch(room, row, draft.author)
    return row
  }

  async write(tx: Tx): Promise<void> {
    await tx.insertRows('message', this.#new)
    await this.#update(tx, 'any', ANY_MESSAGE_COLUMNS)
    await this.#update(tx, 'visitor', VISITOR_MESSAGE_COLUMNS)
    await this.#update(tx, 'agent', AGENT_MESSAGE_COLUMNS)
    await markReplied(tx, this.#new.filter(isReply))
    for (const { draft, row } of this.#also) await draft.also?.(tx, row)
  }

  #touch(room: SendingRoom, row: Row<'message'>, author: Author): void {
    const before = this.#touched.get(room)
    if (row.kind !== null || author.type === 'system') {
      this.#touched.set(room, before ?? 'any')
      return
    }
    if (author.type === 'visitor') {
      visitorWrote(room, row.ts)
      this.#touched.set(room, before === 'agent' ? 'agent' : 'visitor')
      return
    }
    // Read whole, since an agent is among the authors.
    agentWrote(room as AnsweringRoom, author, row.ts)
    this.#touched.set(room, 'agent')
  }

  async #update(
    tx: Tx,
    touched: Touched,
    columns: readonly (keyof AnsweringRoom)[],
  ): Promise<void> {
    const rooms: SendingRoom[] = []
    for (const [room, how] of this.#touched) if (how === touched) rooms.push(room)
    await tx.updateRows('room', rooms, columns)
  }
}

/** Written by a signed-in person: he has seen what stands above his own words. */
const isReply = ({ kind, author_type }: Row<'message'>): boolean =>
  kind === null && (author_type === 'agent' || author_type === 'bot')

function sameAuthor(known: Row<'message'>, author: Author): Row<'message'> | ApiError {
  if (known.author_type === author.type && known.author_id === author.id) return known
  return new ApiError('error-message-id-taken')
}

/** Now, or else just after every earlier message and every earlier change of one. */
const timeIn = ({ last_message_at: said, updated_at: changed }: SendingRoom, now: number): string =>
  timeAfter(said > changed ? said : changed, now)

function place(room: SendingRoom, draft: Draft): Row<'message'> {
  const ts = timeIn(room, draft.now)
  room.seq += 1
  if (draft.hidden !== true) room.messages += 1
  room.last_message_at = ts
  room.updated_at = ts
  return {
    id: draft.id ?? newId(draft.now),
    room_id: room.id,
    seq: room.seq,
    changed_seq: room.seq,
    ts,
    changed_at: ts,
    author_type: draft.author.type,
    author_id: draft.author.id,
    author_username: draft.author.username,
    author_name: draft.author.name ?? room.label,
    kind: draft.kind ?? null,
    text: draft.text,
    md: draft.md,
    extra: draft.extra === undefined ? null : JSON.stringify(draft.extra),
    edited_at: null,
    edited_by_id: null,
    edited_by_username: null,
    deleted: 0,
    hidden: draft.hidden === true ? 1 : 0,
  }
}
