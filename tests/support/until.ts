import { setTimeout as pause } from 'node:timers/promises'

const LOOK_MS = 5
const PATIENCE_MS = 30_000

/** Resolves once the condition holds; rejects with `what` when it never does. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it never came: ${what}`)
    await pause(LOOK_MS)
  }
}
