import { ApiError } from '../contract/errors.ts'
import { LruCache } from '../lib/lru-cache.ts'

const MINUTE_MS = 60_000
/** Keys remembered; the one unused for longest is forgotten, which only refills its bucket. */
const KEYS = 100_000

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

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Counts one call against `key`.
   * @param perMinute refill rate
   * @param burst bucket size
   * @throws ApiError `error-too-many-requests` in the reference's words
   */
  take(key: string, perMinute: number, burst: number = perMinute): LimitState {
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const refill = ((now - bucket.at) * perMinute) / MINUTE_MS
    const tokens = Math.min(burst, bucket.tokens + refill)
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now })
      throw tooManyRequests(Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute))
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    const missing = burst - (tokens - 1)
    return {
      limit: burst,
      remaining: Math.floor(tokens - 1),
      reset: now + Math.ceil((missing * MINUTE_MS) / perMinute),
    }
  }
}

function tooManyRequests(waitMs: number): ApiError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new ApiError('error-too-many-requests', {
    reason: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
    details: { timeToReset: seconds * 1000, seconds },
    retryAfter: seconds,
  })
}
