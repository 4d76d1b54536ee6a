/** The server's only source of time, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** The machine's wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** ISO 8601 in UTC with milliseconds: the one time format of the database and of REST. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString()
