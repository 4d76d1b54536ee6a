import type { Row } from '../../storage/tables.ts'
import type { WireMessage } from '../messages/contract.ts'
import { toWireMessage } from '../messages/wire.ts'

/** A message as agents see it: without any visitor's token (S2). */
export const toStaff = (message: Row<'message'>): WireMessage =>
  toWireMessage(message, { type: 'staff' })

/** What is left to tell of deleted messages to a client that keeps a copy by time. */
export const removedMessages = (
  messages: readonly Row<'message'>[],
): { _id: string; _deletedAt: string }[] =>
  messages.map(({ id, changed_at }) => ({ _id: id, _deletedAt: changed_at }))
