import { randomBytes } from 'node:crypto'

// In ASCII order, so that ids of later milliseconds sort after earlier ones.
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const TIME_CHARACTERS = 8
const RANDOM_CHARACTERS = 11
const POOL_BYTES = 4096

let pool = ''
let used = 0

/** Characters that were drawn ahead, many at once; each is given out once. */
function randomCharacters(count: number): string {
  if (used + count > pool.length) {
    pool = drawCharacters()
    used = 0
  }
  const text = pool.slice(used, used + count)
  used += count
  return text
}

function drawCharacters(): string {
  const characters: string[] = []
  for (const byte of randomBytes(POOL_BYTES)) {
    const value = byte & 63
    // 62 and 63 are left out: taking them modulo would favour two characters.
    if (value < ALPHABET.length) characters.push(ALPHABET[value] ?? '')
  }
  return characters.join('')
}

let lastMoment = Number.NaN
let lastTime = ''

function timeCharacters(milliseconds: number): string {
  // Under load many ids fall into one millisecond.
  if (milliseconds === lastMoment) return lastTime
  let rest = milliseconds
  let text = ''
  for (let index = 0; index < TIME_CHARACTERS; index++) {
    text = `${ALPHABET[rest % ALPHABET.length]}${text}`
    rest = Math.floor(rest / ALPHABET.length)
  }
  lastMoment = milliseconds
  lastTime = text
  return text
}

/**
 * A new record id: 8 characters of time, then 11 random ones (65 bits). The time in front keeps
 * index inserts at the end of the tree; it is no secret and no order is promised from it.
 */
export const newId = (now: number = Date.now()): string =>
  timeCharacters(now) + randomCharacters(RANDOM_CHARACTERS)

/** The time in an id that `newId` made, in milliseconds; some number for any other text. */
export const momentOf = (id: string): number =>
  id
    .slice(0, TIME_CHARACTERS)
    .split('')
    .reduce(
      (moment, character) => moment * ALPHABET.length + Math.max(0, ALPHABET.indexOf(character)),
      0,
    )

/** A secret of 43 characters (256 bits) for login tokens and one-time links. */
export const newSecret = (): string => randomCharacters(43)
