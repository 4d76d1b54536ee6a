/** The server's only source of time, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** The machine's wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** The time as text: now, or else just after `last`. */
export function timeAfter(last: string, now: number): string {
  const text = isoTime(now)
  return text > last ? text : isoTime(Date.parse(last) + 1)
}

let lastMoment = Number.NaN
let lastText = ''

/** ISO 8601 in UTC with milliseconds: the one time format of the database and of REST. */
export function isoTime(milliseconds: number): string {
  // Under load many rows bear the same millisecond.
  if (milliseconds !== lastMoment) {
    lastText = new Date(milliseconds).toISOString()
    lastMoment = milliseconds
  }
  return lastText
}
