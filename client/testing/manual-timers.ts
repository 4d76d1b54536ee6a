import type { Timers } from '../timers.ts'

interface Waiting {
  due: number
  work: () => void
}

/** Time that passes only when a test says so. */
export class ManualTimers implements Timers {
  /** What `random` answers. */
  chance = 0.5
  /** Every wait that was asked for, in milliseconds. */
  readonly asked: number[] = []
  readonly #waiting = new Set<Waiting>()
  #now = 1_000_000

  readonly now = (): number => this.#now

  readonly random = (): number => this.chance

  readonly after = (milliseconds: number, work: () => void): (() => void) => {
    this.asked.push(milliseconds)
    const one = { due: this.#now + milliseconds, work }
    this.#waiting.add(one)
    return () => this.#waiting.delete(one)
  }

  /** Lets so much time pass; what falls due runs in its order. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const next = [...this.#waiting].sort((a, b) => a.due - b.due)[0]
      if (next === undefined || next.due > end) break
      this.#waiting.delete(next)
      this.#now = next.due
      next.work()
    }
    this.#now = end
  }
}
