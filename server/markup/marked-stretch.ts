/** A text in which only the middle needs the parser. */
export interface Stretch {
  /** Plain, ends with a space. */
  head: string
  marked: string
  /** Plain, begins with a space. */
  tail: string
}

// Words of letters, digits and everyday punctuation, parted by single spaces: nothing in them opens,
// closes or continues markup, wherever they stand in a line that begins with a letter.
const plainWords = String.raw`[\p{L}][\p{L}\p{N}',]*[,!?]?`
const headPattern = new RegExp(`^(?:${plainWords} )+`, 'u')
const tailPattern = new RegExp(`(?: ${plainWords})+[.!?]?$`, 'u')

/** Below this the parser's own start costs more than the words that could be spared. */
const worthSparing = 16

/**
 * Parts a single line into plain words around the stretch that holds its markup, so that the
 * parser, whose time grows steeply with the length, sees that stretch alone. Undefined when the
 * text has several lines, angle brackets or a bare host, begins with anything but a letter, or holds too few plain words.
 * Linear in the length of the text.
 */
export function markedStretch(text: string): Stretch | undefined {
  // A node made of `<...>` tells its place in the text; `localhost` is a host without a dot.
  if (/[\n<]|localhost/.test(text)) return undefined
  const head = headPattern.exec(text)?.[0] ?? ''
  if (head === '') return undefined
  const rest = text.slice(head.length)
  const tail = tailPattern.exec(rest)?.[0] ?? ''
  if (head.length + tail.length < worthSparing || tail.length >= rest.length) return undefined
  return { head, marked: rest.slice(0, rest.length - tail.length), tail }
}
