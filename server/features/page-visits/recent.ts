import { hashSecret } from '../../lib/hash.ts'
import { LruCache } from '../../lib/lru-cache.ts'

const TOKENS = 10_000
const PER_TOKEN = 20
const KEPT_MS = 30 * 60_000

/** A page that a visitor looked at. */
export interface PageVisit {
  change: string
  title: string
  href: string
  /** Epoch milliseconds. */
  at: number
}

/**
 * The last pages of tokens that have no conversation yet. They stay in memory, so that whoever
 * invents tokens fills no disk, and are written with the room once there is one.
 */
export class RecentPageVisits {
  readonly #visits = new LruCache<string, PageVisit[]>(TOKENS)

  add(token: string, visit: PageVisit): void {
    const key = hashSecret(token)
    const visits = [...(this.#visits.get(key) ?? []), visit]
    this.#visits.set(key, visits.slice(-PER_TOKEN))
  }

  /** The visits of the last half hour, oldest first. */
  of(token: string, now: number): PageVisit[] {
    const visits = this.#visits.get(hashSecret(token)) ?? []
    return visits.filter(({ at }) => at > now - KEPT_MS)
  }

  forget(tokenHash: string): void {
    this.#visits.delete(tokenHash)
  }
}
