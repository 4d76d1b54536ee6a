import type { AppContext, Caller } from '../../context.ts'
import { ApiError } from '../../contract/errors.ts'
import { changeExtra } from '../messages/change-store.ts'
import { findMessageInRoom } from '../messages/store.ts'
import { mayReadRoom, mayWriteRoom } from '../rooms/access.ts'
import { lockRoom } from '../rooms/store.ts'
import { findReadable } from './access.ts'

const EMOJI = /^[a-z0-9_+-]{1,64}$/i
const MAX_EMOJIS = 50

type Reactions = Record<string, { usernames: string[] }>

/** What somebody thinks of a message. */
export interface Reaction {
  messageId: string
  /** Short name, with or without colons. */
  emoji: string
  /** Absent: the other way round than now. */
  add?: boolean | undefined
}

/** Adds or takes back a reaction: a change of the message at the next place of its room. */
export async function react(
  ctx: AppContext,
  caller: Caller,
  { messageId, emoji, add }: Reaction,
): Promise<void> {
  const found = await ctx.db.read((reader) => findReadable(ctx, reader, caller, messageId))
  if (found === undefined) throw new ApiError('error-message-not-found')
  const name = emojiName(emoji)
  await ctx.db.transact(async (tx) => {
    const room = await lockRoom(tx, found.room_id)
    if (room === undefined || !(await mayReadRoom(ctx, tx, caller, room))) {
      throw new ApiError('error-message-not-found')
    }
    const message = await findMessageInRoom(tx, room.id, messageId)
    if (message === undefined || message.deleted === 1) {
      throw new ApiError('error-message-not-found')
    }
    if (message.kind !== null || !(await mayWriteRoom(ctx, tx, caller, room))) {
      throw new ApiError('error-not-allowed')
    }
    if (room.state === 'closed') throw new ApiError('room-closed')
    const { reactions = {}, ...extra } = (
      message.extra === null ? {} : JSON.parse(message.extra)
    ) as { reactions?: Reactions }
    const changed = changedReactions(reactions, name, caller.username, add)
    if (changed === undefined) return
    const rest = Object.keys(changed).length === 0 ? extra : { ...extra, reactions: changed }
    await changeExtra(tx, room, message, rest, ctx.clock.now())
  })
}

function emojiName(emoji: string): string {
  const name = emoji.replace(/^:(.*):$/, '$1')
  if (!EMOJI.test(name)) {
    throw new ApiError('error-not-allowed', { reason: 'Invalid emoji provided.' })
  }
  return `:${name}:`
}

/** The reactions afterwards, or undefined when nothing changes. */
function changedReactions(
  reactions: Reactions,
  emoji: string,
  username: string,
  add: boolean | undefined,
): Reactions | undefined {
  const { [emoji]: before, ...others } = reactions
  const usernames = before?.usernames ?? []
  const reacted = usernames.includes(username)
  if (add === reacted) return undefined
  if (reacted) {
    const rest = usernames.filter((name) => name !== username)
    return rest.length === 0 ? others : { ...reactions, [emoji]: { usernames: rest } }
  }
  if (before === undefined && Object.keys(reactions).length >= MAX_EMOJIS) {
    throw new ApiError('error-not-allowed', { reason: 'The message has too many reactions' })
  }
  return { ...reactions, [emoji]: { usernames: [...usernames, username] } }
}
