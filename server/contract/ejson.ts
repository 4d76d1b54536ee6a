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

function storable(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deep')
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw new TypeError('U+0000 cannot be stored')
    return value.toWellFormed()
  }
  if (Array.isArray(value)) return value.map((entry) => storable(entry, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, entry]) => [storable(key, depth), storable(entry, depth + 1)]),
  )
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
  if (Array.isArray(value)) return value.map(toEjson)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const json = Object.fromEntries(
    entries.map(([key, entry]) => [
      key,
      TIME_FIELDS.has(key) && typeof entry === 'string' && ISO_TIME.test(entry)
        ? { $date: Date.parse(entry) }
        : toEjson(entry),
    ]),
  )
  return entries.some(([key]) => ESCAPED.has(key)) ? { $escape: json } : json
}
