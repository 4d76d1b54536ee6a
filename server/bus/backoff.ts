const FIRST_MS = 50
const LONGEST_MS = 5000

/** Waits that double with every try, half of each at random, and never give up. */
export class Backoff {
  #timer: NodeJS.Timeout | undefined
  #tries = 0

  again(action: () => void): void {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#tries, 10))
    this.#tries += 1
    this.#timer = setTimeout(action, longest * (0.5 + Math.random() / 2))
    this.#timer.unref()
  }

  reset(): void {
    this.#tries = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
