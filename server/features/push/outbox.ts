import type { AppContext } from '../../context.ts'
import type { Tx } from '../../storage/database.ts'

/** Kind of the jobs that find out whom to tell. */
export const PUSH_JOB = 'push'
/** Kind of the jobs that tell one browser. */
export const PUSH_SEND_JOB = 'push-send'

/** Where this server's keys are kept; hidden, and empty until somebody subscribes. */
export const PUSH_KEYS = 'Foyer_push_keys'

/** Whom a notification is for: one agent, or whoever may choose from the queue. */
export interface PushPayload {
  userId?: string
}

/**
 * Has the agent told of a conversation that he was given, or without one all agents of one that
 * waits: durable with the transaction. While nobody has subscribed it is a look into memory.
 */
export async function tellPush(
  { settings, jobs }: Pick<AppContext, 'settings' | 'jobs'>,
  tx: Tx,
  roomId: string,
  userId?: string,
): Promise<void> {
  if (settings.get(PUSH_KEYS) === '') return
  const payload: PushPayload = userId === undefined ? {} : { userId }
  await jobs.add(tx, [
    { kind: PUSH_JOB, orderKey: `push:${roomId}`, payload: { ...payload }, roomId },
  ])
}
