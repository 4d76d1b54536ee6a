import type { Timers } from './timers.ts'

/** The others hear again of somebody who goes on writing; they forget him after 15 s. */
const REPEAT_MS = 4000
/** Who presses no key for so long has stopped. */
const STOP_AFTER_MS = 6000

/** Turns key presses into few signals; `tell` is best effort. */
export function createTypingSignal(
  timers: Timers,
  tell: (on: boolean) => void,
): (on: boolean) => void {
  let isTold = false
  let mayRepeat = true
  let stopIdle = (): void => {}
  let stopRepeat = (): void => {}

  const off = (): void => {
    stopIdle()
    stopRepeat()
    mayRepeat = true
    if (isTold) tell(false)
    isTold = false
  }
  return (on) => {
    if (!on) {
      off()
      return
    }
    stopIdle()
    stopIdle = timers.after(STOP_AFTER_MS, off)
    if (!mayRepeat) return
    mayRepeat = false
    stopRepeat = timers.after(REPEAT_MS, () => (mayRepeat = true))
    isTold = true
    tell(true)
  }
}
