/** A value that is made when it is asked for, and those who want to hear that it changed. */
export interface Store<State> {
  state: () => State
  subscribe: (listener: () => void) => () => void
  /** The value is out of date. */
  changed: () => void
}

/** A store of what `make` makes: the same object until `changed`. */
export function createStore<State>(make: () => State): Store<State> {
  const listeners = new Set<() => void>()
  let made: { state: State } | undefined
  return {
    state: () => (made ??= { state: make() }).state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    changed: () => {
      made = undefined
      for (const listener of listeners) {
        try {
          listener()
        } catch (error) {
          // Somebody else's fault must not keep us from our work, and must be seen.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
