import type { AppContext } from '../context.ts'
import type { Reader } from '../storage/database.ts'
import { availableAgents } from './agents.ts'
import { drainQueue, methodOf } from './assign.ts'
import { absentAgents, applyLeaveAction } from './leave.ts'
import { chooseAgent } from './policy.ts'

const INTERVAL_MS = 1000

/**
 * Does what no request does: acts for agents who have left, and pulls from the queue what a changed
 * setting has made room for. It keeps nothing in memory; every node runs one.
 */
export class RoutingWorker {
  readonly #ctx: AppContext
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(ctx: AppContext) {
    this.#ctx = ctx
    ctx.metrics.queueLength(() => ctx.db.read(queueLength))
  }

  /** Begins to work once a second. */
  start(): void {
    this.#timer = setInterval(() => {
      if (this.#running !== undefined) return
      this.tick().catch((error: unknown) => {
        // What is due stays due: the next round finds it.
        this.#ctx.log.warn({ err: error }, 'the routing worker could not finish its round')
      })
    }, INTERVAL_MS)
    this.#timer.unref()
  }

  /** One round; begins after the one that may be running, so that it sees what is true now. */
  async tick(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    const round = this.#round()
    this.#running = round.then(noop, noop)
    await round.finally(() => {
      this.#running = undefined
    })
  }

  /** Lets the present round end and begins no other. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #round(): Promise<void> {
    const ctx = this.#ctx
    const errors: unknown[] = []
    for (const userId of await ctx.db.read((reader) => absentAgents(ctx, reader))) {
      // What goes wrong with one agent must not keep the others' conversations.
      await ctx.db
        .transact((tx) => applyLeaveAction(ctx, tx, userId))
        .catch((error: unknown) => errors.push(error))
    }
    let more = await ctx.db.read((reader) => canDrain(ctx, reader))
    while (more) more = await ctx.db.transact((tx) => drainQueue(ctx, tx))
    if (errors.length > 0) throw new AggregateError(errors)
  }
}

const noop = (): void => undefined

/** Asked every second, so it writes and locks nothing. */
async function canDrain(ctx: AppContext, reader: Reader): Promise<boolean> {
  const method = methodOf(ctx)
  if (!method.config.autoAssignAgent) return false
  const [waiting] = await reader.rows(`select id from room where state = 'queued' limit 1`, [])
  if (waiting === undefined) return false
  return chooseAgent(method, await availableAgents(ctx, reader)) !== undefined
}

async function queueLength(reader: Reader): Promise<number> {
  const [row] = await reader.rows<{ count: number }>(
    `select count(*) as count from room where state = 'queued'`,
    [],
  )
  return row?.count ?? 0
}
