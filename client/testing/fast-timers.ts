import { machineTimers, type Timers } from '../timers.ts'

/** Shorter waits are pauses; longer ones are what a server is given before it is taken for dead. */
const PATIENT_FROM_MS = 10_000

const cutBy = (pauses: number, patience: number): Timers => ({
  ...machineTimers,
  after: (milliseconds, work) =>
    machineTimers.after(milliseconds / (milliseconds < PATIENT_FROM_MS ? pauses : patience), work),
})

/** The machine's time, with every pause cut to a fiftieth. A busy machine is no dead server. */
export const fastTimers = cutBy(50, 1)

/** The same where servers do fall silent: that is found in a tenth of the time. */
export const faultTimers = cutBy(50, 10)
