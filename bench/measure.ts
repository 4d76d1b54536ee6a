import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { LoadJob, LoadResult } from './protocol.ts'
import { CORES, cpuSeconds, residentMb, startNode, type Server } from './processes.ts'

const SAMPLE_MS = 250

/** One run as generator, server and kernel saw it. */
export interface Run extends LoadResult {
  /** Share of one core that the server used. */
  serverCpu: number | undefined
  peakMb: number | undefined
  /** Commits a second and operations that shared one; undefined where nothing is committed. */
  commitsPerSecond: number | undefined
  operationsPerCommit: number | undefined
}

/** The generator, one process for all runs so that it is warm. */
export class Load {
  readonly #child: ChildProcess = startNode('./load.ts', CORES?.load, { ipc: true })
  readonly #ended = once(this.#child, 'exit').then((): never => {
    throw new Error('the load generator ended')
  })

  constructor() {
    // At the end of the bench nobody waits for it.
    this.#ended.catch(() => undefined)
  }

  /**
   * Puts a server under load.
   * @throws when any answer was an error: such a run measures nothing
   */
  async run(server: Server, job: Omit<LoadJob, 'port'>): Promise<Run> {
    const { pid } = server.child
    let peakMb = residentMb(pid)
    const sampling = setInterval(() => {
      const now = residentMb(pid)
      if (now !== undefined && now > (peakMb ?? 0)) peakMb = now
    }, SAMPLE_MS)
    try {
      const commitsBefore = await commitsOf(server.port)
      const cpuBefore = cpuSeconds(pid)
      const result = await this.#ask({ ...job, port: server.port })
      const cpuAfter = cpuSeconds(pid)
      const commitsAfter = await commitsOf(server.port)
      if (result.errors > 0) {
        throw new Error(`${job.scenario}: ${result.errors} errors, first: ${result.firstError}`)
      }
      return {
        ...result,
        serverCpu: perSecond(cpuBefore, cpuAfter, job.seconds),
        peakMb,
        commitsPerSecond: perSecond(commitsBefore?.count, commitsAfter?.count, job.seconds),
        operationsPerCommit: perSecond(
          commitsBefore?.operations,
          commitsAfter?.operations,
          (commitsAfter?.count ?? 0) - (commitsBefore?.count ?? 0),
        ),
      }
    } finally {
      clearInterval(sampling)
    }
  }

  async #ask(job: LoadJob): Promise<LoadResult> {
    const answer = once(this.#child, 'message') as Promise<[LoadResult]>
    this.#child.send(job)
    const [result] = await Promise.race([answer, this.#ended])
    return result
  }
}

const perSecond = (
  before: number | undefined,
  after: number | undefined,
  divisor: number,
): number | undefined =>
  before === undefined || after === undefined || divisor === 0
    ? undefined
    : (after - before) / divisor

async function commitsOf(port: number): Promise<{ count: number; operations: number } | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const text = await answer.text()
  const value = (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  const count = value('foyer_commit_operations_count')
  const operations = value('foyer_commit_operations_sum')
  if (!answer.ok || count === undefined || operations === undefined) return undefined
  return { count: Number(count), operations: Number(operations) }
}
