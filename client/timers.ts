/** The passing of time, which tests replace. */
export interface Timers {
  /** Milliseconds since the Unix epoch; may jump when the machine's clock is set. */
  now: () => number
  /** Runs `work` once after so many milliseconds, unless the returned function is called before. */
  after: (milliseconds: number, work: () => void) => () => void
  /** At least 0 and less than 1, different each time. */
  random: () => number
}

/** The machine's own. */
export const machineTimers: Timers = {
  now: () => Date.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

/**
 * How long to wait before the next attempt after so many failures in a row: doubling from a second
 * up to 30 s, of which a random half is taken off so that many clients do not come back at once.
 */
export function backoffMs(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10))
  return longest * (0.5 + random() / 2)
}
