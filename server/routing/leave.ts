import type { AppContext } from '../context.ts'
import { lockRoom } from '../features/rooms/store.ts'
import { isoTime } from '../lib/clock.ts'
import type { Reader, Tx } from '../storage/database.ts'
import { drainQueue } from './assign.ts'
import { closeLockedRoom } from './close-room.ts'
import { returnToQueue } from './return-room.ts'
import { lockRouting } from './routing-lock.ts'
import { SYSTEM_USER } from './system-user.ts'

/** Agents whose absence has an effect now, and conversations given before it can have one. */
const ABSENT = `
  select distinct u.id
    from "user" u
    join room r on r.served_by_id = u.id and r.state = 'taken' and r.served_at <= $1
   where u.left_at <= $1`

/** Who serves conversations although he has been away for longer than the setting allows. */
export async function absentAgents(ctx: AppContext, reader: Reader): Promise<string[]> {
  if (ctx.settings.get('Livechat_agent_leave_action') === 'none') return []
  const rows = await reader.rows<{ id: string }>(ABSENT, [cutoff(ctx)])
  return rows.map(({ id }) => id)
}

const cutoff = (ctx: AppContext): string =>
  isoTime(ctx.clock.now() - ctx.settings.get('Livechat_agent_leave_action_timeout') * 1000)

/**
 * Forwards or closes what an absent agent serves, as the setting says. The due time is the row's
 * own, so that a restart loses none, and the state is looked at again under the locks: whoever
 * comes second, on this node or another, finds nothing left to do, and so does he who finds the
 * agent back.
 */
export async function applyLeaveAction(ctx: AppContext, tx: Tx, userId: string): Promise<void> {
  const action = ctx.settings.get('Livechat_agent_leave_action')
  if (action === 'none') return
  const due = cutoff(ctx)
  const [user] = await tx.lockRows('user', [userId], ['id', 'left_at'])
  const leftAt = user?.left_at ?? null
  if (leftAt === null || leftAt > due) return
  await lockRouting(tx)
  const rooms = await tx.q
    .selectFrom('room')
    .select('id')
    .where('served_by_id', '=', userId)
    .where('state', '=', 'taken')
    .where('served_at', '<=', due)
    .orderBy('id')
    .execute()
  for (const { id } of rooms) {
    const room = await lockRoom(tx, id)
    if (room?.state !== 'taken') continue
    if (action === 'forward') {
      await returnToQueue(ctx, tx, room, { by: SYSTEM_USER })
      continue
    }
    await closeLockedRoom(ctx, tx, room, {
      by: SYSTEM_USER,
      comment: ctx.settings.get('Livechat_agent_leave_comment'),
      tags: [],
    })
  }
  if (action === 'forward') await drainQueue(ctx, tx)
}
