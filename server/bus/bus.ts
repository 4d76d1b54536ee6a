import type { Topic } from '../lib/topics.ts'

/**
 * Something that is worth showing at once and worth nothing later: who is typing. It is lost when
 * the bus is, and dropped first under load.
 */
export interface Whisper {
  kind: 'activity'
  roomId: string
  author: { type: 'visitor' | 'agent'; id: string; username: string }
  /** Names of the reference, such as `user-typing`; empty when he stopped. */
  activities: readonly string[]
}

/**
 * `alone`: one process, nothing to lose; `connected`: the other processes hear; `lost`: they find
 * what was missed by looking, which takes longer.
 */
export type BusState = 'alone' | 'connected' | 'lost'

/**
 * Tells every process of an installation, this one included, that something was committed. The bus
 * only rings: it carries names and whispers, never data, so losing it costs delay and no message.
 */
export interface Bus {
  readonly state: BusState
  /** Milliseconds that the last rings took to leave for the others; null before there were any. */
  readonly lagMs: number | null
  /** Tells topics; those of one turn go together and each once. */
  ring(topics: Iterable<Topic>): void
  whisper(whisper: Whisper): void
  /** Calls `listener` for rings of every process. Returns how to stop. */
  onRing(listener: (topics: ReadonlySet<Topic>) => void): () => void
  /**
   * Calls `listener` when rings may have been missed, so that everything that is followed has to be
   * looked at: after the bus has come back, after a process has died, once a second while a process
   * is cut off, and rarely in between. Never with one process alone. Returns how to stop.
   */
  onMissed(listener: () => void): () => void
  onWhisper(listener: (whisper: Whisper) => void): () => void
  close(): Promise<void>
}
