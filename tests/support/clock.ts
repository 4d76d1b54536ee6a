import type { Clock } from '../../server/lib/clock.ts'

/**
 * A clock that stands until a test moves it on: whatever is measured with it takes no longer on a
 * slow machine.
 */
export class StandingClock implements Clock {
  #now = Date.now()

  now(): number {
    return this.#now
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
  }
}

/** A clock by which no two things happen at the same moment: for tests of an order that it tells. */
export class TickingClock implements Clock {
  #now = Date.now()

  now(): number {
    this.#now += 1
    return this.#now
  }
}

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
