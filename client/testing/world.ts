import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { TestServer } from '../../tests/support/test-server.ts'
import type { KeyValueStorage } from '../storage.ts'
import type { TabChannel } from '../tabs.ts'

/** A storage like a browser's, which a test may break. */
class MemoryStorage implements KeyValueStorage {
  readonly kept = new Map<string, string>()
  /** Every access throws, as where a page may not store anything. */
  forbidden = false
  /** Writing throws, as where there is no room left. */
  full = false

  get length(): number {
    this.#check()
    return this.kept.size
  }

  key(index: number): string | null {
    this.#check()
    return [...this.kept.keys()][index] ?? null
  }

  getItem(key: string): string | null {
    this.#check()
    return this.kept.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.#check()
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.kept.set(key, value)
  }

  removeItem(key: string): void {
    this.#check()
    this.kept.delete(key)
  }

  #check(): void {
    if (this.forbidden) throw new DOMException('forbidden', 'SecurityError')
  }
}

/** The tabs of one browser, told at once. */
export class Browser {
  readonly storage = new MemoryStorage()
  readonly #tabs = new Set<Set<(text: string) => void>>()

  /** The channel of one more tab. */
  tab(): TabChannel {
    const mine = new Set<(text: string) => void>()
    this.#tabs.add(mine)
    return {
      tell: (text) => {
        for (const tab of this.#tabs) if (tab !== mine) for (const hear of tab) hear(text)
      },
      listen: (hear) => {
        mine.add(hear)
        return () => mine.delete(hear)
      },
    }
  }
}

/** Waits until something holds; fails the test when that takes too long. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 30_000,
): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await holds())) {
    assert.ok(performance.now() < end, `in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Waits until something holds, for as long as `progress` goes on to change. */
export async function untilAfter(
  holds: () => boolean,
  progress: () => string,
  patienceMs = 15_000,
): Promise<void> {
  for (let last = ''; !holds();) {
    const now = progress()
    assert.notEqual(now, last, 'nothing happens any more')
    last = now
    const end = performance.now() + patienceMs
    while (!holds() && performance.now() < end && progress() === now) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Lets the enclosing suite's server listen; returns where. */
export function useUrl(server: () => TestServer): () => string {
  let url = ''
  before(async () => {
    url = await server().app.http.listen({ port: 0, host: '127.0.0.1' })
  })
  return () => url
}

/** Runs the works after the enclosing suite's tests, the last one first. */
export function useCleanup(): (work: () => void) => void {
  const works: (() => void)[] = []
  after(() => {
    for (const work of works.reverse()) work()
  })
  return (work) => works.push(work)
}

/** A WebSocket that never opens, as behind a proxy that knows only plain HTTP. */
export class ClosedWebSocket extends WebSocket {
  constructor() {
    // Nobody listens at the discard port.
    super('ws://127.0.0.1:9/')
  }
}
