import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
} from 'prom-client'
import { inTime } from './lib/in-time.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const OPERATIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
/** A count that takes longer is left out of a scrape. */
const PATIENCE_MS = 2000

/** How the run of a job ended: `failed` is tried again, `dead` is not. */
export type JobOutcome = 'done' | 'failed' | 'dead'

/** Work that waits, and work that was given up. */
export interface JobFigures {
  due: number
  oldestDueSeconds: number
  dead: number
}

/** What has gone over the sockets of this process. */
export interface SocketFigures {
  open: number
  sent: number
  /** Left out because the socket was behind. */
  shed: number
  /** Closed because they did not take what was sent. */
  slow: number
}

/**
 * The process's metrics. Labels are route templates and fixed words, never anything a client
 * sent. Building them twice (two servers in one test process) gives two registries.
 */
export interface Metrics {
  registry: Registry
  /** The figures in the text form of Prometheus; of all workers where this is one of several. */
  text(): Promise<string>
  /** One request ended. `route` is the template, e.g. `/api/v1/livechat/message/:_id`. */
  request(method: string, route: string, status: number, seconds: number): void
  /** Messages became durable. */
  messagesStored(author: string, count: number): void
  /** A commit of `operations` took `seconds`. */
  committed(operations: number, seconds: number): void
  /** Registers how to count the waiting conversations when somebody scrapes. */
  queueLength(count: () => Promise<number>): void
  /** A run of a job ended. */
  jobEnded(kind: string, outcome: JobOutcome): void
  /** Registers how to look at the table of jobs when somebody scrapes. */
  jobs(figures: () => Promise<JobFigures>): void
  /** Registers where the figures of the sockets are when somebody scrapes. */
  sockets(figures: () => SocketFigures): void
  /** Registers how to see whether this process hears the others when somebody scrapes. */
  bus(isLost: () => boolean): void
}

/**
 * Builds a registry with the process metrics and Foyer's own.
 * @param ofAll where this is one of several workers: asks for the figures of all of them
 */
export function createMetrics(ofAll?: () => Promise<string | undefined>): Metrics {
  const registry = new Registry()
  if (ofAll !== undefined) {
    AggregatorRegistry.setRegistries(registry)
    // Answers the process that adds the figures up.
    void new AggregatorRegistry()
  }
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
  const jobRuns = new Counter({
    name: 'foyer_job_runs_total',
    help: 'Runs of jobs (webhooks, e-mails, removals of files), by kind and how they ended',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  })
  // Asked for by labels it would look them all over again with every request.
  const requestsBy = new Map<string, ReturnType<typeof requests.labels>>()
  return {
    registry,
    text: async () => (await ofAll?.()) ?? registry.metrics(),
    request: (method, route, status, seconds) => {
      const key = `${method} ${route} ${status}`
      let histogram = requestsBy.get(key)
      if (histogram === undefined) {
        histogram = requests.labels({ method, route, status })
        requestsBy.set(key, histogram)
      }
      histogram.observe(seconds)
    },
    messagesStored: (author, count) => messages.inc({ author }, count),
    committed: (operations, seconds) => {
      groupSize.observe(operations)
      commitTime.observe(seconds)
    },
    queueLength: (count) => {
      const gauge = new Gauge({
        name: 'foyer_queue_length',
        help: 'Conversations that wait for an agent',
        // Every worker counts the same ones.
        aggregator: 'first',
        registers: [],
        async collect() {
          // A database that is away must not hide the other figures.
          gauge.set(await inTime(PATIENCE_MS, count()).catch(() => Number.NaN))
        },
      })
      registry.registerMetric(gauge)
    },
    jobEnded: (kind, outcome) => jobRuns.inc({ kind, outcome }),
    jobs: (figures) => registerJobs(registry, figures),
    sockets: (figures) => registerSockets(registry, figures),
    bus: (isLost) => {
      const gauge: Gauge = new Gauge({
        name: 'foyer_bus_connected',
        help: 'Whether this process hears the others: 0 while it is cut off',
        aggregator: 'min',
        registers: [registry],
        collect: (): void => gauge.set(isLost() ? 0 : 1),
      })
    },
  }
}

const JOB_GAUGES = {
  due: ['foyer_jobs_due', 'Jobs that are due and not begun, those behind a failing one among them'],
  oldestDueSeconds: ['foyer_jobs_oldest_due_seconds', 'How long the oldest of these has been due'],
  dead: ['foyer_jobs_dead', 'Jobs that were given up and wait for an administrator'],
} as const satisfies Record<keyof JobFigures, readonly [name: string, help: string]>

function registerJobs(registry: Registry, figures: () => Promise<JobFigures>): void {
  const unknown = { due: Number.NaN, oldestDueSeconds: Number.NaN, dead: Number.NaN }
  let asking: Promise<JobFigures> | undefined
  /** All gauges of one scrape share one look. */
  const ask = (): Promise<JobFigures> =>
    (asking ??= inTime(PATIENCE_MS, figures())
      .catch(() => unknown)
      .finally(() => (asking = undefined)))
  for (const figure of ['due', 'oldestDueSeconds', 'dead'] as const) {
    const [name, help] = JOB_GAUGES[figure]
    const gauge = new Gauge({
      name,
      help,
      aggregator: 'first',
      registers: [],
      async collect() {
        gauge.set((await ask())[figure])
      },
    })
    registry.registerMetric(gauge)
  }
}

function registerSockets(registry: Registry, figures: () => SocketFigures): void {
  const open: Gauge = new Gauge({
    name: 'foyer_sockets',
    help: 'Open sockets',
    registers: [registry],
    collect: (): void => open.set(figures().open),
  })
  for (const [name, help, figure] of [
    ['foyer_socket_frames_total', 'Frames sent over sockets', 'sent'],
    ['foyer_socket_frames_shed_total', 'Typing and presence left out for slow sockets', 'shed'],
    ['foyer_sockets_slow_total', 'Sockets closed because they were too slow', 'slow'],
  ] as const) {
    // Counted where it happens, which is for every frame; put together when somebody asks.
    const counter: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: (): void => {
        counter.reset()
        counter.inc(figures()[figure])
      },
    })
  }
}
