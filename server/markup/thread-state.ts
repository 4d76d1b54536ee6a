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
const used = 2
const readiness = 3

/** A state in which nothing has begun. */
export function createThreadState(): ThreadState {
  return new Int32Array(new SharedArrayBuffer(16))
}

/** Notes, in the thread, that it has started and can take texts. */
export function ready(state: ThreadState): void {
  Atomics.store(state, readiness, 1)
}

/** Whether the thread has started. */
export const isReady = (state: ThreadState): boolean => Atomics.load(state, readiness) === 1

/** Notes, in the thread, that the text with this id begins now. */
export function begin(state: ThreadState, id: number): void {
  // The times go first, so that a watcher never sees a new text with an old time.
  Atomics.store(state, since, milliseconds())
  Atomics.store(state, used, processorMs(process.threadCpuUsage()))
  Atomics.store(state, task, id)
}

/** Notes, in the thread, that no text is being worked on. */
export function rest(state: ThreadState): void {
  Atomics.store(state, task, 0)
}

/** The text that a thread is working on. */
export interface Running {
  id: number
  /** For how long, whether or not the machine let the thread work. */
  ms: number
  /** Processor time that the thread had used before, in ms. */
  usedBefore: number
}

/** What the thread is working on; null when there is nothing. */
export function running(state: ThreadState): Running | null {
  const id = Atomics.load(state, task)
  if (id === 0) return null
  const ms = (milliseconds() - Atomics.load(state, since)) | 0
  return { id, ms, usedBefore: Atomics.load(state, used) }
}

/** Processor time of a thread, in whole ms wrapped to 32 bits. */
export const processorMs = ({ user, system }: NodeJS.CpuUsage): number =>
  Math.floor((user + system) / 1000) | 0

/** A clock that all threads share, wrapped to 32 bits. */
function milliseconds(): number {
  return Number(BigInt.asIntN(32, hrtime.bigint() / 1_000_000n))
}
