import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** After so many bytes the collector takes what was read and passed on. */
const COLLECT_BYTES = 4 * 1024 * 1024

type Collect = (options: { type: 'minor' }) => void

let collect: Collect | undefined
let passed = 0

/**
 * Tells that bytes went through this process in buffers that nobody needs any more. A stream makes
 * little else for the collector, which left alone comes after some 60 MB of such buffers: they lie
 * outside of its heap. Collecting the young generation takes about a millisecond.
 */
export function passedThrough(bytes: number): void {
  passed += bytes
  if (passed < COLLECT_BYTES) return
  passed = 0
  collect ??= exposed()
  collect({ type: 'minor' })
}

/** The engine has the function only for code that is made after it was asked for it. */
function exposed(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}
