import { hrtime } from 'node:process'

/** What a parsing thread is doing, in memory that it shares with the one that watches it. */
export type ThreadState = Int32Array<SharedArrayBuffer>

/** A text on its way to a thread; ids are from 1 to 2^31 - 1. */
export interface Task {
  id: number
  text: string
}

/** The JSON text of a tree on its way back; null stands for the plain tree. */
export interface Result {
  id: number
  tree: string | null
}

const task = 0
const since = 1

/** A state in which nothing has begun. */
export function createThreadState(): ThreadState {
  return new Int32Array(new SharedArrayBuffer(8))
}

/** Notes, in the thread, that the text with this id begins now. */
export function begin(state: ThreadState, id: number): void {
  // The time goes first, so that a watcher never sees a new text with an old time.
  Atomics.store(state, since, milliseconds())
  Atomics.store(state, task, id)
}

/** Notes, in the thread, that no text is being worked on. */
export function rest(state: ThreadState): void {
  Atomics.store(state, task, 0)
}

/** The id of the text that the thread is working on and for how many ms; null when there is none. */
export function running(state: ThreadState): { id: number; ms: number } | null {
  const id = Atomics.load(state, task)
  return id === 0 ? null : { id, ms: (milliseconds() - Atomics.load(state, since)) | 0 }
}

/** A clock that all threads share, wrapped to 32 bits. */
function milliseconds(): number {
  return Number(BigInt.asIntN(32, hrtime.bigint() / 1_000_000n))
}
