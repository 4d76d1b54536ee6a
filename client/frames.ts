import type { SocketError } from './socket-types.ts'

/** What a DDP frame may hold, as far as it is read. */
export interface Frame {
  msg?: string
  id?: string
  subs?: string[]
  collection?: string
  result?: unknown
  error?: { error?: unknown; reason?: unknown; message?: unknown }
  fields?: {
    eventName?: string
    args?: unknown[]
    seq?: number
    upToDate?: boolean
    limited?: boolean
  }
}

/** The frame in a text; undefined for what is none. */
export function parseFrame(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // Frames come from the server whose REST answers are trusted as well.
    return typeof value === 'object'
      ? ((decodeDates(value) as Frame | null) ?? undefined)
      : undefined
  } catch {
    return undefined
  }
}

/** A frame's error in our words. */
export const errorOf = ({ error, reason, message }: NonNullable<Frame['error']>): SocketError => {
  const [code = '', text = code] = [error, reason ?? message].map(wordOf)
  return { code, text }
}

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** A value of DDP with its dates as REST has them, ISO 8601 texts; `$escape` is undone. */
export function decodeDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeDates)
  if (typeof value !== 'object' || value === null) return value
  const { $date, $escape } = value as { $date?: unknown; $escape?: unknown }
  const isLone = Object.keys(value).length === 1
  if (isLone && typeof $date === 'number') return new Date($date).toISOString()
  const inner = isLone && typeof $escape === 'object' && $escape !== null ? $escape : value
  return Object.fromEntries(Object.entries(inner).map(([key, entry]) => [key, decodeDates(entry)]))
}
