import type { SafeStorage } from './storage.ts'

/** How far the person has read one room; it never goes back. */
export interface ReadMark {
  seq: () => number
  /** Another room is read from now on. */
  enter: (rid: string) => void
  /** Whether the mark moved; the server is told. */
  move: (seq: number) => boolean
  /** Tells the server what it could not be told before. */
  flush: () => void
}

/** A mark that is kept here, so that it holds over a reload without a network, and told there. */
export function createReadMark({
  tell,
  storage,
}: {
  tell: (seq: number) => Promise<void>
  storage: SafeStorage
}): ReadMark {
  let room = ''
  let seq = 0
  let told = 0
  let isTelling = false

  async function flush(): Promise<void> {
    if (isTelling || told >= seq) return
    isTelling = true
    const [asked, asking] = [room, seq]
    try {
      await tell(asking)
      if (asked === room) told = asking
    } catch {
      // Told again when the server can be reached again.
      return
    } finally {
      isTelling = false
    }
    await flush()
  }

  return {
    seq: () => seq,
    enter: (rid) => {
      room = rid
      seq = Number(storage.get(`read:${rid}`) ?? 0)
      told = 0
    },
    move: (next) => {
      if (next <= seq) return false
      seq = next
      storage.set(`read:${room}`, String(seq))
      void flush()
      return true
    },
    flush: () => void flush(),
  }
}
