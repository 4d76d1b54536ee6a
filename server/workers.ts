import cluster, { type Worker } from 'node:cluster'
import type { AggregatorRegistry, PrometheusContentType } from 'prom-client'

/** More deaths than this in a minute are no accident: the next worker would die, too. */
const DEATHS = 3
const DEATHS_WITHIN_MS = 60_000

/** What a worker tells the process that started it. */
interface FromWorker {
  foyer: 'ready' | 'metrics'
  /** What to print once all are ready. */
  lines?: string[]
  ask?: number
}

/** How the figures of all workers come back. */
interface ToWorker {
  foyer: 'metrics'
  ask: number
  /** Absent when they could not be had. */
  text?: string
}

const isFromWorker = (message: unknown): message is FromWorker =>
  typeof message === 'object' && message !== null && 'foyer' in message

/**
 * Runs `count` workers on one port, until a signal or too many deaths. The first one starts alone:
 * it migrates the database and makes the first user. One that dies is replaced.
 * @param print called with what the first worker has to say, once all are ready
 * @param end called when all have ended, with the exit code
 */
export function runWorkers(
  count: number,
  print: (lines: readonly string[]) => void,
  end: (code: number) => never,
): { stop: () => void } {
  const deaths: number[] = []
  const waiting = new Set<number>()
  let lines: string[] = []
  let allReady = false
  let code: number | undefined
  let aggregator: Promise<AggregatorRegistry<PrometheusContentType>> | undefined

  const alive = (): Worker[] =>
    Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)

  const fork = (): void => {
    waiting.add(cluster.fork().id)
  }

  const stop = (exitCode: number): void => {
    if (code !== undefined) return
    code = exitCode
    if (alive().length === 0) end(code)
    for (const worker of alive()) worker.process.kill('SIGTERM')
  }

  const ready = (worker: Worker, said: readonly string[]): void => {
    waiting.delete(worker.id)
    if (code !== undefined || allReady) return
    if (lines.length === 0) {
      lines = [...said]
      for (let index = 1; index < count; index++) fork()
    }
    if (waiting.size > 0) return
    allReady = true
    print(lines)
  }

  const answerMetrics = async (worker: Worker, ask: number): Promise<void> => {
    aggregator ??= import('prom-client').then(({ AggregatorRegistry }) => new AggregatorRegistry())
    const text = await (await aggregator).clusterMetrics().catch(() => undefined)
    const answer: ToWorker = { foyer: 'metrics', ask, ...(text === undefined ? {} : { text }) }
    if (worker.isConnected()) worker.send(answer)
  }

  cluster.on('message', (worker, message: unknown) => {
    if (!isFromWorker(message)) return
    if (message.foyer === 'ready') ready(worker, message.lines ?? [])
    else void answerMetrics(worker, message.ask ?? 0)
  })
  cluster.on('exit', (worker, exitCode) => {
    waiting.delete(worker.id)
    if (code !== undefined) {
      if (alive().length === 0) end(code)
      return
    }
    // Before anything runs, a death is a wrong configuration, which the worker has named.
    if (lines.length === 0) {
      stop(exitCode === 0 ? 1 : exitCode)
      return
    }
    const now = performance.now()
    deaths.push(now)
    if (deaths.filter((at) => now - at < DEATHS_WITHIN_MS).length > DEATHS) stop(1)
    else fork()
  })
  fork()
  return { stop: () => stop(0) }
}

/** Whether this process is one of several workers. */
export const isWorker = (): boolean => cluster.isWorker

/** Tells the process that started this worker that it is ready, and what is to be said of that. */
export function tellReady(lines: string[]): void {
  const message: FromWorker = { foyer: 'ready', lines }
  process.send?.(message)
}

/** Calls `stop` when the process that started this worker is gone. */
export function onAbandoned(stop: () => void): void {
  process.once('disconnect', stop)
}

let asks = 0

/** The figures of all workers, added up; undefined when they cannot be had. */
export function metricsOfAll(): Promise<string | undefined> {
  const ask = ++asks
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      const answer = message as ToWorker | null
      if (answer?.foyer !== 'metrics' || answer.ask !== ask) return
      process.off('message', listen)
      resolve(answer.text)
    }
    process.on('message', listen)
    const question: FromWorker = { foyer: 'metrics', ask }
    process.send?.(question)
  })
}
