import { machineTimers, type Timers } from '../timers.ts'

const PATIENT_FROM_MS = 15_000

/**
 * The machine's time, with every wait cut to a fiftieth; how long a request may take only to a
 * tenth, since the machine of the tests may be busy.
 */
export const fastTimers: Timers = {
  ...machineTimers,
  after: (milliseconds, work) =>
    machineTimers.after(milliseconds / (milliseconds < PATIENT_FROM_MS ? 50 : 10), work),
}
