import { given } from './given.ts'
import { newMessageId } from './ids.ts'
import { RestError } from './rest.ts'
import type { SafeStorage } from './storage.ts'
import type { TabChannel } from './tabs.ts'
import { backoffMs, type Timers } from './timers.ts'
import type { Failure } from './visitor-types.ts'

const MOVED = 'outbox'
/** What another tab wrote it sends itself; after this long it may be gone, so we help. */
const HELP_AFTER_MS = 5000

/** A text that the server has not acknowledged. */
export interface OutboxEntry {
  id: string
  /** The room it was written for; without one it goes to the room that is open, or opens one. */
  rid?: string
  text: string
  quote?: string
  /** Grows strictly over all tabs; about the time of writing. */
  at: number
  failure?: Failure
}

/** What an outbox needs from its surroundings. */
export interface OutboxOptions {
  storage: SafeStorage
  /** Whose texts these are: nobody else's are ever sent or shown. */
  owner: string
  timers: Timers
  tabs: TabChannel
  /** Hands one text to the server; must be safe to repeat. */
  deliver: (entry: OutboxEntry) => Promise<void>
  /** Whether an error is an answer for good. */
  isFinal?: (error: RestError) => boolean
  /** Entries of one lane are sent one after the other; all are one lane unless told otherwise. */
  laneOf?: (entry: OutboxEntry) => string
  onChange: () => void
}

/**
 * Texts on their way. Each is stored before it is sent and forgotten when it is acknowledged, so
 * neither a reload nor days without a network lose one (P10). Several tabs may send the same text:
 * the server stores an id once, and no tab sends a text before its predecessor is acknowledged, so
 * the order holds as well.
 */
export interface Outbox {
  /** In the order of writing, failed ones included. */
  entries: () => readonly OutboxEntry[]
  add: (text: string, parts: { rid?: string | undefined; quote?: string | undefined }) => string
  /** Names the room of an entry once it is known. */
  bind: (id: string, rid: string | undefined) => void
  /** Sends a failed entry again, to this room. */
  retry: (id: string, rid: string | undefined) => void
  /** Forgets an entry: it was dropped, or seen among the room's messages. */
  settle: (id: string) => void
  /** Forgets all. */
  clear: () => void
  /** Sends now what only waits for the network. */
  kick: () => void
  /** Begins to send; until then everything is only stored. */
  start: () => void
  stop: () => void
}

