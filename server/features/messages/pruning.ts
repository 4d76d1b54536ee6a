import type { Tx } from '../../storage/database.ts'

interface Tombstone {
  id: string
  room_id: string
  changed_seq: number
}

/** The condition stands in an index; marks that readers see stay. */
const OLD_TOMBSTONES = `
  select id, room_id, changed_seq from message
   where deleted = 1 and (kind is null or kind <> 'rm') and changed_at < $1
   order by changed_at limit $2`

/**
 * Removes up to `limit` tombstones of messages that were deleted before a time. Each room remembers
 * up to where its deletions are forgotten, so that a reader from before is told (P4).
 * @returns how many
 */
export async function pruneTombstones(tx: Tx, before: string, limit: number): Promise<number> {
  const tombstones = await tx.rows<Tombstone>(OLD_TOMBSTONES, [before, limit])
  if (tombstones.length === 0) return 0
  const last = new Map<string, number>()
  for (const { room_id: id, changed_seq: seq } of tombstones) {
    last.set(id, Math.max(seq, last.get(id) ?? 0))
  }
  const rooms = await tx.lockRows('room', [...last.keys()], ['id', 'pruned_seq'])
  await tx.updateRows(
    'room',
    rooms.map(({ id, pruned_seq: seq }) => ({ id, pruned_seq: Math.max(seq, last.get(id) ?? 0) })),
  )
  const ids = tombstones.map(({ id }) => id)
  await tx.q.deleteFrom('message').where('id', 'in', ids).execute()
  return ids.length
}
