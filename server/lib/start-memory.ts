const CHECK_MS = 1000
/** A heap that has grown beyond this serves people: collecting all of it would keep them waiting. */
const MOST_BYTES = 64 * 1024 * 1024
/** Share of the time that the event loop works, below which nobody is kept waiting. */
const QUIET = 0.05

/**
 * Gives back what the start has left behind, some 15 MB, in the first quiet second; that takes
 * about a tenth of one. Does nothing where Node runs without `--expose-gc`, which `npm start` sets.
 */
export function returnStartMemory(): void {
  const { gc } = globalThis
  if (gc === undefined) return
  let before = performance.eventLoopUtilization()
  const check = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    const grown = process.memoryUsage().heapUsed > MOST_BYTES
    if (utilization > QUIET && !grown) return
    clearInterval(check)
    if (grown) return
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }, CHECK_MS)
  check.unref()
}
