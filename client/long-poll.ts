import { RestError } from './rest.ts'
import { backoffMs, type Timers } from './timers.ts'

const EVERY_MS = 3000
/** Who serves and how long the queue is changes less often than what is said. */
const CONFIG_EVERY = 5

/** What polling asks, where no WebSocket opens. */
export interface PollingOptions {
  timers: Timers
  readChanges: () => Promise<void>
  readConfig: () => Promise<void>
  onPolling: (state: 'on' | 'failing' | 'off') => void
}

/** Asks every 3 s, more slowly while nobody answers; returns the function that ends it. */
export function startPolling(options: PollingOptions): () => void {
  const { timers, readChanges, readConfig, onPolling } = options
  let isOver = false
  let rounds = 0
  let failures = 0
  let stopWaiting = (): void => {}

  async function ask(): Promise<void> {
    let delay = EVERY_MS
    try {
      await readChanges()
      if (rounds++ % CONFIG_EVERY === 0) await readConfig()
      failures = 0
      if (!isOver) onPolling('on')
    } catch (error) {
      const asked = error instanceof RestError ? (error.retryAfterMs ?? 0) : 0
      delay = Math.max(EVERY_MS, asked, backoffMs(failures++, timers.random))
      if (!isOver) onPolling('failing')
    }
    if (!isOver) stopWaiting = timers.after(delay, () => void ask())
  }

  void ask()
  return () => {
    isOver = true
    stopWaiting()
    onPolling('off')
  }
}