/** Opens the outbox of one owner. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { storage, timers, tabs, deliver, onChange } = options
  const { isFinal = (error) => !error.isPassing, laneOf = () => '' } = options
  const prefix = `outbox:${encodeURIComponent(options.owner)}:`
  const lanes = new Map<string, Lane>()
  const own = new Set<string>()
  /** Done, whether the storage forgets them or not. */
  const settled = new Set<string>()
  let entries: readonly OutboxEntry[] = []
  let isSending = false
  let stopHelping = (): void => {}
  let stopListening = (): void => {}

  function refresh(): void {
    entries = storage
      .keys(prefix)
      .flatMap((key) => parseEntry(storage.get(key)))
      .filter(({ id }) => !settled.has(id))
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  }

  function changed(): void {
    refresh()
    onChange()
    tabs.tell(MOVED)
  }

  function write(entry: OutboxEntry): void {
    storage.set(prefix + entry.id, JSON.stringify(entry))
    changed()
  }

  function change(id: string, change: (entry: OutboxEntry) => OutboxEntry): void {
    refresh()
    const entry = entries.find((one) => one.id === id)
    if (entry !== undefined) write(change(entry))
  }

  function settle(id: string): void {
    if (!entries.some((entry) => entry.id === id)) return
    settled.add(id)
    storage.remove(prefix + id)
    changed()
  }

  const nextOf = (lane: string): OutboxEntry | undefined =>
    isSending
      ? entries.find((entry) => entry.failure === undefined && laneOf(entry) === lane)
      : undefined

  async function drain(name: string): Promise<void> {
    const lane = lanes.get(name) ?? {
      isBusy: false,
      failures: 0,
      isHeldBack: false,
      stop: () => {},
    }
    lanes.set(name, lane)
    if (lane.isBusy) return
    lane.isBusy = true
    lane.stop()
    lane.isHeldBack = false
    refresh()
    for (let entry = nextOf(name); entry !== undefined; entry = nextOf(name)) {
      const { id } = entry
      try {
        await deliver(entry)
        lane.failures = 0
        settle(id)
      } catch (error) {
        if (!(error instanceof RestError && isFinal(error))) {
          waitIn(name, lane, error)
          break
        }
        const failure = { code: error.code, text: error.text }
        change(id, (failed) => ({ ...failed, failure }))
      }
      refresh()
    }
    lane.isBusy = false
  }

  function waitIn(name: string, lane: Lane, error: unknown): void {
    const asked = error instanceof RestError ? error.retryAfterMs : undefined
    lane.isHeldBack = asked !== undefined
    const delay = Math.max(asked ?? 0, backoffMs(lane.failures++, timers.random))
    lane.stop = timers.after(delay, () => void drain(name))
  }

  /** Begins with every lane that has something to send, as far as `isWanted` says so. */
  function drainAll(isWanted: (entry: OutboxEntry) => boolean = () => true): void {
    if (!isSending) return
    const wanted = new Set(entries.filter(isWanted).map(laneOf))
    for (const name of wanted) {
      // The server asked for a pause: neither the network's nor the person's return shortens it.
      if (lanes.get(name)?.isHeldBack !== true) void drain(name)
    }
  }

  /** Another tab wrote, sent or dropped something. */
  function hear(text: string): void {
    if (text !== MOVED) return
    refresh()
    onChange()
    stopHelping()
    const isForeign = entries.some(({ id, failure }) => failure === undefined && !own.has(id))
    if (isForeign) stopHelping = timers.after(HELP_AFTER_MS, () => drainAll())
  }

  refresh()

  return {
    entries: () => entries,
    add: (text, { rid, quote }) => {
      refresh()
      const id = newMessageId(timers.now())
      // After all that is there, also when the clock was set back.
      const at = Math.max(timers.now(), (entries.at(-1)?.at ?? 0) + 1)
      own.add(id)
      write({ id, text, at, ...given({ rid, quote }) })
      drainAll((entry) => entry.id === id)
      return id
    },
    bind: (id, rid) => change(id, (entry) => withRoom(entry, rid)),
    retry: (id, rid) => {
      change(id, ({ failure: _failure, ...entry }) => withRoom(entry, rid))
      own.add(id)
      drainAll((entry) => entry.id === id)
    },
    settle,
    clear: () => {
      for (const key of storage.keys(prefix)) storage.remove(key)
      changed()
    },
    kick: () => drainAll(),
    start: () => {
      if (isSending) return
      isSending = true
      stopListening = tabs.listen(hear)
      drainAll()
    },
    stop: () => {
      isSending = false
      stopListening()
      stopHelping()
      for (const lane of lanes.values()) lane.stop()
    },
  }
}

interface Lane {
  isBusy: boolean
  failures: number
  /** The server said how long to wait. */
  isHeldBack: boolean
  stop: () => void
}

const withRoom = ({ rid: _rid, ...entry }: OutboxEntry, rid: string | undefined): OutboxEntry =>
  rid === undefined ? entry : { ...entry, rid }

/** An entry as it was stored; nothing for what somebody else left under our name. */
function parseEntry(text: string | undefined): OutboxEntry[] {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<OutboxEntry> | null
    const isEntry =
      typeof value?.id === 'string' && typeof value.text === 'string' && Number.isFinite(value.at)
    return isEntry ? [value as OutboxEntry] : []
  } catch {
    return []
  }
}
