import type { Topic } from '../lib/topics.ts'
import type { Whisper } from './bus.ts'

/** What goes from one process to the others at a time. */
export interface Told {
  topics: readonly Topic[]
  whispers: readonly Whisper[]
  /** Too much to name: look at all that is followed. */
  everything: boolean
}

/**
 * Texts of at most `maxBytes` that carry all of it: `[from, topics, whispers, everything]`. A
 * whisper that fits into none is left out.
 */
export function encode(from: string, told: Told, maxBytes: number): string[] {
  const frame = bytesOf(JSON.stringify([from, [], [], true]))
  const texts: string[] = []
  let topics: Topic[] = []
  let whispers: Whisper[] = []
  let used = frame
  const end = (): void => {
    if (topics.length + whispers.length > 0) {
      texts.push(JSON.stringify([from, topics, whispers, false]))
    }
    topics = []
    whispers = []
    used = frame
  }
  /** Makes room for one more entry. @returns whether it fits into a text at all */
  const fits = (entry: Topic | Whisper): boolean => {
    const size = bytesOf(JSON.stringify(entry)) + 1
    if (frame + size > maxBytes) return false
    if (used + size > maxBytes) end()
    used += size
    return true
  }
  let { everything } = told
  for (const topic of told.topics) {
    if (fits(topic)) topics.push(topic)
    else everything = true
  }
  for (const whisper of told.whispers) if (fits(whisper)) whispers.push(whisper)
  end()
  if (everything) texts.push(JSON.stringify([from, [], [], true]))
  return texts
}

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** What a text of another process says; undefined for one that this release cannot read. */
export function decode(text: string): (Told & { from: string }) | undefined {
  try {
    const parts: unknown = JSON.parse(text)
    if (!Array.isArray(parts)) return undefined
    const [from, topics, whispers, everything] = parts as unknown[]
    if (typeof from !== 'string' || !Array.isArray(topics) || !Array.isArray(whispers)) {
      return undefined
    }
    return {
      from,
      topics: topics.filter((topic): topic is Topic => typeof topic === 'string'),
      // Kinds that a later release adds pass through; listeners look at the kind.
      whispers: whispers as Whisper[],
      everything: everything === true,
    }
  } catch {
    return undefined
  }
}
