import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MetricValue } from 'prom-client'
import packageFile from '../../../package.json' with { type: 'json' }
import type { NodeReport, Nodes } from '../../cluster/nodes.ts'
import type { AppContext } from '../../context.ts'
import { inTime } from '../../lib/in-time.ts'
import type { Metrics } from '../../metrics.ts'
import { pingDatabase } from './store.ts'

/** A database that needs longer than this to answer one row is as good as away. */
const PATIENCE_MS = 2000

/** Details for the operator, beside the word that everybody gets. */
export interface HealthDetails {
  version: string
  engine: 'sqlite' | 'postgres'
  uptimeSeconds: number
  /** Conversations that wait for an agent; null when the database does not answer. */
  queueLength: number | null
  /** How long one turn of the event loop takes now. */
  loopLagMs: number
  memoryMb: number
  commits: { count: number; operations: number; seconds: number }
  /** How this process hears of what the others commit. */
  bus: {
    state: 'alone' | 'connected' | 'lost'
    /** How long the last rings took to leave; null before there were any. */
    lagMs: number | null
  }
  /** Every process of the installation, as this one sees it. */
  nodes: NodeReport[]
}

/** Answers whether the server can do its work. Questions at the same moment share one look. */
export class HealthCheck {
  readonly #ctx: AppContext
  #running: Promise<boolean> | undefined

  constructor(ctx: AppContext) {
    this.#ctx = ctx
  }

  /** Whether the database answers in time. */
  isHealthy(): Promise<boolean> {
    this.#running ??= this.#ask().finally(() => (this.#running = undefined))
    return this.#running
  }

  async #ask(): Promise<boolean> {
    const { db, log } = this.#ctx
    try {
      await inTime(PATIENCE_MS, db.read(pingDatabase))
      return true
    } catch (error) {
      log.warn({ err: error }, 'the database does not answer')
      return false
    }
  }
}

/** What the operator wants to know of a server at a glance; `healthy`: ask the database, too. */
export async function readDetails(
  ctx: AppContext,
  nodes: Nodes,
  healthy: boolean,
): Promise<HealthDetails> {
  const { metrics } = ctx
  return {
    version: packageFile.version,
    engine: ctx.db.engine,
    uptimeSeconds: Math.floor(process.uptime()),
    queueLength: healthy ? await figure(metrics, 'foyer_queue_length') : null,
    loopLagMs: await loopLag(),
    memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
    commits: {
      count: (await figure(metrics, 'foyer_commit_duration_seconds', 'count')) ?? 0,
      operations: (await figure(metrics, 'foyer_commit_operations', 'sum')) ?? 0,
      seconds: (await figure(metrics, 'foyer_commit_duration_seconds', 'sum')) ?? 0,
    },
    bus: { state: ctx.bus.state, lagMs: ctx.bus.lagMs },
    nodes: nodes.report(),
  }
}

async function loopLag(): Promise<number> {
  const started = performance.now()
  await nextTurn()
  return Math.round((performance.now() - started) * 10) / 10
}

/** One figure of a metric: its value, or with `part` that of a histogram. */
async function figure(
  { registry }: Metrics,
  name: string,
  part?: 'count' | 'sum',
): Promise<number | null> {
  const metric = await registry.getSingleMetric(name)?.get()
  const values: (MetricValue<string> & { metricName?: string })[] = metric?.values ?? []
  const wanted = part === undefined ? undefined : `${name}_${part}`
  const found = values.find(({ metricName }) => metricName === wanted)?.value
  return found === undefined || Number.isNaN(found) ? null : found
}
