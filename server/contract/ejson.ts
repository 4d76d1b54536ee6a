import { Type, type Static } from 'typebox'

const MAX_DEPTH = 40
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** A date as DDP carries it. */
export const EjsonDate = Type.Object(
  { $date: Type.Integer({ minimum: -62_135_596_800_000, maximum: 253_402_300_799_999 }) },
  { additionalProperties: false },
)
export type EjsonDate = Static<typeof EjsonDate>

/** The date as the database holds times. */
export const isoOfDate = ({ $date }: EjsonDate): string => new Date($date).toISOString()

/** The same for a date that may be missing. */
export const optionalIso = (date: EjsonDate | undefined): string | undefined =>
  date === undefined ? undefined : isoOfDate(date)

/**
 * The value of an EJSON text, with dates left in their EJSON form; undefined when it is no JSON, is
 * nested too deep, or holds a text that cannot be stored. Half surrogate pairs are replaced.
 */
export function parseEjson(text: string): unknown {
  try {
    return storable(JSON.parse(text), 0)
  } catch {
    return undefined
  }
}

/** Makes a value that JSON.parse has just made fit to be stored; most are as they come. */
function storable(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deep')
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) value[index] = storable(entry, depth + 1)
    return value
  }
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    const kept = key === '__proto__' ? undefined : storableText(key)
    const entry = holder[key]
    const stored = kept === undefined ? undefined : storable(entry, depth + 1)
    if (kept !== key) delete holder[key]
    if (kept !== undefined && (kept !== key || stored !== entry)) holder[kept] = stored
  }
  return value
}

function storableText(text: string): string {
  if (text.includes('\u0000')) throw new TypeError('U+0000 cannot be stored')
  return text.isWellFormed() ? text : text.toWellFormed()
}

/** Fields of the wire that hold a time. REST sends them as ISO texts, DDP as EJSON dates. */
const TIME_FIELDS: ReadonlySet<string> = new Set([
  'ts',
  'ls',
  'lr',
  'lm',
  'lq',
  'fd',
  '_updatedAt',
  '_deletedAt',
  'createdAt',
  'editedAt',
  'queuedAt',
  'takenAt',
  'closedAt',
  'lastLogin',
  'lastMessageTs',
  'firstResponseTs',
])

const ESCAPED: ReadonlySet<string> = new Set([
  '$date',
  '$binary',
  '$InfNaN',
  '$escape',
  '$type',
  '$regexp',
])

/** A value of the REST wire as EJSON: times become dates, what looks like EJSON is escaped. */
export function toEjson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.length === 0 ? value : value.map(toEjson)
  const json: Record<string, unknown> = {}
  let escaped = false
  for (const key of Object.keys(value)) {
    const entry = (value as Record<string, unknown>)[key]
    // Assigned like the others it would become the prototype.
    if (key === '__proto__') continue
    if (key.startsWith('$') && ESCAPED.has(key)) escaped = true
    json[key] = typeof entry === 'string' ? textOf(key, entry) : toEjson(entry)
  }
  return escaped ? { $escape: json } : json
}

const textOf = (key: string, text: string): unknown =>
  TIME_FIELDS.has(key) && ISO_TIME.test(text) ? { $date: Date.parse(text) } : text
