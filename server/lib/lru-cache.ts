/**
 * A map that forgets what was not used for longest, within bounds: it holds the last `limit / 2`
 * keys that were used, and never more than `limit`.
 */
export class LruCache<Key, Value> {
  // Two generations: a use costs one look-up, where reordering one map would cost three.
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()
  readonly #generation: number

  constructor(limit: number) {
    this.#generation = Math.ceil(limit / 2)
  }

  get(key: Key): Value | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const kept = this.#old.get(key)
    if (kept !== undefined) this.set(key, kept)
    return kept
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#generation) return
    this.#old = this.#young
    this.#young = new Map()
  }

  delete(key: Key): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
