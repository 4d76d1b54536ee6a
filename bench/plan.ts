import { SCENARIOS, type Scenario } from './protocol.ts'
import type { Engine, Size } from './targets.ts'
import { ROOMS } from './workload.ts'

/** One question that every round asks of the bare server and of each target. */
export interface Question {
  scenario: Scenario
  connections: number
  seconds: number
  sizes: readonly Size[]
}

/** What a run of the bench does. */
export interface Plan {
  quick: boolean
  engines: readonly Engine[]
  rounds: number
  warmUpSeconds: number
  /** Starts of a server of which the median counts. */
  starts: number
  idleSeconds: number
  messages: Record<Size, number>
  questions: readonly Question[]
}

/** Which parts of the bench to run. */
export interface PlanOptions {
  quick: boolean
  engines: readonly Engine[]
  /** Scenarios to keep; all when undefined. */
  only: readonly string[] | undefined
  rounds: string | undefined
}

/** Lays out a run: the whole bench, or one that is quick enough for development. */
export function planOf({ quick, engines, only, rounds }: PlanOptions): Plan {
  const unknown = only?.find((name) => !Object.hasOwn(SCENARIOS, name))
  if (unknown !== undefined) throw new Error(`--only knows no scenario ${unknown}`)
  const both: readonly Size[] = ['small', 'large']
  const seconds = quick ? 4 : 10
  const short = quick ? 3 : 6
  // Reads and edits need a page of stored messages in every room.
  const questions: Question[] = [
    { scenario: 'post', connections: 64, seconds, sizes: both },
    { scenario: 'post', connections: 256, seconds, sizes: quick ? [] : both },
    { scenario: 'postPlain', connections: 64, seconds, sizes: ['large'] },
    { scenario: 'postWithId', connections: 64, seconds: short, sizes: ['large'] },
    { scenario: 'put', connections: 64, seconds: short, sizes: ['large'] },
    { scenario: 'history', connections: 64, seconds: short, sizes: ['large'] },
    { scenario: 'room', connections: 64, seconds: short, sizes: ['large'] },
  ]
  return {
    quick,
    engines,
    rounds: Number(rounds ?? (quick ? 1 : 3)),
    warmUpSeconds: quick ? 2 : 4,
    starts: quick ? 1 : 3,
    idleSeconds: 5,
    messages: { small: ROOMS, large: quick ? 20 * ROOMS : 500 * ROOMS },
    questions: questions.filter(
      ({ scenario, sizes }) => sizes.length > 0 && (only?.includes(scenario) ?? true),
    ),
  }
}
