/**
 * The patterns of a search for `text` anywhere, for `lower(column) like $1 escape '\'`: a text that
 * has it matches one of them. Wildcards in the text mean themselves.
 *
 * `lower` folds ASCII letters alone on both engines. So there are patterns for the ways in which
 * people write other letters: all small, all large, words with a large initial, as typed.
 */
export function likePatterns(text: string): string[] {
  const small = text.toLowerCase()
  const initials = small.replaceAll(/(?<![\p{L}\p{M}])\p{L}/gu, (letter) => letter.toUpperCase())
  return [...new Set([small, initials, text.toUpperCase(), text].map(pattern))]
}

const pattern = (text: string): string =>
  `%${text
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`
