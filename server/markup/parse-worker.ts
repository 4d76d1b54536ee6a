import { parentPort, workerData } from 'node:worker_threads'
import { begin, ready, rest } from './thread-state.ts'
import type { Result, Task, ThreadState } from './thread-state.ts'
import { treeJson } from './tree-json.ts'

// Results that wait for others of their batch; so none waits long behind a slow text.
const maxDelayMs = 2

const state = workerData as ThreadState
const port = parentPort

// The first text in a new thread takes some 12 ms whatever it is; better before its clock runs.
treeJson('*Warm* _up_ :) https://example.com\n- @all')
ready(state)

port?.on('message', (tasks: Task[]) => {
  let results: Result[] = []
  let sent = performance.now()
  for (const { id, text } of tasks) {
    begin(state, id)
    // An exception ends the thread, as it must: the parser keeps flags that it then leaves set.
    results.push({ id, tree: treeJson(text) })
    if (performance.now() - sent < maxDelayMs) continue
    port.postMessage(results)
    results = []
    sent = performance.now()
  }
  rest(state)
  if (results.length > 0) port.postMessage(results)
})
