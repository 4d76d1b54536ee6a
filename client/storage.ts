/** The part of `localStorage` that is used; it may throw, as browsers do when it is full or off. */
export interface KeyValueStorage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A storage that never throws: what cannot be kept lives as long as this object. */
export interface SafeStorage {
  get: (key: string) => string | undefined
  set: (key: string, value: string) => void
  remove: (key: string) => void
  /** The keys that begin so, in no order. */
  keys: (prefix: string) => string[]
}

/** Guards a storage that may be full, forbidden or absent; `scope` keeps installations apart. */
export function createSafeStorage(
  storage: KeyValueStorage | undefined,
  scope: string,
): SafeStorage {
  const memory = new Map<string, string>()
  const attempt = <Result>(work: (storage: KeyValueStorage) => Result): Result | undefined => {
    try {
      return storage === undefined ? undefined : work(storage)
    } catch {
      return undefined
    }
  }
  return {
    get: (key) => memory.get(key) ?? attempt((kept) => kept.getItem(scope + key)) ?? undefined,
    set: (key, value) => {
      const isKept = attempt((kept) => {
        kept.setItem(scope + key, value)
        return true
      })
      if (isKept === true) memory.delete(key)
      else memory.set(key, value)
    },
    remove: (key) => {
      memory.delete(key)
      attempt((kept) => kept.removeItem(scope + key))
    },
    keys: (prefix) => {
      const kept = attempt((store) =>
        Array.from({ length: store.length }, (_, index) => store.key(index) ?? '')
          .filter((key) => key.startsWith(scope + prefix))
          .map((key) => key.slice(scope.length)),
      )
      const remembered = [...memory.keys()].filter((key) => key.startsWith(prefix))
      return [...new Set([...(kept ?? []), ...remembered])]
    },
  }
}
