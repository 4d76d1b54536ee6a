import { ApiError } from '../contract/errors.ts'
import { LruCache } from '../lib/lru-cache.ts'

const MINUTE_MS = 60_000
/** Keys remembered; the one unused for longest is forgotten, which only refills its bucket. */
const KEYS = 100_000
/** No share of a limit is smaller than this: whoever stays with one process must be able to work. */
const SMALLEST_SHARE = 3

interface Bucket {
  tokens: number
  at: number
}

/** What a limit says of one call. */
export interface LimitState {
  limit: number
  remaining: number
  /** Epoch milliseconds at which the bucket is full again. */
  reset: number
}

/** Token buckets in memory, keyed by who is counted and what for. */
export class RateLimits {
  readonly #buckets = new LruCache<string, Bucket>(KEYS)
  readonly #now: () => number
  readonly #processes: () => number

  /** @param processes how many share the work, and with it each limit */
  constructor(now: () => number, processes: () => number = () => 1) {
    this.#now = now
    this.#processes = processes
  }

  /**
   * Counts one call against `key`.
   * @param perMinuteOfAll refill rate of the whole installation
   * @param burstOfAll bucket size of the whole installation
   * @throws ApiError `error-too-many-requests` in the reference's words
   */
  take(key: string, perMinuteOfAll: number, burstOfAll: number = perMinuteOfAll): LimitState {
    const perMinute = this.#shareOf(perMinuteOfAll)
    const burst = this.#shareOf(burstOfAll)
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const refill = ((now - bucket.at) * perMinute) / MINUTE_MS
    const tokens = Math.min(burst, bucket.tokens + refill)
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now })
      const full = now + Math.ceil(((burst - tokens) * MINUTE_MS) / perMinute)
      throw new TooManyRequestsError(Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute), {
        limit: burst,
        remaining: 0,
        reset: full,
      })
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    const missing = burst - (tokens - 1)
    return {
      limit: burst,
      remaining: Math.floor(tokens - 1),
      reset: now + Math.ceil((missing * MINUTE_MS) / perMinute),
    }
  }

  #shareOf(limit: number): number {
    return Math.max(Math.ceil(limit / this.#processes()), Math.min(limit, SMALLEST_SHARE))
  }
}

/** 429 in the reference's words, with the limit that was hit. */
export class TooManyRequestsError extends ApiError {
  readonly state: LimitState

  constructor(waitMs: number, state: LimitState) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000))
    super('error-too-many-requests', {
      reason: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
      details: { timeToReset: seconds * 1000, seconds },
      retryAfter: seconds,
    })
    this.state = state
  }
}

/** The reference's headers, which every limited answer carries. */
export const limitHeaders = (state: LimitState): Record<string, number> => ({
  'x-ratelimit-limit': state.limit,
  'x-ratelimit-remaining': state.remaining,
  'x-ratelimit-reset': state.reset,
})
