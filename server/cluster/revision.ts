import type { Reader, Tx } from '../storage/database.ts'

/** The tables that every process holds in memory, or tells its clients of. */
export const HELD = ['settings', 'permissions', 'roles'] as const

/** One of the tables of `HELD`. */
export type HeldTopic = (typeof HELD)[number]

const counterOf = (topic: HeldTopic): string => `revision:${topic}`

/**
 * Says in the transaction that changes a held table that it does: rings, and counts, so that a
 * process that hears no ring sees it, too. @returns the number of the change
 */
export async function announce(tx: Tx, topic: HeldTopic): Promise<number> {
  tx.ring(topic)
  const [row] = await tx.rows<{ value: number }>(
    `insert into counter (id, value) values ($1, 1)
       on conflict (id) do update set value = counter.value + 1 returning value`,
    [counterOf(topic)],
  )
  return row?.value ?? 0
}

/** The number of the last change of each held table; those that never changed are absent. */
export async function readRevisions(reader: Reader): Promise<Map<HeldTopic, number>> {
  const rows = await reader.rows<{ id: string; value: number }>(
    'select id, value from counter where id in ($1, $2, $3)',
    HELD.map(counterOf),
  )
  const numbers = new Map(rows.map(({ id, value }) => [id, value]))
  return new Map(HELD.map((topic) => [topic, numbers.get(counterOf(topic)) ?? 0]))
}

/**
 * How far the copy of a held table in this process goes. A change made here holds here from its
 * commit on, and a reading that began before it must not undo it.
 */
export class Revision {
  #complete = -1
  #own = -1

  /** The copy holds every change up to this one. */
  get complete(): number {
    return this.#complete
  }

  /** This process has committed a change and applied it to its copy. */
  committed(number: number): void {
    if (number === this.#complete + 1) this.#complete = number
    this.#own = Math.max(this.#own, number)
  }

  /** Whether a reading as of `number` is as new as the copy; if so, it is about to become it. */
  takes(number: number): boolean {
    if (number < Math.max(this.#complete, this.#own)) return false
    this.#complete = number
    return true
  }
}
