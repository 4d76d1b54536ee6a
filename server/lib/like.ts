/**
 * The pattern of a search for `text` anywhere, for `lower(column) like $1 escape '\'`. Wildcards
 * in the text mean themselves. Only ASCII letters are folded, as `lower` does on both engines.
 */
export const likePattern = (text: string): string =>
  `%${text
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`
