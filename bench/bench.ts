import { setTimeout as pause } from 'node:timers/promises'
import { Load, type Run } from './measure.ts'
import type { Plan, Question } from './plan.ts'
import { residentMb, startServer, stop, type Server } from './processes.ts'
import type { Engine, Size, Target, Targets } from './targets.ts'
import { ROOMS } from './workload.ts'

/** Runs of one question, by who answered: `bare`, or a target's name. */
export interface Answers {
  question: Question
  runs: Map<string, Run[]>
}

/** Start and idle figures of the server on one database. */
export interface Idle {
  name: string
  startMs: number[]
  idleMb: number | undefined
}

/** Everything that was measured. */
export interface Outcome {
  answers: Answers[]
  idle: Idle[]
  /** Name of a target by engine and size. */
  names: Map<string, { engine: Engine; size: Size }>
}

export const BARE = 'bare'
export const targetName = (engine: Engine, size: Size): string => `${engine}_${size}`

/** Runs the plan. Every server is stopped at the end or by the caller's clean-up. */
export async function runBench(
  plan: Plan,
  targets: Targets,
  log: (line: string) => void,
): Promise<Outcome> {
  const bench = new Bench(plan, targets, log)
  await bench.prepare()
  for (let round = 1; round <= plan.rounds; round++) await bench.round(round)
  return bench.outcome
}

class Bench {
  readonly outcome: Outcome = { answers: [], idle: [], names: new Map() }
  readonly #plan: Plan
  readonly #targets: Targets
  readonly #log: (line: string) => void
  readonly #load = new Load()
  readonly #running = new Map<string, Target>()
  #bare: Server | undefined

  constructor(plan: Plan, targets: Targets, log: (line: string) => void) {
    this.#plan = plan
    this.#targets = targets
    this.#log = log
    this.outcome.answers = plan.questions.map((question) => ({ question, runs: new Map() }))
  }

  async prepare(): Promise<void> {
    const { engines, messages, questions } = this.#plan
    for (const engine of engines) {
      await this.#idle(engine, `${engine}_empty`, true)
      for (const size of ['small', 'large'] as const) {
        if (!questions.some(({ sizes }) => sizes.includes(size))) continue
        const name = targetName(engine, size)
        this.outcome.names.set(name, { engine, size })
        const started = performance.now()
        await this.#targets.seed(engine, size === 'small' ? `${name}_seed` : name, messages[size])
        this.#log(`${name}: seeded in ${((performance.now() - started) / 1000).toFixed(1)} s`)
        if (size === 'large') await this.#idle(engine, name, false)
      }
    }
    this.#bare = await startServer('./bare-server.ts')
    await this.#warm(this.#bare)
  }

  async round(round: number): Promise<void> {
    for (const [name, { engine, size }] of this.outcome.names) {
      // What a round has written would make a small database a large one.
      if (size === 'small') await this.#renew(name, engine)
      else if (!this.#running.has(name)) await this.#start(name, engine, size)
    }
    for (const { question, runs } of this.outcome.answers) {
      const { scenario, connections } = question
      const label = `round ${round}, ${scenario} at ${connections}`
      const count = (name: string, run: Run) => {
        runs.set(name, [...(runs.get(name) ?? []), run])
        this.#log(
          `${label}, ${name}: ${Math.round(run.requestsPerSecond)}/s, p50 ${run.p50.toFixed(1)}, p99 ${run.p99.toFixed(1)} ms, cpu ${run.serverCpu?.toFixed(2)} / ${run.cpu.toFixed(2)}, ${run.peakMb?.toFixed(0)} MB, ${run.operationsPerCommit?.toFixed(1)} per commit`,
        )
      }
      if (this.#bare !== undefined) count(BARE, await this.#measure(this.#bare, question, 1))
      for (const [name, target] of this.#running) {
        if (!question.sizes.includes(target.size)) continue
        const perRoom = target.messages / ROOMS
        count(name, await this.#measure(target.server, question, perRoom))
      }
    }
  }

  #measure(server: Server, question: Question, messagesPerRoom: number): Promise<Run> {
    const { scenario, connections, seconds } = question
    return this.#load.run(server, { scenario, connections, seconds, messagesPerRoom })
  }

  async #renew(name: string, engine: Engine): Promise<void> {
    const before = this.#running.get(name)
    if (before !== undefined) await stop(before.server.child)
    await this.#targets.copy(engine, `${name}_seed`, name)
    await this.#start(name, engine, 'small')
  }

  async #start(name: string, engine: Engine, size: Size): Promise<void> {
    const server = await this.#targets.start(engine, name)
    await this.#warm(server)
    const messages = this.#plan.messages[size]
    this.#running.set(name, { name, engine, size, messages, server })
  }

  async #warm(server: Server): Promise<void> {
    const seconds = this.#plan.warmUpSeconds
    await this.#load.run(server, { scenario: 'post', connections: 64, seconds, messagesPerRoom: 1 })
  }

  async #idle(engine: Engine, name: string, empty: boolean): Promise<void> {
    const { starts, idleSeconds } = this.#plan
    const idle: Idle = { name, startMs: [], idleMb: undefined }
    for (let start = 1; start <= starts; start++) {
      const server = empty
        ? await this.#targets.startEmpty(engine, `${name}_${start}`)
        : await this.#targets.start(engine, name)
      idle.startMs.push(server.startMs)
      if (start === starts) {
        await pause(idleSeconds * 1000)
        idle.idleMb = residentMb(server.child.pid)
      }
      await stop(server.child)
    }
    this.#log(
      `${name}: started in ${idle.startMs.map(Math.round).join(', ')} ms, idle ${idle.idleMb?.toFixed(0)} MB`,
    )
    this.outcome.idle.push(idle)
  }
}
