import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { inTime } from './lib/in-time.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const OPERATIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
/** A count that takes longer is left out of a scrape. */
const PATIENCE_MS = 2000

/**
 * The process's metrics. Labels are route templates and fixed words, never anything a client
 * sent. Building them twice (two servers in one test process) gives two registries.
 */
export interface Metrics {
  registry: Registry
  /** One request ended. `route` is the template, e.g. `/api/v1/livechat/message/:_id`. */
  request(method: string, route: string, status: number, seconds: number): void
  /** Messages became durable. */
  messagesStored(author: string, count: number): void
  /** A commit of `operations` took `seconds`. */
  committed(operations: number, seconds: number): void
  /** Registers how to count the waiting conversations when somebody scrapes. */
  queueLength(count: () => Promise<number>): void
}

/** Builds a registry with the process metrics and Foyer's own. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'foyer_request_duration_seconds',
    help: 'Time from request to answer by route template',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  const messages = new Counter({
    name: 'foyer_messages_total',
    help: 'Messages stored, by type of author',
    labelNames: ['author'],
    registers: [registry],
  })
  const groupSize = new Histogram({
    name: 'foyer_commit_operations',
    help: 'Operations that shared one commit',
    buckets: OPERATIONS,
    registers: [registry],
  })
  const commitTime = new Histogram({
    name: 'foyer_commit_duration_seconds',
    help: 'Time of one commit, its statements included',
    buckets: SECONDS,
    registers: [registry],
  })
  return {
    registry,
    request: (method, route, status, seconds) =>
      requests.observe({ method, route, status }, seconds),
    messagesStored: (author, count) => messages.inc({ author }, count),
    committed: (operations, seconds) => {
      groupSize.observe(operations)
      commitTime.observe(seconds)
    },
    queueLength: (count) => {
      const gauge = new Gauge({
        name: 'foyer_queue_length',
        help: 'Conversations that wait for an agent',
        registers: [],
        async collect() {
          // A database that is away must not hide the other figures.
          gauge.set(await inTime(PATIENCE_MS, count()).catch(() => Number.NaN))
        },
      })
      registry.registerMetric(gauge)
    },
  }
}
