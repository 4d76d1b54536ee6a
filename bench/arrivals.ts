/** Turns of the event loop that took longer than this are remembered. */
const LONG_MS = 2

/** From when to when, in milliseconds. */
export type Span = readonly [from: number, to: number]

/** When this process was too busy to notice what had arrived. */
export class OwnLag {
  readonly #busy: Span[] = []
  readonly #timer: NodeJS.Timeout
  #last = performance.now()

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now()
      if (now - this.#last > LONG_MS) this.#busy.push([this.#last, now])
      this.#last = now
    }, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** How much of a span this process was busy with something else. */
  within([from, to]: Span): number {
    let low = 0
    let high = this.#busy.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#busy[middle]?.[1] ?? 0) <= from) low = middle + 1
      else high = middle
    }
    let sum = 0
    for (let index = low; index < this.#busy.length; index++) {
      const [start, end] = this.#busy[index] as Span
      if (start >= to) break
      sum += Math.min(end, to) - Math.max(start, from)
    }
    return sum
  }
}

/** How much of the slowest arrivals' time these clients themselves were busy with other frames. */
export function tailOf(arrivals: Span[], lag: OwnLag): string {
  const slowest = arrivals
    .toSorted((one, other) => other[1] - other[0] - (one[1] - one[0]))
    .slice(0, Math.ceil(arrivals.length / 100))
  const mean = (of: (span: Span) => number): string =>
    (slowest.reduce((sum, span) => sum + of(span), 0) / slowest.length).toFixed(1)
  const all = mean(([from, to]) => to - from)
  return `the slowest hundredth: ${all} ms, the clients busy for ${mean((span) => lag.within(span))} of them`
}

/** Quantiles of the time from sending to arrival. */
export function quantiles(arrivals: readonly Span[]): string {
  const sorted = arrivals.map(([from, to]) => to - from).sort((one, other) => one - other)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(
      1,
    )
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
}
