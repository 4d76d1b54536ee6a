import type { AppContext } from '../../context.ts'
import type { Tx } from '../../storage/database.ts'
import { forgetCountedMail } from '../transcripts/quota.ts'
import { boundOf, RETENTION_RULES } from './retention.ts'

const LOOK_MS = 60_000
const INTERVAL_MS = 3_600_000
/** A round that takes longer leaves the rest to the next, which then is due at once. */
const ROUND_MS = 20_000
/** When the next round is due, in epoch milliseconds. */
const DUE = 'retention.due'

/**
 * Removes what has been kept long enough, once an hour. When the next round is due stands in the
 * database, and is moved on before the work begins: of several processes one does it, and a start
 * neither repeats nor forgets it.
 */
export class RetentionWorker {
  readonly #ctx: AppContext
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> | undefined
  #stopped = false

  constructor(ctx: AppContext) {
    this.#ctx = ctx
  }

  /** Begins to look, once a minute, whether a round is due. */
  start(): void {
    this.#timer = setInterval(() => {
      this.tick().catch((error: unknown) => {
        this.#ctx.log.warn({ err: error }, 'the retention worker could not finish its round')
      })
    }, LOOK_MS)
    this.#timer.unref()
  }

  /** Does a round if one is due and none is at work here. @returns how much was removed */
  async tick(): Promise<number> {
    if (this.#running !== undefined || this.#stopped) return 0
    const round = this.#roundIfDue()
    this.#running = round.catch(() => undefined)
    try {
      return await round
    } finally {
      this.#running = undefined
    }
  }

  /** Lets the present step end and begins no other. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  async #roundIfDue(): Promise<number> {
    const { db, clock } = this.#ctx
    const now = clock.now()
    const [next] = await db.read((reader) =>
      reader.rows<{ value: number }>('select value from counter where id = $1', [DUE]),
    )
    if (next !== undefined && next.value > now) return 0
    if (!(await db.transact((tx) => claimRound(tx, now)))) return 0
    await db.transact((tx) => forgetCountedMail(tx, now))
    const { removed, left } = await this.#round(performance.now() + ROUND_MS)
    if (left) await db.transact((tx) => setDue(tx, now))
    if (removed > 0) await db.purge()
    return removed
  }

  async #round(until: number): Promise<{ removed: number; left: boolean }> {
    const { db } = this.#ctx
    let removed = 0
    for (const rule of RETENTION_RULES) {
      const before = boundOf(this.#ctx, rule)
      if (before === undefined) continue
      for (;;) {
        if (this.#stopped || performance.now() > until) return { removed, left: true }
        const count = await db.transact((tx) => rule.step(this.#ctx, tx, before))
        if (count === 0) break
        removed += count
      }
    }
    return { removed, left: false }
  }
}

/** @returns whether the round is this process's */
async function claimRound(tx: Tx, now: number): Promise<boolean> {
  const rows = await tx.rows(
    `insert into counter (id, value) values ($1, $2)
       on conflict (id) do update set value = excluded.value where counter.value <= $3
       returning id`,
    [DUE, now + INTERVAL_MS, now],
  )
  return rows.length > 0
}

const setDue = (tx: Tx, now: number): Promise<unknown> =>
  tx.rows('update counter set value = $2 where id = $1', [DUE, now])
