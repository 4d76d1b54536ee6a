import type { Topic } from '../lib/topics.ts'
import type { Bus, BusState, Whisper } from './bus.ts'

/** The bus of a single process. The others deliver to this one what they hear. */
export class MemoryBus implements Bus {
  readonly state: BusState = 'alone'
  readonly lagMs = null
  readonly #ringListeners = new Set<(topics: ReadonlySet<Topic>) => void>()
  readonly #whisperListeners = new Set<(whisper: Whisper) => void>()
  readonly #missedListeners = new Set<() => void>()
  #ringing: Set<Topic> | undefined

  ring(topics: Iterable<Topic>): void {
    if (this.#ringing !== undefined) {
      for (const topic of topics) this.#ringing.add(topic)
      return
    }
    const ringing = new Set(topics)
    if (ringing.size === 0) return
    this.#ringing = ringing
    // After the answers of the commit have left, and once for all that it changed.
    setImmediate(() => {
      this.#ringing = undefined
      for (const listener of this.#ringListeners) listener(ringing)
    })
  }

  whisper(whisper: Whisper): void {
    for (const listener of this.#whisperListeners) listener(whisper)
  }

  onRing(listener: (topics: ReadonlySet<Topic>) => void): () => void {
    this.#ringListeners.add(listener)
    return () => this.#ringListeners.delete(listener)
  }

  onMissed(listener: () => void): () => void {
    this.#missedListeners.add(listener)
    return () => this.#missedListeners.delete(listener)
  }

  onWhisper(listener: (whisper: Whisper) => void): () => void {
    this.#whisperListeners.add(listener)
    return () => this.#whisperListeners.delete(listener)
  }

  /** Says that rings may have been missed. A single process never does. */
  missed(): void {
    for (const listener of this.#missedListeners) listener()
  }

  close(): Promise<void> {
    this.#ringListeners.clear()
    this.#whisperListeners.clear()
    this.#missedListeners.clear()
    return Promise.resolve()
  }
}
