import { isoTime } from '../lib/clock.ts'
import type { BusState } from '../bus/bus.ts'
import type { Reader, Tx } from '../storage/database.ts'
import type { Row } from '../storage/tables.ts'

/** A process as the others see it. */
export type NodeRow = Pick<Row<'node'>, 'id' | 'name' | 'beat' | 'bus' | 'leaving'>

/** Says that the process lives. @returns whether the others knew it, or had given it up */
export async function beat(
  tx: Tx,
  node: { id: string; name: string; bus: BusState },
  now: number,
): Promise<boolean> {
  const at = isoTime(now)
  const [row] = await tx.rows<{ beat: number }>(
    `insert into node (id, name, beat, beat_at, bus, leaving, started_at)
       values ($1, $2, 1, $3, $4, 0, $3)
       on conflict (id) do update
         set beat = node.beat + 1, beat_at = excluded.beat_at, bus = excluded.bus
       returning beat`,
    [node.id, node.name, at, node.bus],
  )
  return (row?.beat ?? 1) > 1
}

export const listNodes = (reader: Reader): Promise<NodeRow[]> =>
  reader.rows('select id, name, beat, bus, leaving from node order by started_at, id', [])

/** Processes that hold presence and are in no list: they were given up while they wrote it. */
export async function lostHolders(reader: Reader): Promise<string[]> {
  const rows = await reader.rows<{ id: string }>(
    `select distinct node_id as id from presence
      where not exists (select 1 from node where node.id = presence.node_id)`,
    [],
  )
  return rows.map(({ id }) => id)
}

/** Takes a process off the list, unless it has given a sign of life since. */
export async function removeNode(
  tx: Tx,
  { id, beat }: Pick<NodeRow, 'id' | 'beat'>,
): Promise<void> {
  await tx.rows('delete from node where id = $1 and beat = $2', [id, beat])
}

/**
 * Says that the process ends. While it holds presence it stays on the list, so that those who were
 * connected to it find another before they count as gone.
 */
export async function leave(tx: Tx, id: string): Promise<void> {
  await tx.rows('update node set leaving = 1 where id = $1', [id])
  await tx.rows(
    `delete from node where id = $1
        and not exists (select 1 from presence where node_id = $1)`,
    [id],
  )
}
