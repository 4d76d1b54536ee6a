import { Worker } from 'node:worker_threads'
import { everydayTree } from './everyday-tree.ts'
import { hasMarkup } from './plain-tree.ts'
import { createThreadState, isReady, processorMs, running } from './thread-state.ts'
import type { Result, Running, Task, ThreadState } from './thread-state.ts'

/** Turns message text into the wire's `md`. */
export interface Markup {
  /**
   * What to store as the tree of `text`. At once: null for plain text (the reader makes
   * `plainTree(text)`), or the tree's JSON text for what people write every day. For everything
   * else a promise of that JSON text, which gives null, for the plain tree, when the parser takes
   * longer than its limit, fails, or is too busy.
   * The parser never runs on the event loop; never throws, never rejects.
   */
  markupOf(text: string): string | null | Promise<string | null>
  /** Gives null to all who wait and ends the thread. From then on every text is plain. */
  close(): Promise<void>
}

/** Limits of the parsing thread; the defaults are those of the server. */
export interface MarkupOptions {
  /** Processor time for one text, in ms: a machine that is busy costs no text its tree. Default 50. */
  limitMs?: number
  /** Time from the question to the answer, in ms, the thread's start included. Default 2,000. */
  maxWaitMs?: number
  /**
   * Time, in ms, in which a thread that has started must begin a text or use its processor time. On
   * a busy machine it may stand still for seconds, and a new one would take longer. Default 30,000.
   */
  maxSilenceMs?: number
  /** Texts that may wait; beyond, a text gets the plain tree. Default 1,000. */
  maxWaiting?: number
  /** The module the thread runs. */
  worker?: URL
}

interface Waiting extends Task {
  asked: number
  answer: (tree: string | null) => void
}

interface Thread {
  worker: Worker
  state: ThreadState
  startedAt: number
  /** When it was first seen to have started. */
  readyAt?: number
}

const maxBatch = 64
/** Longer texts may wait for the thread: the event loop is not theirs. */
const maxEveryday = 1000
const maxId = 0x7fff_ffff
const maxStartMs = 30_000
/** Between looks at a text whose time is over by the clock and not yet by the processor. */
const shortestLookMs = 5

/** Processor time of a thread, in wrapped ms; nothing of one that has ended. */
async function usedBy({ worker }: Thread): Promise<number> {
  try {
    return processorMs(await worker.cpuUsage())
  } catch {
    return 0
  }
}

/** A `Markup` whose thread starts with the first text that needs it. */
export function createMarkup({
  limitMs = 50,
  maxWaitMs = 2000,
  maxSilenceMs = 30_000,
  maxWaiting = 1000,
  worker = new URL('./parse-worker.ts', import.meta.url),
}: MarkupOptions = {}): Markup {
  // All who wait, oldest first; those of them the thread has, and those it does not have yet.
  const waiting = new Map<number, Waiting>()
  const sent = new Set<number>()
  let unsent: Waiting[] = []
  let thread: Thread | null = null
  let timer: NodeJS.Timeout | undefined
  let sending = false
  let closed = false
  let lastId = 0
  let sentAt = 0

  function markupOf(text: string): string | null | Promise<string | null> {
    if (!hasMarkup(text)) return null
    const everyday = text.length <= maxEveryday ? everydayTree(text) : undefined
    if (everyday !== undefined) return JSON.stringify(everyday)
    if (closed) return null
    if (waiting.size >= maxWaiting) return Promise.resolve(null)
    const { promise, resolve } = Promise.withResolvers<string | null>()
    lastId = (lastId % maxId) + 1
    const one = { id: lastId, text, asked: performance.now(), answer: resolve }
    waiting.set(one.id, one)
    unsent.push(one)
    sendSoon()
    return promise
  }

  // The texts of one turn of the event loop travel together.
  function sendSoon(): void {
    if (sending) return
    sending = true
    setImmediate(() => {
      sending = false
      send()
    })
  }

  // One batch at a time, so that texts which nobody waits for any more never reach the thread.
  function send(): void {
    if (sent.size > 0 || waiting.size === 0 || closed) return
    const batch = unsent.splice(0, maxBatch)
    for (const { id } of batch) sent.add(id)
    sentAt = performance.now()
    thread ??= start()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    thread.worker.postMessage(batch.map(({ id, text }): Task => ({ id, text })))
    if (timer === undefined) watch()
  }

  function start(): Thread {
    const state = createThreadState()
    const started: Thread = {
      state,
      startedAt: performance.now(),
      worker: new Worker(worker, {
        workerData: state,
        name: 'markup',
        env: {},
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
      }),
    }
    started.worker.on('message', (results: Result[]) => {
      if (thread !== started) return
      for (const { id, tree } of results) settle(id, tree)
      afterAnswers()
    })
    const ended = () => {
      if (thread === started) replace(started, running(state))
    }
    started.worker.on('error', ended)
    started.worker.on('exit', ended)
    // The timer holds the process while somebody waits; the thread never does. This comes last, as
    // listening to messages holds the process again.
    started.worker.unref()
    return started
  }

  function settle(id: number, tree: string | null): void {
    waiting.get(id)?.answer(tree)
    waiting.delete(id)
    sent.delete(id)
  }

  function afterAnswers(): void {
    if (sent.size === 0) send()
    if (isBusy()) return
    clearTimeout(timer)
    timer = undefined
  }

  // Gives up this text, which the thread was at, and sends the others to a new thread.
  function replace(old: Thread, current: Running | null): void {
    thread = null
    void old.worker.terminate()
    // A thread that dies before it begins a text would die again: nobody waits for the next.
    for (const id of current ? [current.id] : sent) settle(id, null)
    unsent = [...waiting.values()]
    sent.clear()
    if (current) thread = start()
    send()
    afterAnswers()
  }

  // The thread may be at a text that nobody waits for any more.
  function isBusy(): boolean {
    return sent.size > 0 || waiting.size > 0
  }

  function watch(): void {
    const current = thread && running(thread.state)
    dropExpired()
    const isStuck = current ? current.ms >= maxSilenceMs : thread && isSilent(thread)
    if (thread && isStuck) replace(thread, current)
    else if (thread && current && current.ms >= limitMs) void judge(thread, current)
    if (!isBusy()) return afterAnswers()
    const next = thread && running(thread.state)
    timer = setTimeout(watch, Math.max(shortestLookMs, limitMs - (next?.ms ?? 0)))
  }

  // Gives up a text that has had its time of the processor, not one that had to wait for it.
  async function judge(one: Thread, seen: Running): Promise<void> {
    const used = await usedBy(one)
    if (thread !== one || running(one.state)?.id !== seen.id) return
    if (((used - seen.usedBefore) | 0) >= limitMs) replace(one, seen)
  }

  // Whether it has texts and begins none of them.
  function isSilent(one: Thread): boolean {
    if (sent.size === 0) return false
    const now = performance.now()
    if (!isReady(one.state)) return now - one.startedAt >= maxStartMs
    one.readyAt ??= now
    return now - Math.max(sentAt, one.readyAt) >= maxSilenceMs
  }

  function dropExpired(): void {
    const oldest = performance.now() - maxWaitMs
    for (const { id, asked, answer } of waiting.values()) {
      if (asked > oldest) break
      waiting.delete(id)
      answer(null)
    }
    unsent = unsent.filter(({ id }) => waiting.has(id))
  }

  async function close(): Promise<void> {
    closed = true
    clearTimeout(timer)
    for (const id of waiting.keys()) settle(id, null)
    unsent = []
    const last = thread
    thread = null
    await last?.worker.terminate()
  }

  return { markupOf, close }
}
