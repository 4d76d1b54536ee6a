import type { Clock } from '../../server/lib/clock.ts'

/** The machine's clock, which a test can move on. */
export class MovableClock implements Clock {
  #ahead = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds
  }
}
