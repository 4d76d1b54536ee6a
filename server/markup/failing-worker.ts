import { parentPort, workerData } from 'node:worker_threads'
import { begin, ready, rest } from './thread-state.ts'
import type { Task, ThreadState } from './thread-state.ts'

// A parsing thread for tests, which fails in the way a text asks for.
const state = workerData as ThreadState
ready(state)
const failures: Readonly<Record<string, () => void>> = {
  '*throw*': () => {
    throw new Error('asked for')
  },
  // oxlint-disable-next-line unicorn/no-process-exit -- ends only this thread
  '*exit*': () => process.exit(1),
  '*memory*': () => {
    for (const kept: number[][] = []; ;) kept.push(Array.from({ length: 10_000 }, Math.random))
  },
  '*hang*': () => {
    for (;;);
  },
}

parentPort?.on('message', (tasks: Task[]) => {
  for (const { id, text } of tasks) {
    if (text === '*silent*') return
    begin(state, id)
    failures[text]?.()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    parentPort?.postMessage([{ id, tree: `tree of ${text}` }])
  }
  rest(state)
})
