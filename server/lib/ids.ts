import { randomBytes } from 'node:crypto'

// In ASCII order, so that ids of later milliseconds sort after earlier ones.
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const TIME_CHARACTERS = 8
const RANDOM_CHARACTERS = 11
const POOL_BYTES = 4096

let pool = randomBytes(POOL_BYTES)
let used = 0

function randomCharacters(count: number): string {
  let text = ''
  while (text.length < count) {
    if (used === POOL_BYTES) {
      pool = randomBytes(POOL_BYTES)
      used = 0
    }
    const value = (pool[used++] ?? 0) & 63
    // 62 and 63 are drawn again: taking them modulo would favour two characters.
    if (value < ALPHABET.length) text += ALPHABET[value]
  }
  return text
}

function timeCharacters(milliseconds: number): string {
  let rest = milliseconds
  let text = ''
  for (let index = 0; index < TIME_CHARACTERS; index++) {
    text = `${ALPHABET[rest % ALPHABET.length]}${text}`
    rest = Math.floor(rest / ALPHABET.length)
  }
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
