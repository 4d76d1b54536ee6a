const SAMPLE_MS = 100

/**
 * How late the event loop runs. A timer that fires late measures the wait that a request would
 * have; one late sample is enough to shed load, the next one on time ends it.
 */
export class LoadWatch {
  #timer: NodeJS.Timeout | undefined
  #expected = 0
  #lag = 0

  /** Lag of the last sample in milliseconds. */
  get lagMs(): number {
    return this.#lag
  }

  start(): void {
    this.#expected = performance.now() + SAMPLE_MS
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.#lag = Math.max(0, now - this.#expected)
      this.#expected = now + SAMPLE_MS
    }, SAMPLE_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
